"""The last error of a job, which the queue itself does not keep."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Model


class JobFault(Model):
    """Why a job failed when it last did. The number is the queue's own; the queue's tables are not ours to point at."""

    __tablename__ = "job_fault"

    job_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    error: Mapped[str]

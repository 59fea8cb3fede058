"""Receipts: what became of each piece of work, for as long as a phone may send it again."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Model, fk


class Receipt(Model):
    """One piece of work that was taken. `digest` is SHA-256 of its kind and content: the same id may not carry another."""

    __tablename__ = "outbox_receipt"

    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id", cascade=True), primary_key=True)
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    digest: Mapped[bytes]
    told: Mapped[dict[str, Any]]
    received_at: Mapped[datetime] = mapped_column(index=True)

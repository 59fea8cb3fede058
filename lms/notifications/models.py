"""Messages to people, and the mails that carry them."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Identified, Model, fk


class Notification(Identified, Model):
    """One message in somebody's list. The sentence is kept as it was written, in the reader's language."""

    __tablename__ = "notification"
    __table_args__ = (
        sa.Index("ix_notification_person_created", "person_id", "created_at"),
        sa.Index("ix_notification_unread", "person_id", postgresql_where=sa.text("read_at IS NULL")),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id", cascade=True))
    kind: Mapped[str]
    text: Mapped[str]
    path: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    read_at: Mapped[datetime | None]


class OutgoingMail(Identified, Model):
    """A mail that waits in the transaction's outbox until a job has handed it over."""

    __tablename__ = "outgoing_mail"

    to: Mapped[str]
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

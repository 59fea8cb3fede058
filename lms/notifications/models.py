"""Messages to people, the mails that carry them, and how somebody wants to get them."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Identified, Model, choice, fk


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


class MailChoice(enum.StrEnum):
    """How messages reach a mailbox: each at once, together in the morning, or not at all."""

    EACH = "each"
    DIGEST = "digest"
    NEVER = "never"


class NotificationSetting(Model):
    """What somebody chose. Without a row it is EACH. `digested_at` says how far the last digest reached."""

    __tablename__ = "notification_setting"

    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id", cascade=True), primary_key=True)
    mail: Mapped[MailChoice] = mapped_column(choice(MailChoice), default=MailChoice.EACH)
    digested_at: Mapped[datetime | None]

"""Messages to people, what carries them out of the application, and how somebody wants to get them."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime, time
from typing import Any

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


class PushDevice(Identified, Model):
    """A browser that takes messages. It gets them for as long as the session lasts in which it was switched on.

    `lost_at` says since when its push service knows the endpoint no more: nothing is sent there, and the browser brings a
    new one at its next visit, because nobody switched it off.
    """

    __tablename__ = "push_device"

    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id", cascade=True), index=True)
    sign_in_id: Mapped[uuid.UUID] = mapped_column(fk("sign_in.id", cascade=True), unique=True)
    endpoint: Mapped[str] = mapped_column(unique=True)
    public_key: Mapped[bytes]
    secret: Mapped[bytes]
    user_agent: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    lost_at: Mapped[datetime | None]


class Channel(enum.StrEnum):
    """By which way a message leaves the application; the list in it needs none."""

    MAIL = "mail"
    PUSH = "push"


class OutgoingState(enum.StrEnum):
    """WAITING for its time or its next try, SENT, MERGED into another one, DROPPED because nobody needs it any more,
    FAILED too often or for good."""

    WAITING = "waiting"
    SENT = "sent"
    MERGED = "merged"
    DROPPED = "dropped"
    FAILED = "failed"


class Outgoing(Identified, Model):
    """What leaves the application: written with its cause, relayed at least once, and afterwards the record of it.

    Receivers know what comes twice by the row's id (Message-ID, Topic and tag). Whoever is due is taken up by the next
    sweep; a message that a job already waits for is due only when that job should long be over. What is `held` is put
    together with its like once it is due. `subject` and `text` are a mail's, or the two lines of a push message.
    """

    __tablename__ = "outgoing"
    __table_args__ = (
        sa.Index("ix_outgoing_due", "due_at", postgresql_where=sa.text("state = 'waiting'")),
        sa.Index("ix_outgoing_state_created", "state", "created_at"),
    )

    channel: Mapped[Channel] = mapped_column(choice(Channel))
    kind: Mapped[str]
    person_id: Mapped[uuid.UUID | None] = mapped_column(fk("person.id", cascade=True), index=True)
    notification_id: Mapped[uuid.UUID | None] = mapped_column(
        fk("notification.id", set_null=True), index=True
    )
    device_id: Mapped[uuid.UUID | None] = mapped_column(fk("push_device.id", set_null=True), index=True)
    to: Mapped[str] = mapped_column(default="")
    subject: Mapped[str]
    text: Mapped[str]
    html: Mapped[str] = mapped_column(default="")
    path: Mapped[str] = mapped_column(default="")
    urgent: Mapped[bool] = mapped_column(default=False)
    held: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[OutgoingState] = mapped_column(choice(OutgoingState), default=OutgoingState.WAITING)
    tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(default="")
    merged_into: Mapped[uuid.UUID | None] = mapped_column(fk("outgoing.id", set_null=True))


class MailChoice(enum.StrEnum):
    """How messages reach a mailbox: each at once, together in the morning, or not at all."""

    EACH = "each"
    DIGEST = "digest"
    NEVER = "never"


class NotificationSetting(Model):
    """What somebody chose; without a row it is quiet.NIGHT, each mail, and every device that was switched on.

    `choices` holds, by topic, {"mail": a MailChoice, "push": whether}; a topic that is missing is as if nothing was chosen.
    Quiet hours are those of the person's own zone.
    """

    __tablename__ = "notification_setting"

    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id", cascade=True), primary_key=True)
    is_quiet: Mapped[bool] = mapped_column(default=True)
    quiet_from: Mapped[time]
    quiet_until: Mapped[time]
    choices: Mapped[dict[str, Any]] = mapped_column(default=dict)

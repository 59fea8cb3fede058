"""Credentials, sessions, one-time links and counted failures."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.database import Identified, Model, choice, fk


class Credential(Model):
    """How one person proves who they are. Without a password hash only a one-time link lets them in."""

    __tablename__ = "credential"

    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id", cascade=True), primary_key=True)
    password_hash: Mapped[str | None]
    password_set_at: Mapped[datetime | None]
    # Sealed (lms.auth.sealing).
    totp_secret: Mapped[str | None]
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None] = mapped_column(sa.BigInteger)
    recovery_hashes: Mapped[list[Any]] = mapped_column(default=list)


class SignIn(Identified, Model):
    """A session: somebody's sign-in on one device. Only a hash of its token is kept."""

    __tablename__ = "sign_in"

    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id", cascade=True), index=True)
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    # When the password (or second factor) was last given: dangerous acts ask again after 15 minutes.
    proved_at: Mapped[datetime]
    second_factor: Mapped[bool] = mapped_column(default=False)
    address: Mapped[str] = mapped_column(default="")
    device: Mapped[str] = mapped_column(default="")


class LinkPurpose(enum.StrEnum):
    INVITE = "invite"
    RESET = "reset"
    SIGN_IN = "sign_in"


class OneTimeLink(Identified, Model):
    """A link that works once and not for long. Only a hash of its token is kept."""

    __tablename__ = "one_time_link"

    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id", cascade=True), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(choice(LinkPurpose))
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Failure(Model):
    """A failed proof, counted per account, per address and in all. Kept a day."""

    __tablename__ = "auth_failure"

    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity(), primary_key=True)
    scope: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_auth_failure_scope_at", "scope", "at"),)

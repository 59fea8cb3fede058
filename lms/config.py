"""Settings: frozen, read once from the environment, refused early with the name of the variable."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PREFIX = "LMS_"
# Chrome, Edge and Samsung; Firefox; Safari; Edge on Windows.
PUSH_SERVICES = ("fcm.googleapis.com", "push.services.mozilla.com", "push.apple.com", "notify.windows.com")


class SettingError(Exception):
    """A variable that is missing, unreadable or unknown."""


@dataclass(frozen=True, slots=True)
class Setting:
    """How one setting is read: its variable, its type, its default and what it is for (shown in the README)."""

    says: str
    read: Callable[[str], Any] = str
    default: Any = None
    required: bool = False
    secret: bool = False


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _flag(text: str) -> bool:
    try:
        return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[text.lower()]
    except KeyError:
        raise ValueError("use 1 or 0") from None


def _base(text: str) -> str:
    if not text.startswith(("http://", "https://")):
        raise ValueError("start with http:// or https://")
    return text.rstrip("/")


def _key_pair(text: str) -> str:
    if not re.fullmatch(r"[\w-]{87}\.[\w-]{43}", text, re.ASCII):
        raise ValueError("make one with `flask --app wsgi push key`")
    return text


def _contacts(text: str) -> tuple[str, ...]:
    """Addresses as RFC 9116, 2.5.3, wants them: URIs, and on the web only by https."""
    contacts = _words(text)
    if not all(
        re.fullmatch(r"(mailto:[^\s@]+@[^\s@]+|https://\S+|tel:\+?[\d().-]+)", one) for one in contacts
    ):
        raise ValueError("write mailto:…, https://… or tel:…, with commas between them")
    return contacts


SETTINGS: dict[str, Setting] = {
    "database_url": Setting(
        "PostgreSQL 15 or newer: `postgresql+psycopg://user:password@host/name`", required=True, secret=True
    ),
    "secret_keys": Setting(
        "Comma-separated signing keys, the newest first; older ones still verify",
        _words,
        required=True,
        secret=True,
    ),
    "base_url": Setting(
        "The public address, without a final slash; used in mails and QR codes",
        _base,
        "http://127.0.0.1:8000",
    ),
    "data_dir": Setting(
        "Folder for files when no S3 is set, for outgoing mail and for temporary work", Path, Path("var")
    ),
    "s3_endpoint": Setting("Address of the S3 service; unset: files live in the data folder", str, ""),
    "s3_public_endpoint": Setting("The same service as browsers reach it, when it differs", str, ""),
    "s3_bucket": Setting("Name of the bucket", str, "bina"),
    "s3_region": Setting("Region of the bucket", str, "us-east-1"),
    "s3_access_key": Setting("Access key of the bucket", str, "", secret=True),
    "s3_secret_key": Setting("Secret key of the bucket", str, "", secret=True),
    "smtp_url": Setting(
        "`smtp://user:password@host:587` or `smtps://…`; unset: mails are files in the data folder",
        secret=True,
        default="",
    ),
    "mail_from": Setting("Sender of every mail", str, "Bina <bina@localhost>"),
    "push_key": Setting(
        "Key pair of this installation for messages to phones, from `flask --app wsgi push key`; unset: none are sent",
        _key_pair,
        "",
        secret=True,
    ),
    "push_services": Setting(
        "Comma-separated hosts (with those below them) or origins that messages to phones may be sent to",
        _words,
        PUSH_SERVICES,
    ),
    "security_contact": Setting(
        "Where weaknesses are reported, for `/.well-known/security.txt`: comma-separated `mailto:…`, `https://…` or"
        " `tel:…`, the preferred one first; unset: there is no such file",
        _contacts,
        (),
    ),
    "trusted_hosts": Setting(
        "Comma-separated host names that may be asked for; empty: that of the base address, and localhost",
        _words,
        (),
    ),
    "proxy_hops": Setting("How many trusted proxies stand in front (0 to 5)", int, 0),
    "pool_size": Setting("Database connections kept per process", int, 5),
    "session_idle_hours": Setting("A session ends after so long without a visit", int, 24 * 14),
    "session_days": Setting("A session ends so long after sign-in, whatever happens", int, 90),
    "upload_quota_mb": Setting("What one person may have stored", int, 20_000),
    "secure_cookies": Setting(
        "0 only where a test speaks plain HTTP to another host than localhost", _flag, True
    ),
    "log_level": Setting("DEBUG, INFO, WARNING or ERROR", str, "INFO"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that differs between installations. The fields are documented in SETTINGS."""

    database_url: str = field(repr=False)
    secret_keys: tuple[str, ...] = field(repr=False)
    base_url: str = "http://127.0.0.1:8000"
    data_dir: Path = Path("var")
    s3_endpoint: str = ""
    s3_public_endpoint: str = ""
    s3_bucket: str = "bina"
    s3_region: str = "us-east-1"
    s3_access_key: str = field(default="", repr=False)
    s3_secret_key: str = field(default="", repr=False)
    smtp_url: str = field(default="", repr=False)
    mail_from: str = "Bina <bina@localhost>"
    push_key: str = field(default="", repr=False)
    push_services: tuple[str, ...] = PUSH_SERVICES
    security_contact: tuple[str, ...] = ()
    trusted_hosts: tuple[str, ...] = ()
    proxy_hops: int = 0
    pool_size: int = 5
    session_idle_hours: int = 24 * 14
    session_days: int = 90
    upload_quota_mb: int = 20_000
    secure_cookies: bool = True
    log_level: str = "INFO"

    @classmethod
    def from_env(cls, env: Mapping[str, str]) -> Settings:
        """Read `LMS_*` (or `LMS_*_FILE`, a file that holds the value). Unknown names are refused, not ignored."""
        known = {PREFIX + name.upper() for name in SETTINGS}
        unknown = [
            n for n in env if n.startswith(PREFIX) and n not in known and n.removesuffix("_FILE") not in known
        ]
        if unknown:
            raise SettingError(f"{', '.join(sorted(unknown))}: no such setting")
        values = {name: _value(name, setting, env) for name, setting in SETTINGS.items()}
        return cls(**values)


def _value(name: str, setting: Setting, env: Mapping[str, str]) -> Any:
    variable = PREFIX + name.upper()
    text = env.get(variable, "")
    if not text and env.get(variable + "_FILE"):
        text = Path(os.fspath(env[variable + "_FILE"])).read_text(encoding="utf-8").strip()
    if not text:
        if setting.required:
            raise SettingError(f"{variable} is missing: {setting.says}")
        return setting.default
    try:
        value = setting.read(text)
    except ValueError as error:
        raise SettingError(f"{variable}: {error}") from error
    if setting.required and not value:
        raise SettingError(f"{variable} is empty: {setting.says}")
    return value

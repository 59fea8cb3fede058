"""Mailer: hands one finished message to SMTP, or to a folder of .eml files that anybody can open."""

from __future__ import annotations

import ssl
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import unquote, urlsplit

from lms.clock import now
from lms.config import Settings
from lms.lazy import lazy

if TYPE_CHECKING:
    import smtplib
else:
    smtplib = lazy("smtplib")


class Mailer(Protocol):
    """Sends or raises; whoever calls is a job and is tried again."""

    def send(self, message: EmailMessage) -> None: ...


def compose(*, sender: str, to: str, subject: str, text: str, html: str = "") -> EmailMessage:
    """A plain message with an optional HTML alternative. Line ends in the subject are refused by the library."""
    message = EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(now())
    message["Message-ID"] = make_msgid(domain="bina.invalid")
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    return message


class FolderMailer:
    """Writes each message as a file: the default of a new installation, and of the tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = str(message["Message-ID"]).strip("<>").partition("@")[0]
        (self.folder / f"{name}.eml").write_bytes(bytes(message))


class SmtpMailer:
    """Sends through the server named by `smtp://user:password@host:port` (STARTTLS) or `smtps://…`."""

    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)

    def send(self, message: EmailMessage) -> None:
        with self._connect() as server:
            if self.url.username:
                server.login(unquote(self.url.username), unquote(self.url.password or ""))
            server.send_message(message)

    def _connect(self) -> smtplib.SMTP:
        host = self.url.hostname or "localhost"
        if self.url.scheme == "smtps":
            return smtplib.SMTP_SSL(
                host, self.url.port or 465, timeout=30, context=ssl.create_default_context()
            )
        server = smtplib.SMTP(host, self.url.port or 25, timeout=30)
        if server.ehlo()[0] and server.has_extn("starttls"):
            server.starttls(context=ssl.create_default_context())
        return server


def mailer(settings: Settings) -> Mailer:
    """The mailer that the settings name."""
    return SmtpMailer(settings.smtp_url) if settings.smtp_url else FolderMailer(settings.data_dir / "mail")

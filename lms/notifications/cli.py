"""`flask push key`: what an installation needs once, before it can send messages to phones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from lms.lazy import lazy

if TYPE_CHECKING:
    from lms.notifications import webpush
else:
    webpush = lazy("lms.notifications.webpush")

push_cli = AppGroup("push", help="Messages to phones.")


@push_cli.command("key")
def key() -> None:
    """Print a fresh key pair for LMS_PUSH_KEY. Keep it: with another one every phone has to be switched on again."""
    click.echo(str(webpush.new_key()))

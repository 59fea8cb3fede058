"""`flask push key`: what an installation needs once, before it can send messages to phones."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click
from flask.cli import AppGroup

push_cli = AppGroup("push", help="Messages to phones.")


@push_cli.command("key")
def key() -> None:
    """Print a fresh key pair for LMS_PUSH_KEY. Keep it: with another one every phone has to be switched on again."""
    webpush: Any = import_module("lms.notifications.webpush")
    click.echo(str(webpush.new_key()))

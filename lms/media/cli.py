"""`flask storage …`: is the object store what we need, and is it tidy?"""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from lms.clock import now
from lms.media import sweeping
from lms.storage.check import checked
from lms.storage.store import StoreDown
from lms.web import db, settings, store

storage_cli = AppGroup("storage", help="Where files are kept.")


@storage_cli.command("prepare")
@click.option(
    "--origin", multiple=True, help="An address of pages that upload; the base address if none is given."
)
def prepare(origin: tuple[str, ...]) -> None:
    """Make the bucket (or the folder) if it is missing, and let our pages upload to it. Run it as often as you like."""
    try:
        store().prepare(origin or (settings().base_url,))
    except StoreDown as error:
        raise click.ClickException(str(error)) from error
    click.echo("The store is ready.")


@storage_cli.command("check")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def check(as_json: bool) -> None:
    """Put, read, list, upload in parts, fetch by address and delete; exits 1 if something does not work."""
    found = list(checked(store()))
    for step in found:
        line = {"step": step.name, "ok": step.ok, "detail": step.detail}
        mark = "ok " if step.ok else "BAD"
        click.echo(json.dumps(line) if as_json else f"{mark} {step.name} {step.detail}".rstrip())
    if not all(step.ok for step in found):
        raise SystemExit(1)


@storage_cli.command("tidy")
def tidy() -> None:
    """Do at once what the nightly jobs do: forget leftovers, say what got lost."""
    with db.sessionmaker.begin() as session:
        count = sweeping.sweep(session, store(), now=now())
        count += sweeping.forget_leftovers(session, store(), now=now())
        lost = sweeping.say_losses(session, store(), now=now())
    click.echo(f"{count} leftovers deleted, {lost} files with lost bytes")

"""`flask demo load` and `flask demo links`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

from lms.auth.cli import link_address
from lms.auth.models import LinkPurpose
from lms.auth.services import make_link
from lms.clock import now
from lms.lazy import lazy
from lms.web import db, store

if TYPE_CHECKING:
    from courses.demo import services
else:
    services = lazy("courses.demo.services")

demo_cli = AppGroup("demo", help="Invented people and our own courses.")


@demo_cli.command("load")
def load() -> None:
    """Load the demonstration, once: a second call changes nothing."""
    loaded = services.load(db.session, store(), now=now())
    db.session.commit()
    click.echo("loaded" if loaded else "already there")


@demo_cli.command("links")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def links(as_json: bool) -> None:
    """Print a one-time sign-in address for each role of the demonstration."""
    people = services.standing_cast(db.session)
    made = {
        role: link_address(make_link(db.session, person_id, LinkPurpose.SIGN_IN, now=now()))
        for role, person_id in people.items()
    }
    db.session.commit()
    if as_json:
        click.echo(json.dumps(made))
    else:
        for role, address in made.items():
            click.echo(f"{role:15} {address}")

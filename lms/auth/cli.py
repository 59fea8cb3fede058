"""`flask people …`: the first operator, and one-time sign-in links."""

from __future__ import annotations

import click
from flask import url_for
from flask.cli import AppGroup

from lms.access import Role
from lms.auth import services
from lms.auth.models import LinkPurpose
from lms.clock import now
from lms.people.models import EmploymentType, Grant, Person
from lms.web import db

people_cli = AppGroup("people", help="Accounts, from the terminal of the machine.")


@people_cli.command("create-operator")
@click.option("--name", required=True, help="Full name.")
@click.option("--email", required=True, help="E-mail address; signs in with it.")
def create_operator(name: str, email: str) -> None:
    """Make an operator and print a one-time sign-in link (24 hours)."""
    session = db.session
    person = Person(full_name=name, email=email.lower(), employment_type=EmploymentType.OTHER)
    session.add(person)
    session.flush()
    session.add(Grant(person_id=person.id, role=Role.OPERATOR))
    token = services.make_link(session, person.id, LinkPurpose.SIGN_IN, now=now())
    session.commit()
    click.echo(link_address(token))


def link_address(token: str) -> str:
    """The absolute address of a one-time sign-in link."""
    return url_for("auth.sign_in_by_link", token=token, _external=True)

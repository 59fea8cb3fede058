"""`flask people …`: accounts from the terminal of the machine. Nothing here makes or prints a password."""

from __future__ import annotations

import click
from flask import url_for
from flask.cli import AppGroup

from lms.access import Role
from lms.auth import services
from lms.auth.models import LinkPurpose
from lms.auth.queries import Account, account_named
from lms.clock import now
from lms.people.cli import import_file
from lms.people.models import EmploymentType, Grant, Person
from lms.web import db

people_cli = AppGroup("people", help="Accounts, from the terminal of the machine.")

people_cli.add_command(import_file)


@people_cli.command("create-operator")
@click.option("--name", default="Operator sistem", show_default=True, help="Full name.")
@click.option("--email", prompt="E-mail", help="E-mail address; signs in with it.")
def create_operator(name: str, email: str) -> None:
    """Make an operator and print a one-time sign-in link (24 hours)."""
    session = db.session
    if account_named(session, email):
        raise click.ClickException(f"{email} has an account already")
    person = Person(full_name=name, email=email.strip().lower(), employment_type=EmploymentType.OTHER)
    session.add(person)
    session.flush()
    session.add(Grant(person_id=person.id, role=Role.OPERATOR))
    token = services.make_link(session, person.id, LinkPurpose.SIGN_IN, now=now())
    session.commit()
    click.echo(link_address(token))


@people_cli.command("invite")
@click.argument("email_or_nip")
def invite(email_or_nip: str) -> None:
    """Print a link with which somebody sets a first (or new) password (24 hours). Hand it over yourself."""
    who = _account(email_or_nip)
    token = services.make_link(db.session, who.id, LinkPurpose.INVITE, now=now())
    db.session.commit()
    click.echo(url_for("auth.set_password", token=token, _external=True))


@people_cli.command("end-sessions")
@click.argument("email_or_nip")
def end_sessions(email_or_nip: str) -> None:
    """Sign somebody out on every device."""
    services.end_sessions(db.session, _account(email_or_nip).id, now=now())
    db.session.commit()
    click.echo("ended")


@people_cli.command("reset-second-factor")
@click.argument("email_or_nip")
def reset_second_factor(email_or_nip: str) -> None:
    """Forget somebody's authenticator app and recovery codes, and sign them out. First make sure who is asking."""
    who = _account(email_or_nip)
    services.remove_second_factor(db.session, who.id, by=None, now=now())
    services.end_sessions(db.session, who.id, now=now())
    db.session.commit()
    click.echo("forgotten")


def _account(name: str) -> Account:
    found = account_named(db.session, name)
    if found is None:
        raise click.ClickException(f"no active account goes by {name}")
    return found


def link_address(token: str) -> str:
    """The absolute address of a one-time sign-in link."""
    return url_for("auth.sign_in_by_link", token=token, _external=True)

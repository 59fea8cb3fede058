"""`flask courses import PATH` and `flask courses export ID`."""

from __future__ import annotations

import uuid
from pathlib import Path

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from courses.exchange.export import archive_of, content_hash
from courses.exchange.services import import_path
from lms.access import Actor, Role
from lms.clock import now
from lms.errors import Refusal
from lms.people.models import Agency, Grant, Person
from lms.web import db, store

courses_cli = AppGroup("courses", help="Whole courses in and out.")


@courses_cli.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--agency", default="", help="Name or short name of the agency; without it, the only one.")
@click.option("--publish", is_flag=True, help="Show everything to learners at once.")
def import_(path: Path, agency: str, publish: bool) -> None:
    """Take in a course folder, a folder of courses or articles, or a zip of them."""
    home = _agency(agency)
    by = _author(home)
    try:
        made = import_path(db.session, store(), path, home.id, by=by, now=now(), publish=publish)
    except Refusal as refusal:
        db.session.rollback()
        raise click.ClickException(str(refusal)) from refusal
    db.session.commit()
    for course, left_out in made:
        click.echo(f"{course.id}  {course.title}")
        for line in left_out:
            click.echo(f"  - {line.says % line.values}")


@courses_cli.command("export")
@click.argument("course_id", type=click.UUID)
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def export(course_id: uuid.UUID, target: Path) -> None:
    """Write a course with its files as a zip of our own folder format, and print its content hash."""
    with target.open("wb") as file:
        archive_of(db.session, store(), course_id, file)
    click.echo(content_hash(db.session, store(), course_id))


def _agency(name: str) -> Agency:
    found = sa.select(Agency).where(
        sa.or_(Agency.name == name, Agency.short_name == name) if name else sa.true()
    )
    agencies = db.session.scalars(found.limit(2)).all()
    if len(agencies) != 1:
        raise click.ClickException("Name one agency with --agency.")
    return agencies[0]


def _author(agency: Agency) -> Actor:
    """Somebody of the agency who may write courses; they become the course's staff."""
    found = (
        sa.select(Person)
        .join(Grant, Grant.person_id == Person.id)
        .where(Grant.agency_id == agency.id, Grant.role.in_((Role.INSTRUCTOR, Role.ADMIN)))
        .order_by(Grant.role.desc(), Person.id)
    )
    person = db.session.scalars(found.limit(1)).one_or_none()
    if person is None:
        raise click.ClickException("Nobody in this agency may write courses yet.")
    return Actor(person.id, agency.id, person.full_name)

"""`flask people import`: the same way as the pages, for a terminal and for nightly exports of the HR system."""

from __future__ import annotations

import uuid
from contextlib import suppress
from pathlib import Path

import click
import sqlalchemy as sa
from flask.cli import with_appcontext

from lms.clock import now
from lms.errors import Invalid
from lms.people import importing, outcomes
from lms.people.models import Agency, Import, ImportKind, RowState
from lms.people.queries import rows_of
from lms.web import db

SHOWN = 50


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--agency", required=True, help="Name, short name or id of the agency.")
@click.option(
    "--kind", type=click.Choice([kind.value for kind in ImportKind]), default="people", show_default=True
)
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
@click.option("--all-or-nothing", is_flag=True, help="Save nothing unless every row is right.")
@with_appcontext
def import_file(file: Path, agency: str, kind: str, dry_run: bool, all_or_nothing: bool) -> None:
    """Import people or units from an XLSX or CSV file whose header names known columns.

    Exit code 1: rows were wrong (the right ones are saved unless --all-or-nothing). 2: the file could not be used.
    """
    imported = _tried_out(file, _agency(agency), ImportKind(kind))
    _show(imported)
    wrong = bool(imported.counts["wrong"])
    if dry_run:
        db.session.rollback()
    elif importing.to_save(imported) and not (wrong and all_or_nothing):
        importing.confirm(db.session, imported, whole=all_or_nothing, invites=False, by=None, now=now())
        db.session.commit()
        click.echo("confirmed: the worker saves it now")
    raise SystemExit(1 if wrong else 0)


def _tried_out(file: Path, agency: Agency, kind: ImportKind) -> Import:
    try:
        imported = importing.take_in(
            db.session,
            agency.id,
            kind,
            filename=file.name,
            data=file.read_bytes(),
            by=None,
            now=now(),
        )
        importing.name_columns(db.session, imported, imported.mapping, now=now())
    except Invalid as refusal:
        raise click.UsageError(str(refusal)) from refusal
    return imported


def _show(imported: Import) -> None:
    click.echo(", ".join(f"{count} {state}" for state, count in imported.counts.items()))
    wrong = rows_of(db.session, imported.id, RowState.WRONG, limit=SHOWN)
    for fault in outcomes.faults(imported, wrong):
        click.echo(f"{fault.row}: {fault.sentence} ({fault.original})")


def _agency(named: str) -> Agency:
    known = [Agency.name == named, Agency.short_name == named]
    with suppress(ValueError):
        known.append(Agency.id == uuid.UUID(named))
    found = db.session.scalars(sa.select(Agency).where(sa.or_(*known))).all()
    if len(found) != 1:
        raise click.UsageError(f"{len(found)} agencies go by {named}")
    return found[0]

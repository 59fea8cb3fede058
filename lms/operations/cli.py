"""`flask jobs list` and `flask jobs retry`: the operator's page for a terminal."""

from __future__ import annotations

import json

import click
from flask.cli import with_appcontext

from lms.clock import now
from lms.errors import Conflict
from lms.operations import services
from lms.operations.queries import queue
from lms.web import db


@click.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@with_appcontext
def list_jobs(as_json: bool) -> None:
    """Show the jobs that wait, and those that failed too often."""
    found = queue(db.session, now=now())
    if as_json:
        parked = [{"id": job.id, "name": job.name, "error": job.error} for job in found.parked]
        click.echo(json.dumps({"states": dict(found.states), "parked": parked}))
        return
    for waiting in found.waiting:
        click.echo(f"{waiting.count:6} {waiting.name} (since {waiting.since:%Y-%m-%d %H:%M} UTC)")
    for job in found.parked:
        click.echo(f"failed {job.id} {job.name} after {job.attempts} tries: {job.error or 'no error kept'}")
    if not found.waiting and not found.parked:
        click.echo("nothing waits")


@click.command("retry")
@click.argument("job_id", type=int)
@with_appcontext
def retry_job(job_id: int) -> None:
    """Put a failed job back into the queue."""
    try:
        name = services.retry(db.session, job_id, by=None, now=now())
    except Conflict as refusal:
        raise click.ClickException(f"job {job_id} is not among the failed ones") from refusal
    db.session.commit()
    click.echo(f"{name} waits again")

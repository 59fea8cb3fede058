"""`flask jobs work`, `flask assets build`: what runs beside the web process."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy.engine import make_url

from lms.clock import now
from lms.jobs.queue import LANES, Work
from lms.lazy import lazy
from lms.operations import readiness
from lms.operations.cli import list_jobs, retry_job
from lms.shell import assets, migrations
from lms.shell.migrations import db_cli
from lms.shell.translations import translations_cli
from lms.web import db, settings, store

if TYPE_CHECKING:
    from procrastinate import JobContext

    from lms.jobs import lanes, worker
else:
    lanes = lazy("lms.jobs.lanes")
    worker = lazy("lms.jobs.worker")

# Added to the worker's niceness: on a machine that both share, whoever waits for a page goes first.
BEHIND = 10

jobs_cli = AppGroup("jobs", help="Work after the answer.")
assets_cli = AppGroup("assets", help="Static files.")


jobs_cli.add_command(list_jobs)
jobs_cli.add_command(retry_job)


def register(app: Flask) -> None:
    app.cli.add_command(jobs_cli)
    app.cli.add_command(assets_cli)
    app.cli.add_command(translations_cli)
    app.cli.add_command(db_cli)
    app.cli.add_command(prepare)


def work_here() -> Work:
    """What a job may use, from the current application."""
    return Work(
        sessions=db.sessionmaker,
        store=store(),
        mailer=current_app.extensions["mailer"],
        settings=settings(),
        now=now,
    )


@jobs_cli.command("work")
@click.option("--concurrency", default=LANES["default"], show_default=True, help="Jobs at the same time.")
@click.option("--renditions", default=LANES["renditions"], show_default=True, help="Films besides them.")
def work(concurrency: int, renditions: int) -> None:
    """Run jobs until told to stop (SIGTERM lets the running ones finish)."""
    os.nice(BEHIND)
    address = settings().base_url
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    conninfo = (
        make_url(settings().database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    )

    def inside(call: object, context: JobContext, _worker: object) -> object:
        """Each job runs in the application's context, with the public address for links."""
        with app.test_request_context(base_url=address):
            return call()  # type: ignore[operator]

    with worker.listening(conninfo) as queue:
        lanes.work(
            queue,
            {"default": concurrency, "renditions": renditions},
            additional_context={"work": work_here()},
            delete_jobs="successful",
            task_middleware=[inside],
            update_heartbeat_interval=5,
            stalled_worker_timeout=15,
        )


@click.command("prepare")
def prepare() -> None:
    """Everything a new version needs before it serves: migrations and compressed static files."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    root = Path(app.root_path)
    if not readiness.database(db.session, root).migrated:
        migrations.alembic_of(app).upgrade()
    assets.build(root, assets.version_of(root / "static"))


@assets_cli.command("build")
def build() -> None:
    """Write compressed static files; run once per release, before the web processes start."""
    root = Path(current_app.root_path)
    click.echo(assets.build(root, assets.version_of(root / "static")))

"""Databases for tests: one migrated template, and copies of it for tests that really commit."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy.engine import URL, make_url

from lms import embedded

ROOT = Path(__file__).resolve().parent.parent


def server() -> URL:
    """The server that tests use: BINA_TEST_DATABASE_URL, or the project's private one."""
    given = os.environ.get("BINA_TEST_DATABASE_URL")
    return make_url(given or embedded.start(ROOT / "var").url)


@contextmanager
def database(name: str, *, template: str | None = None) -> Iterator[URL]:
    """A fresh database for the length of a block; with a template, a copy of it."""
    url = server()
    admin = url.set(drivername="postgresql").render_as_string(hide_password=False)
    source = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(admin, autocommit=True) as connection:
        connection.execute(drop)
        if template:
            # Only a database that nobody uses can be copied; idle connections of pools are opened again when needed.
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND state = 'idle'",
                [template],
            )
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + source)
    try:
        yield url.set(database=name)
    finally:
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(drop)

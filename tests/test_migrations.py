"""Migrations: one head, the same as the models, and a way back."""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import URL

from courses.demo import services as demonstration
from courses.features import FEATURES
from lms.app import create_app
from lms.database import Model
from lms.operations.readiness import expected_head
from lms.shell.migrations import alembic_of
from lms.web import db
from tests.conftest import NOW, settings_for
from tests.databases import database

# What a database in use holds, among it rows that triggers protect.
MUST_HOLD = {"person", "audit_entry", "attempt", "answer", "certificate", "project_version", "progress"}
ROOT = Path(__file__).resolve().parent.parent
SHAPE = sa.text(
    "SELECT table_name, column_name, data_type, is_nullable, column_default FROM information_schema.columns"
    " WHERE table_schema = 'public' ORDER BY 1, 2"
)


def app_on(url: URL, folder: Path) -> Flask:
    return create_app(settings_for(url, folder), FEATURES)


def test_there_is_one_head_and_the_code_knows_it(template_database: URL, tmp_path: Path) -> None:
    app = app_on(template_database, tmp_path)
    with app.app_context():
        heads = alembic_of(app).script_directory.get_heads()
    assert heads == [expected_head(ROOT)]


def test_models_and_migrations_agree(template_database: URL, tmp_path: Path) -> None:
    app = app_on(template_database, tmp_path)
    with app.app_context():
        differences = alembic_of(app).compare_metadata()
        db.engine.dispose()
    assert differences == []


def test_parts_of_names_have_an_index_exactly_where_the_database_can(
    template_database: URL, tmp_path: Path
) -> None:
    app = app_on(template_database, tmp_path)
    with app.app_context():
        can = db.session.scalar(
            sa.text("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'")
        )
        made = db.session.scalar(
            sa.text("SELECT count(*) FROM pg_indexes WHERE indexname LIKE 'trgm_person_%'")
        )
        db.session.close()
        db.engine.dispose()
    assert made == (2 if can else 0)


def test_a_populated_database_goes_down_and_up_again(tmp_path: Path) -> None:
    """What survives is the schema, to the last column. What does not, by design, is everything in it: there is one
    migration yet, so the way down from it is the way to nothing, and whoever goes there restores a copy. Rows that
    nobody may delete (trail, ledgers, journals) must not stand in the way.
    """
    with database(f"bina_migrate_{os.getpid()}") as url:
        app = app_on(url, tmp_path)
        with app.test_request_context():
            alembic = alembic_of(app)
            alembic.upgrade()
            first = db.session.execute(SHAPE).all()
            assert demonstration.load(db.session, app.extensions["store"], now=NOW)
            db.session.commit()
            assert _filled().keys() >= MUST_HOLD
            db.session.rollback()

            alembic.downgrade("base")
            left = db.session.execute(SHAPE).scalars().all()
            db.session.rollback()
            assert set(left) <= {"alembic_version"}

            alembic.upgrade()
            assert db.session.execute(SHAPE).all() == first
            assert _filled() == {}
            db.session.close()
            db.engine.dispose()


def _filled() -> dict[str, int]:
    """How many rows each table of ours holds, the empty ones left out."""
    tables = [table for table in Model.metadata.sorted_tables if not table.name.startswith("procrastinate")]
    counts = {
        table.name: db.session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for table in tables
    }
    return {name: count for name, count in counts.items() if count}

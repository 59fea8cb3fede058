"""Migrations: `flask db …`.

The library behind them costs a web process 12 MB that it never uses, so it is loaded by the commands alone.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, ScriptInfo

from lms.database import Model
from lms.web import db


def configuration(root: Path) -> dict[str, Any]:
    return {
        "ALEMBIC": {
            "script_location": str(root / "migrations"),
            "file_template": "%%(year)d-%%(month).2d-%%(day).2d_%%(slug)s",
        },
        "ALEMBIC_CONTEXT": {"include_name": _ours, "transaction_per_migration": True},
    }


def _ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether the models speak for it: the job queue's tables belong to its library, and indexes over parts of names stand
    only where the database knows trigrams."""
    if kind == "index":
        return not str(name).startswith("trgm_")
    return kind != "table" or not str(name).startswith("procrastinate")


def alembic_of(app: Flask) -> Any:
    """The migration library, bound to the application at its first use."""
    if "alembic" not in app.extensions:
        library = importlib.import_module("flask_alembic")
        with app.app_context():
            engine = db.engine
        library.Alembic(app, metadatas=Model.metadata, engines=engine, run_mkdir=False, command_name="")
    return app.extensions["alembic"]


class DatabaseCommands(AppGroup):
    """`flask db`: the library's own commands, found when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._loaded(ctx).list_commands(ctx))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found: click.Command | None = self._loaded(ctx).get_command(ctx, cmd_name)
        return found

    def _loaded(self, ctx: click.Context) -> Any:
        with ctx.ensure_object(ScriptInfo).load_app().app_context():
            ctx.obj = alembic_of(current_app._get_current_object())  # type: ignore[attr-defined]
        return importlib.import_module("flask_alembic.cli").cli


db_cli = DatabaseCommands("db", help="Migrations.")

"""The page against which ours are measured: a signed cookie, the user's row, 15 rows by ORM, 15 KB from a template."""

from __future__ import annotations

import os
from pathlib import Path

import sqlalchemy as sa
from flask import Flask, render_template
from flask import session as cookie
from flask_sqlalchemy_lite import SQLAlchemy

from courses.catalogue.models import Activity
from lms.people.models import Person

app = Flask("ceiling", root_path=str(Path(__file__).parent), static_folder=None)
app.config.update(
    SECRET_KEY="ceiling" * 5, SQLALCHEMY_ENGINES={"default": {"url": os.environ["LMS_DATABASE_URL"]}}
)
db = SQLAlchemy(app)


@app.get("/masuk/<uuid:person_id>")
def enter(person_id: object) -> str:
    cookie["person"] = str(person_id)
    return "ok"


@app.get("/")
def page() -> str:
    person = db.session.scalars(sa.select(Person).where(Person.id == cookie["person"])).one()
    rows = db.session.scalars(sa.select(Activity).order_by(Activity.position).limit(15)).all()
    return render_template("ceiling.html", person=person, rows=rows)

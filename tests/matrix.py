"""The authorisation matrix: every route × method × role, filled with real objects, compared with a checked-in table.

Outcomes: `ok` (did it, or refused what was sent), `in` (sign in first), `no` (403), `gone` (404).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from lms.access import Role
from lms.people.models import Agency, Person
from lms.web import db
from tests.factories.people import make_agency, make_person, sign_in

TABLE = Path(__file__).with_name("matrix.tsv")
ROLES = (
    "nobody",
    "learner",
    "outsider",
    "foreigner",
    "instructor",
    "other_instructor",
    "admin",
    "foreign_admin",
    "issuer",
    "auditor",
    "operator",
)
# Routes that change the visitor's own session and would only tell about that.
SKIPPED = {"static"}

Values = dict[str, Any]


@dataclass
class Scene:
    """Two agencies, everybody in their role, and in the first agency one object of each kind by parameter name."""

    agency: Agency
    elsewhere: Agency
    people: dict[str, Person]
    values: Values = field(default_factory=dict)


def people_of(session: Session) -> Scene:
    agency, elsewhere = make_agency(session), make_agency(session, "Pemerintah Kota Salatiga")
    made = {
        "learner": make_person(session, agency, "Ayu Lestari"),
        "outsider": make_person(session, agency, "Budi Santoso"),
        "foreigner": make_person(session, elsewhere, "Fajar Nugroho"),
        "instructor": make_person(session, agency, "Citra Dewi", Role.INSTRUCTOR),
        "other_instructor": make_person(session, agency, "Gita Sari", Role.INSTRUCTOR),
        "admin": make_person(session, agency, "Dewi Anggraini", Role.ADMIN),
        "foreign_admin": make_person(session, elsewhere, "Hadi", Role.ADMIN, Role.INSTRUCTOR, Role.ISSUER),
        "issuer": make_person(session, agency, "Edi Kurnia", Role.ISSUER),
        "auditor": make_person(session, agency, "Indra", Role.AUDITOR),
        "operator": make_person(session, None, "Joko", Role.OPERATOR),
    }
    return Scene(agency, elsewhere, made)


def routes(app: Flask) -> Iterator[tuple[str, Rule]]:
    """Every (method, rule), in a steady order."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda r: (r.endpoint, r.rule)):
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if rule.endpoint not in SKIPPED:
                yield method, rule


def value_for(scene: Scene, endpoint: str, name: str) -> Any:
    """The object of a parameter: by `<blueprint>.<name>` or by name alone; KeyError tells what is missing."""
    blueprint = endpoint.partition(".")[0]
    for key in (f"{endpoint}.{name}", f"{blueprint}.{name}", name):
        if key in scene.values:
            return scene.values[key]
    raise KeyError(f"tests.matrix needs an object for {endpoint} <{name}>")


def address(app: Flask, scene: Scene, rule: Rule) -> str:
    values = {name: value_for(scene, rule.endpoint, name) for name in rule.arguments}
    with app.test_request_context():
        return str(app.url_for(rule.endpoint, **values))


def outcome(client: FlaskClient, method: str, path: str) -> str:
    answer = client.open(path, method=method, follow_redirects=False)
    if answer.status_code >= 500:
        raise AssertionError(f"{method} {path} answered {answer.status_code}")
    if answer.status_code == 401 or (
        answer.status_code in {302, 303} and answer.location.partition("?")[0] == "/masuk"
    ):
        return "in"
    return {403: "no", 404: "gone"}.get(answer.status_code, "ok")


def measured(app: Flask, session: Session, scene: Scene) -> dict[tuple[str, str], dict[str, str]]:
    """The whole matrix. Each request is undone, so that every cell starts from the same scene."""
    clients = {role: _client(app, session, scene, role) for role in ROLES}
    with app.app_context():
        connection: Connection = db.sessionmaker.kw["bind"]
    found = {}
    for method, rule in routes(app):
        path = address(app, scene, rule)
        found[method, rule.endpoint] = {
            role: _undone(connection, fresh, method, path) for role, fresh in clients.items()
        }
    return found


def _client(app: Flask, session: Session, scene: Scene, role: str) -> Callable[[], FlaskClient]:
    def fresh() -> FlaskClient:
        client = app.test_client()
        if role != "nobody":
            sign_in(client, session, scene.people[role])
        return client

    return fresh


def _undone(connection: Connection, fresh: Callable[[], FlaskClient], method: str, path: str) -> str:
    point = connection.begin_nested()
    try:
        return outcome(fresh(), method, path)
    finally:
        point.rollback()


def read() -> dict[tuple[str, str], dict[str, str]]:
    """The checked-in table."""
    head, *lines = TABLE.read_text(encoding="utf-8").splitlines()
    names = head.split("\t")[2:]
    cells = (line.split("\t") for line in lines)
    return {(method, endpoint): dict(zip(names, rest, strict=True)) for method, endpoint, *rest in cells}


def write(found: dict[tuple[str, str], dict[str, str]]) -> None:
    lines = ["\t".join(["method", "endpoint", *ROLES])]
    lines += ["\t".join([*key, *(cells[role] for role in ROLES)]) for key, cells in found.items()]
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")

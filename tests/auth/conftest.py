"""A scene for proving who one is: Ayu learns and has a password, Dewi administers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.access import Role
from lms.auth.passwords import hash_password
from lms.auth.queries import credential_of
from lms.people.models import Person
from tests.factories.people import make_agency, make_person

PASSWORD = "kopi tubruk lima cangkir"
KEYS = ("test-" * 8,)
NIP = "198603142010012003"
PASSWORD_HASH = hash_password(PASSWORD)
HERE = {"Sec-Fetch-Site": "same-origin"}


def moment() -> datetime:
    """The real time: codes of an authenticator app depend on it."""
    return datetime.now(UTC)  # noqa: TID251


class Scene:
    def __init__(self, session: Session) -> None:
        agency = make_agency(session)
        self.ayu = make_person(session, agency, "Ayu Lestari", number=NIP)
        self.dewi = make_person(session, agency, "Dewi Anggraini", Role.ADMIN)
        self.gita = make_person(session, None, "Gita Operator", Role.OPERATOR)
        for person in (self.ayu, self.dewi):
            give_password(session, person)
        session.commit()


def give_password(session: Session, person: Person) -> None:
    credential = credential_of(session, person.id)
    credential.password_hash = PASSWORD_HASH
    session.flush()


def enter(client: FlaskClient, name: str, password: str = PASSWORD, **more: str) -> TestResponse:
    return client.post("/masuk", data={"name": name, "password": password, **more})


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


@pytest.fixture
def strict(app: Flask) -> Iterator[Flask]:
    """The application with its tokens checked, as it runs outside of tests."""
    app.config["WTF_CSRF_CHECK_DEFAULT"] = True
    yield app
    app.config["WTF_CSRF_CHECK_DEFAULT"] = False

"""Ayu and Budi learn in one agency, Citra teaches there; Dewi administers another."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.access import Role
from lms.people.models import Person
from tests.conftest import Client
from tests.factories.people import make_agency, make_person


@dataclass
class Cast:
    ayu: Person
    budi: Person
    citra: Person
    dewi: Person


@pytest.fixture
def cast(session: Session) -> Cast:
    sorong, elsewhere = make_agency(session), make_agency(session, "Pemerintah Kabupaten Maybrat")
    return Cast(
        make_person(session, sorong, "Ayu Lestari"),
        make_person(session, sorong, "Budi Santoso"),
        make_person(session, sorong, "Citra Dewi", Role.INSTRUCTOR),
        make_person(session, elsewhere, "Dewi Anggraini", Role.ADMIN),
    )


@pytest.fixture
def ayu(cast: Cast, client_of: Client) -> FlaskClient:
    return client_of(cast.ayu)


@pytest.fixture
def budi(cast: Cast, client_of: Client) -> FlaskClient:
    return client_of(cast.budi)


@pytest.fixture
def citra(cast: Cast, client_of: Client) -> FlaskClient:
    return client_of(cast.citra)


@pytest.fixture
def dewi(cast: Cast, client_of: Client) -> FlaskClient:
    return client_of(cast.dewi)

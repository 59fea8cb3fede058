"""Who finds a weakness finds out whom to tell (RFC 9116)."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from lms.config import SettingError, Settings
from tests.conftest import Client

HERE = "/.well-known/security.txt"
NEEDED = {"LMS_DATABASE_URL": "postgresql+psycopg://x", "LMS_SECRET_KEYS": "k"}


@pytest.fixture
def named(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    contacts = ("mailto:keamanan@contoh.go.id", "https://contoh.go.id/lapor")
    settings = dataclasses.replace(
        app.extensions["settings"], security_contact=contacts, base_url="https://bina.contoh.go.id"
    )
    monkeypatch.setitem(app.extensions, "settings", settings)


@pytest.mark.usefixtures("named")
def test_it_names_the_contacts_in_their_order_and_an_end_within_a_year(client_of: Client) -> None:
    answer = client_of(None).get(HERE)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    fields = [line.split(": ", 1) for line in answer.text.splitlines()]
    assert [value for name, value in fields if name == "Contact"] == [
        "mailto:keamanan@contoh.go.id",
        "https://contoh.go.id/lapor",
    ]
    (end,) = (value for name, value in fields if name == "Expires")
    left = datetime.fromisoformat(end) - datetime.now(UTC)  # noqa: TID251
    assert timedelta(days=30) < left < timedelta(days=365)
    assert dict(fields)["Canonical"] == f"https://bina.contoh.go.id{HERE}"
    assert dict(fields)["Preferred-Languages"] == "id, en"


def test_without_a_contact_there_is_no_file(client_of: Client) -> None:
    assert client_of(None).get(HERE).status_code == 404


@pytest.mark.parametrize(
    "contact",
    ["keamanan@contoh.go.id", "http://contoh.go.id/lapor", "mailto:a b@c", "mailto:a@b\nExpires: 2099"],
)
def test_what_is_no_address_of_that_kind_stops_the_start(contact: str) -> None:
    good = Settings.from_env({**NEEDED, "LMS_SECURITY_CONTACT": "mailto:a@b.id, tel:+62-21-555"})
    assert good.security_contact == ("mailto:a@b.id", "tel:+62-21-555")
    with pytest.raises(SettingError, match="LMS_SECURITY_CONTACT"):
        Settings.from_env({**NEEDED, "LMS_SECURITY_CONTACT": contact})

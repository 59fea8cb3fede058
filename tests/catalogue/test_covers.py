"""The cover that an author chose is what learners see: small in lists, wide on the course's page; else a batik tile."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.media.models import Media
from lms.media.services import take_in
from tests.authoring.conftest import Scene
from tests.conftest import Client, Statements
from tests.media.files import picture


@pytest.fixture
def scene(session: Session, now: datetime) -> Scene:
    return Scene(session, now)


@pytest.fixture
def cover(
    scene: Scene, session: Session, client_of: Client, app: Flask, now: datetime, run_jobs: Callable[[], int]
) -> Media:
    """Chosen on the page of the course's facts, by its author."""
    media = take_in(
        session,
        app.extensions["store"],
        "loket.png",
        picture("PNG", (1600, 900)),
        owner_id=scene.citra.id,
        agency_id=scene.agency.id,
        now=now,
    )
    session.commit()
    run_jobs()
    facts = {"title": "Etika Pelayanan", "jp": "6", "version": "1", "cover": str(media.id)}
    assert client_of(scene.citra).post(f"{scene.page}/data", data=facts).status_code == 303
    return media


def learner_pages(scene: Scene) -> list[str]:
    return ["/", "/kelas", f"/kelas/{scene.cohort.id}", "/jelajah", f"/jelajah/{scene.cohort.id}"]


def key(media: Media, rendition: str) -> str:
    return str(media.renditions[rendition]["key"])


def pictures(client: FlaskClient, pages: list[str]) -> list[str]:
    return [client.get(page).text for page in pages]


def test_without_a_cover_pages_show_a_tile(scene: Scene, client_of: Client) -> None:
    home, mine, course, _browse, _offer = pictures(client_of(scene.ayu), learner_pages(scene))
    assert "img/cover-" in home
    assert "img/cover-" in mine
    assert "cover-wide" not in course


def test_the_chosen_cover_is_small_in_lists_and_wide_on_the_courses_pages(
    scene: Scene, session: Session, cover: Media, client_of: Client
) -> None:
    scene.cohort.admission = type(scene.cohort.admission).OPEN
    session.commit()
    home, mine, course, browse, offer = pictures(client_of(scene.ayu), learner_pages(scene))
    for page in (home, mine, browse):
        assert key(cover, "thumb") in page
        assert "img/cover-" not in page
    for page in (course, offer):
        assert key(cover, "phone") in page
        assert 'width="720" height="405"' in page
    assert cover.renditions["thumb"]["size"] <= 8 * 1024
    assert key(cover, "thumb") in client_of(scene.citra).get("/kelola/kursus").text


def test_who_saves_data_gets_no_wide_picture(
    scene: Scene, session: Session, cover: Media, client_of: Client
) -> None:
    scene.ayu.data_saver = True
    session.commit()
    assert "cover-wide" not in client_of(scene.ayu).get(f"/kelas/{scene.cohort.id}").text


def test_a_cover_costs_no_statement(
    scene: Scene, cover: Media, client_of: Client, statements: Statements
) -> None:
    ayu = client_of(scene.ayu)
    with statements() as sent:
        ayu.get(f"/kelas/{scene.cohort.id}")
    assert len(sent) <= 5

"""Pictures in stored prose get their addresses when it is shown."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.media.models import Media
from lms.media.pictures import named, resolve
from lms.media.queries import of_agency
from lms.richtext import clean
from lms.storage.folder import FolderStore
from tests.media.bringing import TEXT, brought, bytes_at
from tests.media.files import picture
from tests.statements import statements

NOBODYS = uuid.UUID("0197aaaa-0000-7000-8000-000000000000")


@pytest.fixture
def store(app: Flask) -> FolderStore:
    found = app.extensions["store"]
    assert isinstance(found, FolderStore)
    return found


@pytest.fixture
def photo(ayu: FlaskClient, session: Session, run_jobs: object) -> Media:
    media = brought(ayu, session, "papan.png", picture(size=(400, 300)))
    run_jobs()  # type: ignore[operator]
    session.refresh(media)
    return media


def test_a_picture_is_shown_with_its_size_and_its_words(
    photo: Media, store: FolderStore, ayu: FlaskClient
) -> None:
    html = clean(f'<p>Lihat:</p><p><img src="media:{photo.id}" alt="Papan antrean"></p>')
    shown = resolve(html, [photo], store)
    assert 'alt="Papan antrean" width="400" height="300"' in shown
    url = shown.partition('src="')[2].partition('"')[0].replace("&amp;", "&")
    assert bytes_at(ayu, url).startswith(b"RIFF")


def test_unknown_unprepared_and_other_files_are_left_out(
    photo: Media, store: FolderStore, ayu: FlaskClient, session: Session
) -> None:
    text, raw = brought(ayu, session, "a.txt", TEXT), brought(ayu, session, "b.png", picture())
    html = "".join(f'<img src="media:{name}" alt="">' for name in (NOBODYS, text.id, raw.id, photo.id, "0"))
    shown = resolve(html, [photo, text, raw], store)
    assert shown.count("<img") == 1
    assert str(photo.id) in shown


def test_prose_without_pictures_stays_as_it_is(store: FolderStore) -> None:
    assert resolve("<p>Tanpa gambar</p>", [], store) == "<p>Tanpa gambar</p>"


def test_the_pictures_of_many_texts_are_found_at_once(photo: Media, session: Session, app: Flask) -> None:
    texts = [
        f'<p><img src="media:{photo.id}" alt=""></p>',
        f'<img src="media:{NOBODYS}" alt="">',
        "<p>media:x</p>",
    ]
    assert named(*texts) == {photo.id, NOBODYS}
    assert photo.agency_id
    with statements(app) as asked:
        assert of_agency(session, photo.agency_id, named(*texts)) == [photo]
    assert len(asked) == 1

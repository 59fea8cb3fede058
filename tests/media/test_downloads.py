"""Opening files: who may, and what the folder's own addresses answer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lms.errors import NotFound
from lms.media import services
from lms.media.models import Media, MediaState
from lms.media.queries import (
    brought_by,
    lesson_urls,
    of_agency,
    pages_of,
    playback,
    source_of,
    url_of,
)
from lms.storage.folder import FolderStore
from tests.factories.people import actor_for
from tests.media.bringing import TEXT, begin, brought, bytes_at
from tests.media.conftest import Cast
from tests.media.files import pdf, picture
from tests.statements import statements

NOBODYS = "0197aaaa-0000-7000-8000-000000000000"


@contextmanager
def opened(client: FlaskClient, url: str, **headers: str) -> Iterator[Response]:
    with client.get(
        url, headers={name.replace("_", "-"): value for name, value in headers.items()}
    ) as answer:
        yield answer


@pytest.fixture
def store(app: Flask) -> FolderStore:
    found = app.extensions["store"]
    assert isinstance(found, FolderStore)
    return found


@pytest.fixture
def file(ayu: FlaskClient, session: Session) -> Media:
    return brought(ayu, session, "Notulen Juni.txt", TEXT)


@pytest.fixture
def photo(ayu: FlaskClient, session: Session) -> Media:
    return brought(ayu, session, "papan.png", picture(size=(400, 300)))


class TestWhoMayOpen:
    """`/media/<id>`: whoever brought it, its agency's staff, and if it is shared the whole agency."""

    @pytest.mark.asvs("V8.3.1")
    def test_owner_and_staff_may_others_may_not(
        self, file: Media, ayu: FlaskClient, budi: FlaskClient, citra: FlaskClient, dewi: FlaskClient
    ) -> None:
        path = f"/media/{file.id}"
        assert [client.get(path).status_code for client in (ayu, citra, budi, dewi)] == [302, 302, 404, 404]

    def test_a_shared_file_is_open_to_its_agency_only(
        self, file: Media, session: Session, budi: FlaskClient, dewi: FlaskClient
    ) -> None:
        services.share([session.get_one(Media, file.id)])
        session.commit()
        assert [client.get(f"/media/{file.id}").status_code for client in (budi, dewi)] == [302, 404]

    def test_a_shared_file_of_no_agency_is_open_to_nobody_else(
        self, file: Media, session: Session, budi: FlaskClient
    ) -> None:
        row = session.get_one(Media, file.id)
        row.shared, row.agency_id = True, None
        session.commit()
        assert budi.get(f"/media/{file.id}").status_code == 404

    def test_a_stranger_signs_in_first(self, file: Media, client_of: Any) -> None:
        assert "/masuk" in client_of(None).get(f"/media/{file.id}").location

    def test_what_is_still_arriving_or_unknown_cannot_be_opened(self, ayu: FlaskClient) -> None:
        upload = begin(ayu, "a.txt", TEXT).get_json()["id"]
        for path in (upload, NOBODYS, f"{upload}?versi=phone"):
            assert ayu.get(f"/media/{path}").status_code == 404

    def test_its_state_and_a_new_try_are_for_the_same_people(
        self, file: Media, session: Session, ayu: FlaskClient, budi: FlaskClient, citra: FlaskClient
    ) -> None:
        row = session.get_one(Media, file.id)
        row.state = MediaState.FAILED
        session.commit()
        assert budi.get(f"/media/{file.id}/keadaan").status_code == 404
        assert budi.post(f"/media/{file.id}/ulang", json={}).status_code == 404
        assert ayu.get(f"/media/{file.id}/keadaan").get_json()["can_retry"]
        assert citra.post(f"/media/{file.id}/ulang", json={}).get_json()["state"] == "stored"

    def test_a_rendition_has_a_permanent_address_too(
        self, photo: Media, ayu: FlaskClient, run_jobs: Any
    ) -> None:
        run_jobs()
        assert bytes_at(ayu, f"/media/{photo.id}?versi=phone").startswith(b"RIFF")
        assert ayu.get(f"/media/{photo.id}?versi=tidak-ada").status_code == 404


class TestWhatTheAddressAnswers:
    """The folder's addresses behave like a store's."""

    def test_an_original_is_saved_under_its_own_name(
        self, file: Media, store: FolderStore, ayu: FlaskClient
    ) -> None:
        with opened(ayu, url_of(store, file)) as answer:
            assert answer.data == TEXT
            assert answer.headers["Content-Disposition"] == (
                "attachment; filename=\"Notulen Juni.txt\"; filename*=UTF-8''Notulen%20Juni.txt"
            )
            assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"

    @pytest.mark.asvs("V3.2.1")
    def test_nothing_in_it_can_act(self, photo: Media, store: FolderStore, ayu: FlaskClient) -> None:
        with opened(ayu, url_of(store, photo)) as answer:
            assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Content-Disposition"].startswith("inline; ")
            assert answer.headers["Content-Type"] == "image/png"

    def test_only_what_is_harmless_can_be_shown_and_anything_can_be_saved(
        self, photo: Media, store: FolderStore, ayu: FlaskClient, session: Session
    ) -> None:
        document = brought(ayu, session, "a.pdf", pdf())
        with opened(ayu, url_of(store, document, inline=True)) as answer:
            assert answer.headers["Content-Disposition"].startswith("attachment")
        with opened(ayu, url_of(store, photo, inline=False, name="lain.png")) as answer:
            assert answer.headers["Content-Disposition"].startswith('attachment; filename="lain.png"')

    def test_a_browser_may_keep_it_while_the_address_is_good(
        self, photo: Media, store: FolderStore, ayu: FlaskClient
    ) -> None:
        url = url_of(store, photo, seconds=600)
        with opened(ayu, url) as answer:
            assert answer.cache_control.private
            assert not answer.cache_control.public
            assert 600 <= int(answer.cache_control.max_age or 0) <= 900
            etag = answer.headers["ETag"]
        with opened(ayu, url, If_None_Match=etag) as answer:
            assert (answer.status_code, answer.data) == (304, b"")
        assert url_of(store, photo, seconds=600) == url

    def test_parts_of_it_can_be_asked_for(self, file: Media, store: FolderStore, ayu: FlaskClient) -> None:
        url = url_of(store, file)
        with opened(ayu, url, Range="bytes=3-8") as answer:
            assert (answer.status_code, answer.data) == (206, TEXT[3:9])
            assert answer.headers["Content-Range"] == f"bytes 3-8/{len(TEXT)}"
        with opened(ayu, url, Range="bytes=5000-") as answer:
            assert answer.status_code == 416
        with opened(ayu, url) as answer:
            assert answer.headers["Accept-Ranges"] == "bytes"

    def test_it_is_never_compressed_on_the_way(
        self, ayu: FlaskClient, session: Session, store: FolderStore
    ) -> None:
        table = brought(ayu, session, "a.csv", b"nama;nilai\n" * 200)
        url = url_of(store, table)
        with opened(ayu, url, Accept_Encoding="br, gzip") as answer:
            assert "Content-Encoding" not in answer.headers
            assert answer.content_length == table.size
        with opened(ayu, url, Accept_Encoding="gzip", Range="bytes=0-3") as answer:
            assert (answer.status_code, answer.data) == (206, b"nama")

    def test_asking_for_the_head_sends_no_body(
        self, file: Media, store: FolderStore, ayu: FlaskClient
    ) -> None:
        with ayu.head(url_of(store, file)) as answer:
            assert (answer.status_code, answer.data, answer.content_length) == (200, b"", len(TEXT))

    def test_tampering_is_refused_in_words(
        self, file: Media, photo: Media, store: FolderStore, ayu: FlaskClient
    ) -> None:
        url = url_of(store, file)
        for changed in (
            url.replace(str(file.id), str(photo.id)),
            url.replace("text%2Fplain", "text%2Fhtml"),
            url + "&i=1",
            url.replace("e=1", "e=2"),
            url.partition("&s=")[0],
        ):
            assert changed != url
            page = ayu.get(changed)
            assert page.status_code == 403
            assert "tidak berlaku lagi" in page.text

    def test_an_object_that_is_gone_is_not_found(
        self, file: Media, store: FolderStore, ayu: FlaskClient
    ) -> None:
        url = url_of(store, file)
        store.delete(file.key)
        assert ayu.get(url).status_code == 404


class TestForOtherFeatures:
    """What lessons and projects call."""

    def test_attaching_takes_ones_own_files_that_have_arrived(
        self, file: Media, photo: Media, cast: Cast, session: Session, ayu: FlaskClient
    ) -> None:
        ayus, budis = actor_for(cast.ayu), actor_for(cast.budi)
        assert [m.id for m in brought_by(session, ayus, [photo.id, file.id, photo.id])] == [photo.id, file.id]
        assert brought_by(session, ayus, []) == []
        with pytest.raises(NotFound):
            brought_by(session, budis, [file.id])
        begin(ayu, "b.txt", TEXT + b"b")
        arriving = next(m for m in session.query(Media) if m.state is MediaState.PENDING)
        with pytest.raises(NotFound):
            brought_by(session, ayus, [file.id, arriving.id])

    def test_files_of_another_agency_are_not_given_out(
        self, photo: Media, cast: Cast, session: Session
    ) -> None:
        assert cast.ayu.agency_id
        assert cast.dewi.agency_id
        assert [m.id for m in of_agency(session, cast.ayu.agency_id, [photo.id])] == [photo.id]
        assert of_agency(session, cast.dewi.agency_id, [photo.id]) == []

    def test_one_statement_finds_the_files_of_a_page(
        self, photo: Media, file: Media, cast: Cast, session: Session, app: Flask
    ) -> None:
        agency_id, wanted = cast.ayu.agency_id, [photo.id, file.id]
        assert agency_id
        with statements(app) as asked:
            of_agency(session, agency_id, wanted)
            of_agency(session, agency_id, [])
        assert len(asked) == 1

    def test_every_rendition_gets_its_address(
        self, photo: Media, file: Media, session: Session, store: FolderStore, run_jobs: Any
    ) -> None:
        run_jobs()
        session.refresh(photo)
        urls = lesson_urls(store, [photo, file])
        assert urls[photo.id].keys() == {"phone", "thumb", "original"}
        assert urls[file.id].keys() == {"original"}
        phone = source_of(store, photo, "phone")
        assert (phone.width, phone.height, phone.content_type) == (400, 300, "image/webp")
        with pytest.raises(NotFound):
            source_of(store, photo, "240p")

    def test_there_is_nothing_to_play_before_it_is_ready(self, photo: Media, store: FolderStore) -> None:
        assert playback(store, photo).sources == []
        assert pages_of(store, photo) == []

    def test_smaller_renditions_come_first(self, store: FolderStore) -> None:
        made = {
            "poster": {
                "key": "media/x/poster.webp",
                "type": "image/webp",
                "size": 9,
                "width": 320,
                "height": 180,
            },
            "play": {
                "key": "media/x/original",
                "type": "video/mp4",
                "size": 900,
                "width": 1280,
                "height": 720,
            },
            "240p": {"key": "media/x/240p.mp4", "type": "video/mp4", "size": 90, "width": 426, "height": 240},
        }
        shown = playback(store, Media(renditions=made, facts={"duration": 61.5}))
        assert [source.label for source in shown.sources] == ["240p", "play"]
        assert (shown.duration, shown.poster and shown.poster.width) == (61.5, 320)


def test_opening_a_file_asks_the_database_twice(file: Media, ayu: FlaskClient, app: Flask) -> None:
    with statements(app) as asked:
        ayu.get(f"/media/{file.id}")
    assert len(asked) <= 3

"""Bringing files in parts: what arrives is kept, what must not come in is refused with its reason."""

from __future__ import annotations

import io
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from lms.media import parts
from lms.media.kinds import SORTS
from lms.media.models import Media, MediaState
from lms.media.refusals import Reason
from lms.media.services import CHANGED
from lms.media.sniff import Kind
from lms.storage.folder import FolderStore
from lms.storage.store import PART_SIZE
from tests.media.bringing import TEXT, begin, bring, brought, bytes_at, finish, send
from tests.media.files import EXE, LOCKED_PDF, MP4, pdf, picture, png_header, repacked, slides, word
from tests.storage.engines import Engine
from tests.storage.live import ask

NOBODYS = "0197aaaa-0000-7000-8000-000000000000"


def rows(session: Session) -> list[Media]:
    session.expire_all()
    return list(session.scalars(sa.select(Media)))


def store_of(app: Flask) -> FolderStore:
    found = app.extensions["store"]
    assert isinstance(found, FolderStore)
    return found


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("catatan.txt", TEXT, "txt"),
        ("papan.PNG", picture(), "png"),
        ("panduan.pdf", pdf(2), "pdf"),
        ("surat.docx", word("Salam"), "docx"),
        ("paparan.pptx", slides("Salam"), "pptx"),
        ("film.mp4", MP4, "mp4"),
    ],
    ids=["text", "picture", "pdf", "word", "slides", "video"],
)
def test_a_file_arrives(ayu: FlaskClient, session: Session, name: str, data: bytes, kind: str) -> None:
    media = brought(ayu, session, name, data)
    assert (media.name, media.kind, media.size) == (name, kind, len(data))
    assert media.content_type == SORTS[Kind(kind)].content_type
    assert media.state is MediaState.STORED
    assert media.upload_id is None
    assert bytes_at(ayu, f"/media/{media.id}") == data


def test_a_long_file_arrives_in_parts_in_any_order(ayu: FlaskClient, session: Session, app: Flask) -> None:
    film = MP4 + bytes(2 * PART_SIZE)
    upload = begin(ayu, "film.mp4", film).get_json()
    assert [part["number"] for part in upload["parts"]] == [1, 2, 3]
    assert (upload["part_size"], upload["done"]) == (PART_SIZE, [])
    send(ayu, film, upload["parts"][::-1])
    assert finish(ayu, upload["id"], film).status_code == 200
    assert store_of(app).read(rows(session)[0].key) == film


def test_an_upload_goes_on_after_half_of_its_parts(ayu: FlaskClient, session: Session) -> None:
    film = MP4 + bytes(3 * PART_SIZE)
    first = begin(ayu, "film.mp4", film).get_json()
    send(ayu, film, first["parts"][:2])
    seen = ayu.get(f"/unggahan/{first['id']}").get_json()
    assert seen["done"] == [1, 2]
    assert [part["number"] for part in seen["parts"]] == [3, 4]
    again = begin(ayu, "film.mp4", film).get_json()
    assert (again["id"], again["done"]) == (first["id"], [1, 2])
    send(ayu, film, again["parts"])
    assert finish(ayu, first["id"], film).status_code == 200
    assert len(rows(session)) == 1


def test_another_file_or_another_person_begins_anew(
    ayu: FlaskClient, budi: FlaskClient, session: Session
) -> None:
    begin(ayu, "a.txt", TEXT)
    begin(ayu, "a.txt", TEXT + b"!")
    begin(ayu, "b.txt", TEXT)
    begin(budi, "a.txt", TEXT)
    begin(ayu, "a.txt", TEXT, fingerprint="")
    begin(ayu, "a.txt", TEXT, fingerprint="")
    assert len(rows(session)) == 6


def test_an_upload_goes_on_although_the_store_forgot_its_parts(
    ayu: FlaskClient, session: Session, app: Flask
) -> None:
    upload = begin(ayu, "a.txt", TEXT).get_json()
    send(ayu, TEXT, upload["parts"])
    media = rows(session)[0]
    store_of(app).abort_parts(media.key, str(media.upload_id))
    again = begin(ayu, "a.txt", TEXT).get_json()
    assert (again["id"], again["done"]) == (upload["id"], [])
    send(ayu, TEXT, again["parts"])
    assert finish(ayu, upload["id"], TEXT).status_code == 200


def test_more_addresses_are_given_for_parts_of_the_file_only(ayu: FlaskClient) -> None:
    film = MP4 + bytes(2 * PART_SIZE)
    upload = begin(ayu, "film.mp4", film).get_json()
    more = ayu.post(f"/unggahan/{upload['id']}/bagian", json={"numbers": [2, 3]}).get_json()
    assert [part["number"] for part in more["parts"]] == [2, 3]
    assert ayu.post(f"/unggahan/{upload['id']}/bagian", json={"numbers": [4]}).status_code == 404
    for numbers in ([], [0], ["1"], [True], list(range(1, 60)), None):
        answer = ayu.post(f"/unggahan/{upload['id']}/bagian", json={"numbers": numbers})
        assert answer.status_code == 422, numbers


def test_finishing_too_early_says_how_much_is_missing(ayu: FlaskClient) -> None:
    film = MP4 + bytes(2 * PART_SIZE)
    upload = begin(ayu, "film.mp4", film).get_json()
    send(ayu, film, upload["parts"][:1])
    early = finish(ayu, upload["id"], film)
    assert early.status_code == 409
    assert "2 bagian" in early.get_json()["message"]
    send(ayu, film, upload["parts"][1:])
    assert finish(ayu, upload["id"], film).status_code == 200


def test_a_part_cut_short_counts_as_missing(ayu: FlaskClient) -> None:
    film = MP4 + bytes(2 * PART_SIZE)
    upload = begin(ayu, "film.mp4", film).get_json()
    send(ayu, film, upload["parts"])
    ayu.put(upload["parts"][1]["url"], data=b"terpotong")
    assert ayu.get(f"/unggahan/{upload['id']}").get_json()["done"] == [1, 3]
    assert finish(ayu, upload["id"], film).status_code == 409


def test_finishing_twice_is_the_same_as_once(ayu: FlaskClient, session: Session) -> None:
    upload = begin(ayu, "a.txt", TEXT).get_json()
    send(ayu, TEXT, upload["parts"])
    answers = [finish(ayu, upload["id"], TEXT) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].get_json() == answers[1].get_json()
    waiting = session.scalar(sa.text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'"))
    assert waiting == 1


def test_finishing_again_after_the_store_finished_and_the_answer_was_lost(
    ayu: FlaskClient, session: Session, app: Flask
) -> None:
    upload = begin(ayu, "a.txt", TEXT).get_json()
    send(ayu, TEXT, upload["parts"])
    media = rows(session)[0]
    store = store_of(app)
    store.complete_parts(media.key, str(media.upload_id), store.parts(media.key, str(media.upload_id)))
    assert finish(ayu, upload["id"], TEXT).status_code == 200


@pytest.mark.asvs("V5.2.2")
@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("laporan.pdf", picture(), Reason.NAME_AND_BYTES_DIFFER),
        ("foto.jpg", EXE, Reason.EXECUTABLE),
        ("gambar.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", Reason.ACTIVE_TEXT),
        ("film.mp4", b"#EXTM3U\nfile:///etc/passwd\n", Reason.NAME_AND_BYTES_DIFFER),
        ("film.mp4", b"ffconcat version 1.0\nfile /etc/passwd\n", Reason.NAME_AND_BYTES_DIFFER),
        ("program.exe", TEXT, Reason.EXECUTABLE),
    ],
)
def test_what_is_not_what_it_says_is_refused_before_it_is_sent(
    ayu: FlaskClient, session: Session, name: str, data: bytes, reason: Reason
) -> None:
    answer = begin(ayu, name, data)
    assert answer.status_code == 422
    assert answer.get_json()["message"].startswith(reason.value[:20])
    assert rows(session) == []


@pytest.mark.asvs("V5.2.2")
def test_a_head_that_lies_is_found_out_when_the_bytes_are_there(
    ayu: FlaskClient, session: Session, app: Flask
) -> None:
    upload = begin(ayu, "foto.png", EXE, head="").get_json()
    send(ayu, EXE, upload["parts"])
    answer = finish(ayu, upload["id"], EXE)
    assert answer.status_code == 422
    assert answer.get_json()["message"] == Reason.EXECUTABLE.value
    media = rows(session)[0]
    assert media.state is MediaState.FAILED
    assert not media.can_retry
    assert store_of(app).stat(media.key) is None
    assert ayu.get(f"/media/{media.id}").status_code == 404
    assert finish(ayu, upload["id"], EXE).status_code == 422


@pytest.mark.asvs("V5.2.3")
def test_macros_are_found_in_all_the_bytes(ayu: FlaskClient) -> None:
    assert bring(ayu, "surat.docx", word("Salam")).status_code == 200
    macro = repacked(word("Salam"), {"word/vbaProject.bin": b"x"})
    answer = bring(ayu, "surat.docx", macro)
    assert (answer.status_code, answer.get_json()["message"]) == (422, Reason.MACRO.value)


def test_an_empty_file_is_refused(ayu: FlaskClient) -> None:
    answer = begin(ayu, "a.txt", b"")
    assert (answer.status_code, answer.get_json()["message"]) == (422, Reason.EMPTY.value)


@pytest.mark.asvs("V5.2.1")
def test_a_file_too_large_for_its_kind_is_refused_before_it_is_sent(ayu: FlaskClient) -> None:
    answer = begin(ayu, "a.txt", TEXT, size=11 * 1024 * 1024)
    assert answer.status_code == 422
    assert "11 MB, lebih besar dari batas 10 MB" in answer.get_json()["message"]
    assert begin(ayu, "film.mp4", MP4, size=11 * 1024 * 1024).status_code == 201


@pytest.mark.asvs("V5.2.4")
def test_a_person_has_so_much_room_and_no_more(
    ayu: FlaskClient, budi: FlaskClient, app: Flask, session: Session
) -> None:
    full = app.extensions["settings"]
    app.extensions["settings"] = replace(full, upload_quota_mb=20)
    try:
        first = begin(ayu, "film.mp4", MP4, size=15 * 1024 * 1024).get_json()
        over = begin(ayu, "film.mp4", MP4, size=6 * 1024 * 1024)
        assert over.status_code == 422
        assert "tersisa 5 MB" in over.get_json()["message"]
        assert begin(budi, "film.mp4", MP4, size=6 * 1024 * 1024).status_code == 201
        ayu.post(f"/unggahan/{first['id']}/batal", json={})
        assert begin(ayu, "film.mp4", MP4, size=6 * 1024 * 1024).status_code == 201
    finally:
        app.extensions["settings"] = full


def test_bytes_that_changed_on_the_way_are_refused(ayu: FlaskClient) -> None:
    upload = begin(ayu, "a.txt", TEXT).get_json()
    send(ayu, TEXT.replace(b"2026", b"2025"), upload["parts"])
    answer = finish(ayu, upload["id"], TEXT)
    assert (answer.status_code, answer.get_json()["message"]) == (422, CHANGED)


@pytest.mark.parametrize(
    "sent",
    [
        None,
        [],
        {"name": "a.txt"},
        {"name": 1, "size": 2},
        {"name": "a.txt", "size": "2"},
        {"name": "a.txt", "size": True},
        {"name": "a.txt", "size": 2, "fingerprint": []},
        {"name": "a.txt", "size": 2, "head": "%%%"},
        {"name": "a.txt", "size": 2, "head": "A" * 9000},
    ],
)
def test_a_request_that_makes_no_sense_is_refused(ayu: FlaskClient, sent: object) -> None:
    assert ayu.post("/unggahan", json=sent).status_code == 422
    assert ayu.post("/unggahan", data=b"{", content_type="application/json").status_code == 422


def test_a_checksum_that_is_none_is_refused(ayu: FlaskClient) -> None:
    upload = begin(ayu, "a.txt", TEXT).get_json()
    send(ayu, TEXT, upload["parts"])
    for checksum in (7, "xyz", "A" * 64):
        answer = ayu.post(f"/unggahan/{upload['id']}/selesai", json={"checksum": checksum})
        assert answer.status_code == 422
    assert finish(ayu, upload["id"]).status_code == 200


def test_a_dangerous_name_is_only_ever_shown(ayu: FlaskClient, session: Session) -> None:
    media = brought(ayu, session, "../../etc/cron.d/\u202etxt.txt", TEXT)
    assert media.name == "txt.txt"
    assert media.key == f"media/{media.id}/original"


@pytest.mark.asvs("V8.3.1")
def test_somebody_elses_upload_does_not_exist(
    ayu: FlaskClient, budi: FlaskClient, citra: FlaskClient
) -> None:
    upload = begin(ayu, "a.txt", TEXT).get_json()["id"]
    for other in (budi, citra):
        for wanted in (upload, NOBODYS):
            assert other.get(f"/unggahan/{wanted}").status_code == 404
            for act, body in (("bagian", {"numbers": [1]}), ("selesai", {}), ("batal", {})):
                assert other.post(f"/unggahan/{wanted}/{act}", json=body).status_code == 404
    assert ayu.get(f"/unggahan/{upload}").status_code == 200


def test_nobody_uploads_without_signing_in(client_of: object) -> None:
    stranger = client_of(None)  # type: ignore[operator]
    assert begin(stranger, "a.txt", TEXT).status_code == 401
    assert stranger.post("/unggahan/biasa").status_code == 302


def test_giving_up_forgets_the_bytes(ayu: FlaskClient, session: Session, app: Flask) -> None:
    upload = begin(ayu, "a.txt", TEXT).get_json()
    send(ayu, TEXT, upload["parts"])
    kept = rows(session)[0]
    key, upload_id = kept.key, str(kept.upload_id)
    assert ayu.post(f"/unggahan/{upload['id']}/batal", json={}).status_code == 204
    assert rows(session) == []
    with pytest.raises(FileNotFoundError):
        store_of(app).parts(key, upload_id)
    assert ayu.put(upload["parts"][0]["url"], data=TEXT).status_code == 404


def test_giving_up_what_is_finished_changes_nothing(ayu: FlaskClient, session: Session) -> None:
    media = brought(ayu, session, "a.txt", TEXT)
    assert ayu.post(f"/unggahan/{media.id}/batal", json={}).status_code == 204
    assert len(rows(session)) == 1


class TestAddressesOfParts:
    """The folder's own addresses; S3 does the same for itself."""

    def test_a_tampered_one_is_refused(self, ayu: FlaskClient) -> None:
        url = begin(ayu, "a.txt", TEXT).get_json()["parts"][0]["url"]
        for changed in (url.replace("p=1", "p=2"), url[:-1] + "x", url.partition("?")[0], url + "&n=x"):
            assert ayu.put(changed, data=TEXT).status_code == 403, changed
        assert ayu.put(url, data=TEXT).status_code == 200

    def test_one_whose_time_is_over_is_refused(self, ayu: FlaskClient, session: Session, app: Flask) -> None:
        begin(ayu, "a.txt", TEXT)
        media, store = rows(session)[0], store_of(app)
        old = FolderStore(store.folder, app.extensions["settings"].secret_keys, clock=lambda: 1_600_000_000)
        url = old.part_url(media.key, str(media.upload_id), 1, seconds=60)
        assert ayu.put(url, data=TEXT).status_code == 403

    def test_it_does_not_read_and_a_reading_one_does_not_write(
        self, ayu: FlaskClient, session: Session
    ) -> None:
        url = begin(ayu, "a.txt", TEXT).get_json()["parts"][0]["url"]
        assert ayu.get(url).status_code == 403
        media = brought(ayu, session, "b.txt", TEXT)
        reading = ayu.get(f"/media/{media.id}").location
        assert ayu.put(reading, data=b"lain").status_code == 403
        assert bytes_at(ayu, reading) == TEXT

    def test_it_needs_no_session_because_it_is_the_proof(self, ayu: FlaskClient, client_of: object) -> None:
        url = begin(ayu, "a.txt", TEXT).get_json()["parts"][0]["url"]
        assert client_of(None).put(url, data=TEXT).status_code == 200  # type: ignore[operator]

    def test_a_part_that_is_too_long_or_of_unknown_length_is_refused(self, ayu: FlaskClient) -> None:
        url = begin(ayu, "film.mp4", MP4 + bytes(2 * PART_SIZE)).get_json()["parts"][0]["url"]
        assert ayu.put(url, data=bytes(PART_SIZE + 1)).status_code == 413
        unknown = ayu.put(url, input_stream=io.BytesIO(b"x"), headers={"Transfer-Encoding": "chunked"})
        assert unknown.status_code == 411


@contextmanager
def sent(client: FlaskClient, form: Mapping[str, object]) -> Iterator[Response]:
    """The answer to a large form; the test client leaves the body's temporary file open."""
    answer = client.post("/unggahan/biasa", data=form)
    answer.request.environ["wsgi.input"].close()
    with answer:
        yield answer


class TestWithoutScript:
    """An ordinary form."""

    def test_small_files_go_through_the_application(self, ayu: FlaskClient, session: Session) -> None:
        form = {"next": "/proyek?a=1", "berkas": [(io.BytesIO(TEXT), "a.txt"), (io.BytesIO(pdf()), "b.pdf")]}
        answer = ayu.post("/unggahan/biasa", data=form)
        assert answer.status_code == 303
        made = rows(session)
        assert [media.name for media in made] == ["a.txt", "b.pdf"]
        assert all(media.state is MediaState.STORED for media in made)
        ids = "&".join(f"media={media.id}" for media in made)
        assert urlsplit(answer.location).query == f"a=1&{ids}"

    def test_what_is_refused_is_said_on_the_next_page(self, ayu: FlaskClient, session: Session) -> None:
        form = {"next": "/", "berkas": [(io.BytesIO(EXE), "a.png"), (io.BytesIO(TEXT), "b.txt")]}
        page = ayu.post("/unggahan/biasa", data=form, follow_redirects=True)
        assert f"a.png: {Reason.EXECUTABLE.value}" in page.text
        assert [media.name for media in rows(session)] == ["b.txt"]

    def test_large_files_are_told_about_script(self, ayu: FlaskClient, session: Session) -> None:
        large = MP4 + bytes(10 * 1024 * 1024)
        form = {"next": "/", "berkas": [(io.BytesIO(large), "film.mp4")]}
        with sent(ayu, form) as answer:
            assert answer.status_code == 303
        assert "sampai 10 MB" in ayu.get("/").text
        assert rows(session) == []

    def test_larger_ones_get_our_page_too(self, ayu: FlaskClient) -> None:
        form = {"next": "/", "berkas": [(io.BytesIO(bytes(13 * 1024 * 1024)), "film.mp4")]}
        with sent(ayu, form) as page:
            assert page.status_code == 413
            assert "Kiriman terlalu besar" in page.get_data(as_text=True)

    def test_nothing_chosen_is_said(self, ayu: FlaskClient) -> None:
        page = ayu.post("/unggahan/biasa", data={"next": "/"}, follow_redirects=True)
        assert "Pilih berkas terlebih dahulu." in page.text

    @pytest.mark.parametrize(
        "target", ["", "//lain.invalid", "https://lain.invalid/", "/\\lain.invalid", "x"]
    )
    def test_it_leads_nowhere_else(self, ayu: FlaskClient, session: Session, target: str) -> None:
        form = {"next": target, "berkas": [(io.BytesIO(TEXT), "a.txt")]}
        assert ayu.post("/unggahan/biasa", data=form).status_code == 404
        assert rows(session) == []


def test_a_pixel_flood_is_stored_but_never_prepared(
    ayu: FlaskClient, session: Session, run_jobs: object
) -> None:
    media = brought(ayu, session, "banjir.png", png_header(60_000, 60_000))
    run_jobs()  # type: ignore[operator]
    session.refresh(media)
    assert (media.state, media.problem) == (MediaState.FAILED, Reason.TOO_MANY_PIXELS.value)


def test_a_locked_pdf_is_said_to_be_locked(ayu: FlaskClient, session: Session, run_jobs: object) -> None:
    media = brought(ayu, session, "rahasia.pdf", LOCKED_PDF)
    run_jobs()  # type: ignore[operator]
    told = ayu.get(f"/media/{media.id}/keadaan").get_json()
    assert (told["state"], told["message"]) == ("failed", Reason.PASSWORD.value)


@pytest.mark.parametrize("where", ["rgw", "rclone"])
def test_with_s3_the_bytes_never_pass_through_the_application(
    ayu: FlaskClient, app: Flask, session: Session, where: str, request: pytest.FixtureRequest
) -> None:
    engine: Engine = request.getfixturevalue(where)
    before = app.extensions["store"]
    app.extensions["store"] = engine.store
    try:
        film = MP4 + bytes(PART_SIZE)
        upload = begin(ayu, "film.mp4", film).get_json()
        assert all(part["url"].startswith("http://127.0.0.1:") for part in upload["parts"])
        assert ayu.get("/berkas/media/x").status_code == 404
        engine_put(engine, film, upload["parts"][:1])
        assert ayu.get(f"/unggahan/{upload['id']}").get_json()["done"] == [1]
        assert finish(ayu, upload["id"], film).status_code == 409
        engine_put(engine, film, upload["parts"][1:])
        assert finish(ayu, upload["id"], film).status_code == 200
        assert ayu.get(f"/media/{upload['id']}").location.startswith("http://127.0.0.1:")
    finally:
        app.extensions["store"] = before


def engine_put(engine: Engine, data: bytes, wanted: list[dict[str, object]]) -> None:
    for part in wanted:
        start = (int(str(part["number"])) - 1) * PART_SIZE
        assert ask(str(part["url"]), method="PUT", data=data[start : start + PART_SIZE]).status == 200


@given(st.integers(1, 10**7), st.integers(1, 10**5))
def test_parts_make_up_the_whole(size: int, part_size: int) -> None:
    count = parts.count(size, part_size)
    if count > 1000:
        size, count = part_size * 3, 3
    lengths = {n: parts.length(n, size, part_size) for n in range(1, count + 1)}
    assert sum(lengths.values()) == size
    assert all(0 < length <= part_size for length in lengths.values())
    assert parts.missing(lengths, size, part_size) == []
    assert parts.missing({}, size, part_size) == list(lengths)


@given(st.binary(min_size=1, max_size=200), st.integers(1, 50))
def test_the_checksum_of_a_file_is_that_of_its_parts(data: bytes, part_size: int) -> None:
    cut = [data[at : at + part_size] for at in range(0, len(data), part_size)]
    assert parts.checksum(cut) == parts.checksum_of(io.BytesIO(data), part_size)


def test_ids_are_no_keys_to_anything(ayu: FlaskClient) -> None:
    assert ayu.get(f"/unggahan/{uuid.uuid4()}").status_code == 404

"""One contract, three stores: our folder, Ceph's gateway, and rclone's server (whose known faults are named)."""

from __future__ import annotations

import hashlib
import re
import time
from pathlib import Path

import pytest

from lms.database import new_id
from lms.storage.check import STEPS, checked
from lms.storage.store import PART_SIZE, ObjectStore
from tests.storage.engines import Engine
from tests.storage.live import Answer, ask

TYPE = "image/webp"
# S3 takes no smaller part, unless it is the last.
PART = 5 * 1024 * 1024
HOUR = 3600


@pytest.fixture(params=["folder", "rgw", "rclone"])
def engine(request: pytest.FixtureRequest) -> Engine:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Engine)
    return found


@pytest.fixture
def store(engine: Engine) -> ObjectStore:
    return engine.store


@pytest.fixture
def key() -> str:
    return f"media/{new_id()}/original"


def fetched(engine: Engine, url: str, **options: object) -> Answer:
    return ask(engine.address(url), **options)  # type: ignore[arg-type]


def test_what_was_put_is_read_listed_and_deleted(store: ObjectStore, key: str) -> None:
    store.put(key, b"satu dua tiga", content_type=TYPE)
    found = store.stat(key)
    assert found is not None
    assert (found.key, found.size) == (key, 13)
    assert abs(found.changed_at.timestamp() - time.time()) < HOUR
    assert store.read(key) == b"satu dua tiga"
    assert [(made.key, made.size) for made in store.keys(key)] == [(key, 13)]
    store.delete(key)
    store.delete(key)
    assert store.stat(key) is None
    assert list(store.keys(key)) == []


def test_putting_again_replaces(store: ObjectStore, key: str) -> None:
    store.put(key, b"lama sekali", content_type=TYPE)
    store.put(key, b"baru", content_type=TYPE)
    assert store.read(key) == b"baru"


def test_ranges_are_read(store: ObjectStore, key: str) -> None:
    store.put(key, b"0123456789", content_type=TYPE)
    assert store.read(key, start=3) == b"3456789"
    assert store.read(key, start=3, length=2) == b"34"
    assert store.read(key, length=4) == b"0123"


def test_what_is_not_there_is_said_so(store: ObjectStore, key: str, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store.read(key)
    with pytest.raises(FileNotFoundError):
        store.fetch(key, tmp_path / "x")
    with pytest.raises(FileNotFoundError):
        store.parts(key, store_id(store))


def store_id(store: ObjectStore) -> str:
    """An upload that was begun and given up."""
    key = f"media/{new_id()}/original"
    upload = store.start_parts(key, content_type=TYPE)
    store.abort_parts(key, upload)
    store.abort_parts(key, upload)
    return upload


def test_files_go_in_and_come_out(store: ObjectStore, key: str, tmp_path: Path) -> None:
    there, back = tmp_path / "there", tmp_path / "back"
    there.write_bytes(bytes(range(256)) * 1000)
    store.put_file(key, there, content_type=TYPE)
    store.fetch(key, back)
    assert back.read_bytes() == there.read_bytes()


def test_keys_come_in_order_and_only_those_asked_for(store: ObjectStore, key: str) -> None:
    folder = key.rpartition("/")[0]
    for name in ("b", "a", "c"):
        store.put(f"{folder}/{name}", b"x", content_type=TYPE)
    assert [made.key for made in store.keys(f"{folder}/")] == [f"{folder}/{name}" for name in "abc"]


def test_an_address_gives_the_bytes_with_the_type_and_name_asked_for(engine: Engine, key: str) -> None:
    engine.store.put(key, b"isi", content_type="application/octet-stream")
    url = engine.store.url(key, seconds=HOUR, content_type=TYPE, filename="Laporan «Juni» é.webp")
    answer = fetched(engine, url)
    assert (answer.status, answer.body) == (200, b"isi")
    assert answer.headers["Content-Type"] == TYPE
    kind, plain, extended = re.split(r"; ", answer.headers["Content-Disposition"])
    assert (kind, plain) == ("attachment", 'filename="Laporan _Juni_ _.webp"')
    assert extended == "filename*=UTF-8''Laporan%20%C2%ABJuni%C2%BB%20%C3%A9.webp"
    shown = engine.store.url(key, seconds=HOUR, content_type=TYPE, inline=True)
    assert fetched(engine, shown).headers["Content-Disposition"] == "inline"


def test_the_same_question_gets_the_same_address_for_a_while(engine: Engine, key: str) -> None:
    at = 1_800_000_000.0
    early, later = engine.store_at(lambda: at), engine.store_at(lambda: at + HOUR // 4)
    much_later = engine.store_at(lambda: at + HOUR)
    urls = [s.url(key, seconds=HOUR, content_type=TYPE) for s in (early, later, much_later)]
    assert urls[0] == urls[1] != urls[2]


@pytest.mark.asvs("V5.2.2")
def test_an_address_whose_time_is_over_is_refused(engine: Engine, key: str) -> None:
    engine.store.put(key, b"isi", content_type=TYPE)
    ages = {"good": HOUR - 60, "over": 2 * HOUR}
    made = {name: engine.store_at(lambda age=age: time.time() - age) for name, age in ages.items()}  # type: ignore[misc]
    answers = {
        name: fetched(engine, s.url(key, seconds=HOUR, content_type=TYPE)).status for name, s in made.items()
    }
    # rclone answers 400 instead of 403.
    assert answers == {"good": 200, "over": 400 if engine.name == "rclone" else 403}


def test_a_changed_address_is_refused(engine: Engine, key: str) -> None:
    engine.store.put(key, b"isi", content_type=TYPE)
    engine.store.put(f"{key}-lain", b"rahasia", content_type=TYPE)
    url = engine.store.url(key, seconds=HOUR, content_type=TYPE)
    assert fetched(engine, url).status == 200
    other_key = url.replace("/original", "/original-lain")
    other_type = url.replace("webp", "html")
    other_proof = url[:-1] + ("0" if url[-1] != "0" else "1")
    assert other_type != url
    for changed in (other_key, other_type, other_proof, url.partition("?")[0]):
        assert fetched(engine, changed).status in {400, 401, 403}
    assert fetched(engine, url, method="PUT", data=b"lain").status in {400, 403, 405}
    assert engine.store.read(key) == b"isi"


def test_ranges_of_an_address_are_answered(engine: Engine, key: str) -> None:
    engine.store.put(key, b"0123456789", content_type=TYPE)
    url = engine.store.url(key, seconds=HOUR, content_type=TYPE)
    part = fetched(engine, url, headers={"Range": "bytes=2-4"})
    assert part.body == b"234"
    assert part.headers["Content-Range"] == "bytes 2-4/10"
    assert part.status == (200 if engine.name == "rclone" else 206)
    assert fetched(engine, url, headers={"Range": "bytes=-3"}).body == b"789"
    assert fetched(engine, url, headers={"Range": "bytes=50-60"}).status == 416


def test_what_the_browser_still_has_is_not_sent_again(engine: Engine, key: str) -> None:
    engine.store.put(key, b"isi", content_type=TYPE)
    url = engine.store.url(key, seconds=HOUR, content_type=TYPE)
    etag = fetched(engine, url).headers["ETag"]
    assert fetched(engine, url, headers={"If-None-Match": etag}).status == 304


def test_parts_arrive_in_any_order_and_become_one_object(engine: Engine, key: str) -> None:
    store = engine.store
    upload = store.start_parts(key, content_type=TYPE)
    assert store.parts(key, upload) == []
    first, last = b"a" * PART, b"akhir"
    for number, data in ((2, last), (1, first)):
        url = store.part_url(key, upload, number, seconds=HOUR)
        assert fetched(engine, url, method="PUT", data=data).status == 200
    arrived = store.parts(key, upload)
    assert [(part.number, part.size) for part in arrived] == [(1, PART), (2, 5)]
    assert store.stat(key) is None
    store.complete_parts(key, upload, arrived[::-1])
    assert store.read(key) == first + last
    with pytest.raises(FileNotFoundError):
        store.parts(key, upload)


def test_a_part_may_be_sent_again(engine: Engine, key: str) -> None:
    store = engine.store
    upload = store.start_parts(key, content_type=TYPE)
    for data in (b"salah", b"benar sekali"):
        fetched(engine, store.part_url(key, upload, 1, seconds=HOUR), method="PUT", data=data)
    store.complete_parts(key, upload, store.parts(key, upload))
    # rclone keeps the first; we only ever send the same part again.
    assert store.read(key) == (b"salah" if engine.name == "rclone" else b"benar sekali")


def test_a_part_to_a_changed_address_is_refused(engine: Engine, key: str) -> None:
    store = engine.store
    upload = store.start_parts(key, content_type=TYPE)
    url = store.part_url(key, upload, 1, seconds=HOUR)
    number = "p=1" if engine.name == "folder" else "partNumber=1"
    assert number in url
    assert fetched(engine, url.replace(number, number[:-1] + "2"), method="PUT", data=b"x").status == 403
    assert store.parts(key, upload) == []
    assert fetched(engine, url, method="PUT", data=b"x").status == 200


def test_a_part_is_taken_only_if_its_bytes_are_those_announced(engine: Engine, key: str) -> None:
    store = engine.store
    upload = store.start_parts(key, content_type=TYPE)
    good, spoilt = b"utuh sekali", b"utuh sekalj"
    digest = hashlib.sha256(good).hexdigest()
    url = store.part_url(key, upload, 1, seconds=HOUR, digest=digest)
    said = {"X-Amz-Content-SHA256": digest}
    refused = fetched(engine, url, method="PUT", data=spoilt, headers=said).status
    assert store.parts(key, upload) == []
    if engine.name == "rclone":  # takes no announced bytes at all; the uploader then sends them without
        assert refused == fetched(engine, url, method="PUT", data=good, headers=said).status == 403
        return
    assert refused == 400
    assert fetched(engine, url, method="PUT", data=good, headers=said).status == 200
    assert [part.size for part in store.parts(key, upload)] == [len(good)]


def test_a_part_may_be_put_from_here(engine: Engine, key: str) -> None:
    store = engine.store
    upload = store.start_parts(key, content_type=TYPE)
    store.send_part(key, upload, 1, b"dari sini")
    store.complete_parts(key, upload, store.parts(key, upload))
    assert store.read(key) == b"dari sini"


def test_unfinished_uploads_are_found_and_given_up(engine: Engine, key: str) -> None:
    store = engine.store
    upload = store.start_parts(key, content_type=TYPE)
    fetched(engine, store.part_url(key, upload, 1, seconds=HOUR), method="PUT", data=b"x")
    assert upload in {found.upload_id for found in store.unfinished("media/")}
    store.abort_parts(key, upload)
    assert upload not in {found.upload_id for found in store.unfinished("media/")}
    assert (
        fetched(engine, store.part_url(key, upload, 2, seconds=HOUR), method="PUT", data=b"x").status == 404
    )


def test_the_operators_check_passes(engine: Engine) -> None:
    steps = list(checked(engine.store))
    assert [step.name for step in steps] == list(STEPS)
    assert [step for step in steps if not step.ok] == []


def test_pages_of_our_origin_may_upload_and_read_ranges_and_others_may_not(rgw: Engine, key: str) -> None:
    rgw.store.prepare(["http://localhost"])  # others that share the gateway name other origins
    upload = rgw.store.start_parts(key, content_type=TYPE)
    url = rgw.store.part_url(key, upload, 1, seconds=HOUR)
    asked = {"Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
    ours = ask(url, method="OPTIONS", headers={"Origin": "http://localhost", **asked})
    assert (ours.status, ours.headers["Access-Control-Allow-Origin"]) == (200, "http://localhost")
    sent = ask(url, method="PUT", data=b"x", headers={"Origin": "http://localhost"})
    assert "ETag" in sent.headers["Access-Control-Expose-Headers"]
    rgw.store.put(key, b"0123456789", content_type=TYPE)
    address = rgw.store.url(key, seconds=HOUR, content_type=TYPE)
    part = ask(address, headers={"Origin": "http://localhost", "Range": "bytes=2-4"})
    assert (part.status, part.body, part.headers["Content-Range"]) == (206, b"234", "bytes 2-4/10")
    assert {"ETag", "Content-Range"} <= set(re.split(", ?", part.headers["Access-Control-Expose-Headers"]))
    theirs = ask(url, method="OPTIONS", headers={"Origin": "http://lain.invalid", **asked})
    assert "Access-Control-Allow-Origin" not in theirs.headers


def test_parts_are_as_large_as_every_store_takes_them() -> None:
    assert PART <= PART_SIZE < 5 * 1024**3

"""Rows and objects are kept in step, in both directions, and nothing young is touched."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from lms.clock import now
from lms.jobs.queue import Work
from lms.media import services, sweeping
from lms.media.jobs import reconcile, sweep
from lms.media.models import Media, MediaState
from lms.media.sweeping import ABANDONED, REFUSED, STUCK, YOUNG, work_folder
from lms.shell.cli import work_here
from lms.storage.store import ObjectStore
from tests.media.bringing import TEXT, begin, brought, finish, send
from tests.media.files import EXE, picture
from tests.storage.engines import Engine

MINUTE = timedelta(minutes=1)


@dataclass
class Room:
    """A store, and the session in which its rows are."""

    session: Session
    store: ObjectStore

    def sweep(self, after: timedelta) -> int:
        return self.committed(sweeping.sweep(self.session, self.store, now=now() + after))

    def forget_leftovers(self, after: timedelta) -> int:
        return self.committed(sweeping.forget_leftovers(self.session, self.store, now=now() + after))

    def say_losses(self, after: timedelta) -> int:
        return self.committed(sweeping.say_losses(self.session, self.store, now=now() + after))

    def committed(self, count: int) -> int:
        self.session.commit()
        return count

    def keys_there(self) -> list[str]:
        return [made.key for made in self.store.keys("media/")]

    def rows(self) -> list[Media]:
        self.session.expire_all()
        return list(self.session.scalars(sa.select(Media).order_by(Media.id)))


@pytest.fixture
def work(app: Flask) -> Work:
    with app.app_context():
        return work_here()


@pytest.fixture
def room(work: Work, session: Session) -> Room:
    for made in list(work.store.keys("")):
        work.store.delete(made.key)
    for upload in list(work.store.unfinished("")):
        work.store.abort_parts(upload.key, upload.upload_id)
    return Room(session, work.store)


def test_an_upload_that_was_given_up_is_forgotten_after_three_days(ayu: FlaskClient, room: Room) -> None:
    upload = begin(ayu, "a.txt", TEXT).get_json()
    send(ayu, TEXT, upload["parts"])
    media = room.rows()[0]
    upload_id = str(media.upload_id)
    assert room.sweep(ABANDONED - MINUTE) == 0
    assert room.store.parts(media.key, upload_id)
    assert room.sweep(ABANDONED + MINUTE) == 1
    assert room.rows() == []
    with pytest.raises(FileNotFoundError):
        room.store.parts(f"media/{upload['id']}/original", upload_id)


def test_one_that_somebody_works_on_stays(ayu: FlaskClient, room: Room) -> None:
    upload = begin(ayu, "a.txt", TEXT).get_json()
    media = room.rows()[0]
    media.active_at -= ABANDONED
    room.session.commit()
    ayu.post(f"/unggahan/{upload['id']}/bagian", json={"numbers": [1]})
    assert room.sweep(timedelta(hours=1)) == 0


def test_a_refused_file_is_forgotten_after_a_day_and_a_good_one_never(ayu: FlaskClient, room: Room) -> None:
    brought(ayu, room.session, "a.txt", TEXT)
    upload = begin(ayu, "b.png", EXE, head="").get_json()
    send(ayu, EXE, upload["parts"])
    assert finish(ayu, upload["id"]).status_code == 422
    assert room.sweep(REFUSED - MINUTE) == 0
    assert room.sweep(ABANDONED * 9) == 1
    assert [media.name for media in room.rows()] == ["a.txt"]


def test_a_failed_file_keeps_its_bytes(ayu: FlaskClient, room: Room) -> None:
    media = brought(ayu, room.session, "a.txt", TEXT)
    services.fail(room.session, media, services.CHANGED, {}, now=now())
    room.session.commit()
    assert room.sweep(ABANDONED * 9) == 0
    assert room.forget_leftovers(YOUNG * 9) == 0
    assert room.keys_there() == [media.key]


def test_preparation_that_died_is_begun_again(
    ayu: FlaskClient, room: Room, run_jobs: Callable[[], int]
) -> None:
    media = brought(ayu, room.session, "a.txt", TEXT)
    assert room.committed(sweeping.wake(room.session, now=now() + STUCK * 2)) == 0, "its job still waits"
    room.session.execute(sa.text("DELETE FROM procrastinate_jobs"))
    assert room.committed(sweeping.wake(room.session, now=now() + STUCK - MINUTE)) == 0
    assert room.committed(sweeping.wake(room.session, now=now() + STUCK * 2)) == 1
    assert run_jobs() == 1
    room.session.refresh(media)
    assert media.state is MediaState.READY


def test_waking_does_not_give_a_poisonous_file_new_tries(ayu: FlaskClient, room: Room) -> None:
    media = brought(ayu, room.session, "a.txt", TEXT)
    media.facts = {"tries": 3}
    room.session.execute(sa.text("DELETE FROM procrastinate_jobs"))
    room.committed(sweeping.wake(room.session, now=now() + STUCK * 2))
    room.session.refresh(media)
    assert media.facts == {"tries": 3}


def test_objects_without_a_row_are_deleted_when_they_are_a_day_old(
    ayu: FlaskClient, room: Room, run_jobs: Callable[[], int]
) -> None:
    media = brought(ayu, room.session, "a.png", picture())
    run_jobs()
    kept = room.keys_there()
    nobodys = "media/0197aaaa-0000-7000-8000-000000000000/original"
    for key in (nobodys, f"media/{media.id}/half.webp"):
        room.store.put(key, b"x", content_type="image/webp")
    room.store.put("certificates/1.pdf", b"x", content_type="application/pdf")
    assert room.forget_leftovers(YOUNG - MINUTE) == 0
    assert room.forget_leftovers(YOUNG + MINUTE) == 2
    assert room.keys_there() == kept
    assert room.store.stat("certificates/1.pdf")


def test_uploads_without_a_row_are_given_up_when_they_are_a_day_old(ayu: FlaskClient, room: Room) -> None:
    begin(ayu, "a.txt", TEXT)
    stray = room.store.start_parts("media/x/original", content_type="text/plain")
    assert room.forget_leftovers(YOUNG - MINUTE) == 0
    assert room.forget_leftovers(YOUNG + MINUTE) == 1
    left = {found.upload_id for found in room.store.unfinished("media/")}
    assert stray not in left
    assert room.rows()[0].upload_id in left


def test_a_row_whose_bytes_are_gone_says_so_once(ayu: FlaskClient, room: Room) -> None:
    media, other = brought(ayu, room.session, "a.txt", TEXT), brought(ayu, room.session, "b.txt", TEXT)
    room.store.delete(media.key)
    assert room.say_losses(YOUNG - MINUTE) == 0
    assert room.say_losses(YOUNG + MINUTE) == 1
    assert room.say_losses(YOUNG + MINUTE) == 0
    room.session.refresh(media)
    room.session.refresh(other)
    assert (media.state, media.problem) == (MediaState.FAILED, services.ABSENT)
    assert other.state is MediaState.STORED


def test_a_lost_rendition_is_made_again(ayu: FlaskClient, room: Room, run_jobs: Callable[[], int]) -> None:
    media = brought(ayu, room.session, "a.png", picture())
    run_jobs()
    before = room.keys_there()
    room.store.delete(f"media/{media.id}/phone.webp")
    assert room.say_losses(YOUNG + MINUTE) == 1
    assert run_jobs() == 1
    room.session.refresh(media)
    assert media.state is MediaState.READY
    assert room.keys_there() == before


def test_what_a_dead_worker_left_on_the_disk_is_cleared(work: Work) -> None:
    base = work_folder(work.settings.data_dir)
    arriving = work.settings.data_dir / "files" / "arriving"
    for place in (base / "old", base / "new", arriving):
        place.mkdir(parents=True, exist_ok=True)
    (base / "old" / "frame.jpg").write_bytes(b"x")
    (arriving / "old").write_bytes(b"x")
    (arriving / "new").write_bytes(b"x")
    long_ago = (now() - YOUNG * 2).timestamp()
    for place in (base / "old", arriving / "old"):
        os.utime(place, (long_ago, long_ago))
    assert sweeping.clear_work(work.settings.data_dir, now=now()) == 2
    assert [place.name for place in (*base.iterdir(), *arriving.iterdir())] == ["new", "new"]
    (arriving / "new").unlink()
    (base / "new").rmdir()


def test_the_jobs_do_all_of_it(work: Work, ayu: FlaskClient, room: Room) -> None:
    begin(ayu, "a.txt", TEXT)
    lost = brought(ayu, room.session, "b.txt", TEXT)
    room.store.delete(lost.key)
    room.session.execute(sa.update(Media).values(active_at=long_ago(), stored_at=long_ago()))
    room.session.execute(sa.update(Media).where(Media.id != lost.id).values(stored_at=None))
    room.session.commit()
    context = type("Context", (), {"additional_context": {"work": work}})()
    for job in (sweep, reconcile):
        job.func(context, timestamp=0)
    assert [(media.name, media.problem) for media in room.rows()] == [("b.txt", services.ABSENT)]


def long_ago() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


def test_deleting_a_file_takes_all_that_was_made_of_it(
    ayu: FlaskClient, room: Room, run_jobs: Callable[[], int]
) -> None:
    media, other = (brought(ayu, room.session, f"{n}.png", picture()) for n in "ab")
    run_jobs()
    services.forget(room.session, room.store, media)
    room.session.commit()
    assert [row.id for row in room.rows()] == [other.id]
    assert all(str(other.id) in key for key in room.keys_there())


@pytest.mark.parametrize("where", ["rgw", "rclone"])
def test_the_same_holds_for_s3(
    where: str, session: Session, app: Flask, ayu: FlaskClient, request: pytest.FixtureRequest
) -> None:
    engine: Engine = request.getfixturevalue(where)
    room = Room(session, engine.store)
    before = app.extensions["store"]
    app.extensions["store"] = engine.store
    try:
        form = {"next": "/", "berkas": [(io.BytesIO(TEXT), "a.txt")]}
        assert ayu.post("/unggahan/biasa", data=form).status_code == 303
        kept = room.rows()[0].key
        room.store.put("media/0197aaaa-0000-7000-8000-000000000000/original", b"x", content_type="text/plain")
        stray = room.store.start_parts("media/x/original", content_type="text/plain")
        room.forget_leftovers(YOUNG + MINUTE)
        assert room.keys_there() == [kept]
        assert stray not in {found.upload_id for found in room.store.unfinished("media/")}
        room.store.delete(kept)
        assert room.say_losses(YOUNG + MINUTE) == 1
    finally:
        app.extensions["store"] = before


class TestCommands:
    """`flask storage …`"""

    def test_check_names_each_step(self, app: Flask) -> None:
        done = app.test_cli_runner().invoke(args=["storage", "check"])
        assert done.exit_code == 0
        assert "ok  upload in parts" in done.output

    def test_check_fails_when_the_store_does(self, app: Flask, tmp_path: Path) -> None:
        store = app.extensions["store"]
        blocked = tmp_path / "file"
        blocked.write_text("no folder")
        app.extensions["store"] = type(store)(blocked, ["k" * 32])
        try:
            done = app.test_cli_runner().invoke(args=["storage", "check", "--json"])
            prepared = app.test_cli_runner().invoke(args=["storage", "prepare"])
        finally:
            app.extensions["store"] = store
        assert done.exit_code == 1
        assert '"step": "put", "ok": false' in done.output
        assert prepared.exit_code == 1

    def test_prepare_may_be_run_again(self, app: Flask, rgw: Engine) -> None:
        store = app.extensions["store"]
        app.extensions["store"] = rgw.store
        try:
            for _ in range(2):
                assert app.test_cli_runner().invoke(args=["storage", "prepare"]).exit_code == 0
        finally:
            app.extensions["store"] = store

    def test_tidy_says_what_it_did(self, app: Flask, room: Room) -> None:
        done = app.test_cli_runner().invoke(args=["storage", "tidy"])
        assert done.output == "0 leftovers deleted, 0 files with lost bytes\n"

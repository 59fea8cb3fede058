"""A rendered film whose quality is left to the player ("Otomatis"): our playlists, and pieces out of one object each.

Chromium plays HLS by itself (seen with 156); ffmpeg stands for every other player.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, Response, expect
from sqlalchemy.engine import URL

from courses.lessons.models import LessonMedia, Part
from lms.access import Role
from lms.media.models import Media
from lms.media.services import take_in
from lms.media.streaming import playlist_url
from lms.media.video import ffmpeg
from lms.people.models import Person
from lms.storage.folder import FolderStore
from lms.storage.s3 import S3Store
from lms.storage.store import ObjectStore
from tests.factories.learning import make_cohort, make_course, make_lesson, make_module, make_seat
from tests.factories.people import make_agency, make_person
from tests.lessons.film import listen, reach
from tests.live import LiveServer, living, run_jobs
from tests.storage.engines import Engine, s3_settings

pytestmark = pytest.mark.browser

SECONDS, RATE = 12, 10
SIZES = [(426, 240), (640, 360)]
PIECE = re.compile(r"/(240p|360p)\.stream\.mp4$")


def film(folder: Path) -> bytes:
    """A picture that changes all over, and a tone."""
    file = folder / "film.mp4"
    shapes, tone = f"testsrc2=size=640x360:rate={RATE}:duration={SECONDS}", f"sine=duration={SECONDS}"
    coding = ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac"]
    sources = ["-f", "lavfi", "-i", shapes, "-f", "lavfi", "-i", tone]
    subprocess.run([ffmpeg(), "-v", "error", *sources, *coding, str(file)], check=True)
    return file.read_bytes()


@dataclass
class Theatre:
    """A lesson with the film, rendered by the worker; `folder` is room for files."""

    live: LiveServer
    ayu: Person
    page: str
    playlist: str
    folder: Path

    @property
    def store(self) -> ObjectStore:
        found: ObjectStore = self.live.app.extensions["store"]
        return found

    def open(self) -> Page:
        page = self.live.page(self.ayu)
        page.set_default_timeout(20_000)
        page.goto(self.page)
        expect(page.locator("[data-tools]")).to_be_visible(timeout=20_000)
        page.locator(".segments label", has_text="Otomatis").click()
        return page


def _built(live: LiveServer, folder: Path) -> Theatre:
    now, store = datetime.now(UTC), live.app.extensions["store"]  # noqa: TID251
    with live.using() as session:
        agency = make_agency(session)
        ayu = make_person(session, agency, "Ayu Lestari")
        citra = make_person(session, agency, "Citra Dewi", Role.INSTRUCTOR)
        course = make_course(session, agency, citra, now)
        lesson = make_lesson(session, make_module(session, course, now), now)
        owner: dict[str, Any] = {"owner_id": citra.id, "agency_id": agency.id}
        media_id = take_in(session, store, "film.mp4", film(folder), **owner, now=now).id
        session.add(LessonMedia(activity_id=lesson.id, media_id=media_id, part=Part.VIDEO))
        cohort = make_cohort(session, course, citra, now)
        make_seat(session, cohort, ayu, now)
        page = f"/kelas/{cohort.id}/pelajaran/{lesson.id}"
        session.commit()
        session.expunge_all()
    while run_jobs(live):
        pass
    with live.using() as session:
        playlist = playlist_url(session.get_one(Media, media_id))
    return Theatre(live, ayu, page, f"{live.address}{playlist}", folder / "files")


def copied(source: ObjectStore, target: ObjectStore) -> ObjectStore:
    for found in source.keys("media/"):
        target.put(found.key, source.read(found.key), content_type="video/mp4")
    return target


@pytest.fixture(scope="module")
def theatre(
    shared_app: Flask, template_database: URL, tmp_path_factory: pytest.TempPathFactory, rgw: Engine
) -> Iterator[Theatre]:
    """Rendered once, into a bucket of its own."""
    assert isinstance(rgw.store, S3Store)
    settings: dict[str, Any] = s3_settings(rgw.store.settings.s3_endpoint, s3_bucket="siaran")
    folder = tmp_path_factory.mktemp("theatre")
    with living(shared_app, template_database, folder, **settings) as live:
        live.app.extensions["store"].make_bucket()
        yield _built(live, folder)


@pytest.fixture(params=["gateway", "folder"])
def shown(theatre: Theatre, request: pytest.FixtureRequest) -> Iterator[Theatre]:
    """The film where browsers may fetch it: in the bucket once it is prepared, and behind our own address."""
    gateway = theatre.store
    gateway.prepare([theatre.live.address])
    if request.param == "folder":
        theatre.live.app.extensions["store"] = copied(gateway, FolderStore(theatre.folder, ["x" * 32]))
    elif request.param == "rclone":
        rclone: Engine = request.getfixturevalue("rclone")
        theatre.live.app.extensions["store"] = copied(gateway, rclone.store)
    yield theatre
    theatre.live.app.extensions["store"] = gateway


def test_a_bucket_that_no_page_may_read_gives_way_to_the_usual_film(theatre: Theatre) -> None:
    """Plain films need no agreement of the store (CORS), streams do: `flask storage prepare` was run for another address."""
    theatre.store.prepare(["https://lain.invalid"])
    page = theatre.open()
    film = listen(page)
    page.locator("[data-play]").click()
    reach(film, 1)
    expect(page.locator(".segments input[value='240p']")).to_be_checked()
    expect(page.locator("[data-trouble]")).to_be_hidden()
    page.context.close()


def test_left_to_the_browser_a_film_plays_and_seeks_in_pieces_of_one_object(shown: Theatre) -> None:
    page = shown.open()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    film = listen(page)
    page.locator("[data-play]").click()
    reach(film, 2)
    film.evaluate("(film) => { film.currentTime = 9; }")
    reach(film, 10)
    size = film.evaluate("(film) => [film.videoWidth, film.videoHeight]")
    assert tuple(size) in SIZES
    expect(page.locator(".segments input[value='auto']")).to_be_checked()
    lists = [answer.url for answer in answers if answer.url.endswith(".m3u8")]
    assert {"daftar.m3u8", "240p.m3u8"} <= {url.rpartition("/")[2] for url in lists}
    pieces = [answer for answer in answers if PIECE.search(urlsplit(answer.url).path)]
    assert pieces
    assert {answer.status for answer in pieces} == {206}
    home = urlsplit(shown.store.url("x", seconds=60, content_type="x")).netloc
    assert {urlsplit(answer.url).netloc for answer in pieces} == {home or urlsplit(shown.live.address).netloc}
    assert not [answer.url for answer in answers if urlsplit(answer.url).path.endswith("/240p.mp4")]
    page.context.close()


@pytest.mark.parametrize("shown", ["gateway", "folder", "rclone"], indirect=True)
def test_any_player_of_playlists_reads_both_qualities_over_http(shown: Theatre) -> None:
    told = subprocess.run(
        [ffmpeg(), "-nostdin", "-i", shown.playlist, "-map", "0:v", "-f", "null", "-"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert told.returncode == 0, told.stderr
    assert re.findall(r"Video: h264.*?, (\d+)x(\d+)", told.stderr.split("Output #0")[0]) == [
        tuple(map(str, size)) for size in SIZES
    ]
    assert int(re.findall(r"frame= *(\d+)", told.stderr)[-1]) == SECONDS * RATE

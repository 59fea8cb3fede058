"""What the worker makes of files: light pictures, pages with words, posters; and what happens when it cannot."""

from __future__ import annotations

import errno
import io
import random
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import docx
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from lms.jobs.queue import Work
from lms.media import jail, mp4, services, video
from lms.media.events import MediaFailed, MediaReady
from lms.media.jail import Limits
from lms.media.jobs import prepare
from lms.media.models import Media, MediaState
from lms.media.prepare import EXHAUSTED, MOST_TRIES, document_of, keep_pictures
from lms.media.prepare import prepare as prepare_now
from lms.media.queries import pages_of, playback
from lms.media.refusals import FileRefusal, Reason
from lms.media.sniff import Kind
from lms.media.sweeping import work_folder
from lms.richtext import Shown, with_pictures
from lms.shell.cli import work_here
from lms.storage.folder import FolderStore
from tests.conftest import NOW
from tests.media.bringing import TEXT, begin, brought, bytes_at, finish, recording, send, tone
from tests.media.conftest import Cast
from tests.media.files import MP4, pdf, picture, saved, slides, zipped

MB = 1024 * 1024
RunJobs = Callable[[], int]


@pytest.fixture
def store(app: Flask) -> FolderStore:
    found = app.extensions["store"]
    assert isinstance(found, FolderStore)
    return found


@pytest.fixture
def work(app: Flask) -> Work:
    """What the worker would give to a job."""
    with app.app_context():
        return work_here()


@pytest.fixture
def ready(ayu: FlaskClient, session: Session, run_jobs: RunJobs) -> Callable[[str, bytes], Media]:
    """Bring a file and prepare it; whatever became of it is told by the row."""

    def bring_and_prepare(name: str, data: bytes) -> Media:
        media = brought(ayu, session, name, data)
        run_jobs()
        session.refresh(media)
        return media

    return bring_and_prepare


Ready = Callable[[str, bytes], Media]


def shown(client: FlaskClient, media: Media, rendition: str) -> Image.Image:
    return Image.open(io.BytesIO(bytes_at(client, f"/media/{media.id}?versi={rendition}")))


class TestPictures:
    """A photo becomes a picture for phones and one for lists; the original stays."""

    def test_a_photo_is_made_light(self, ready: Ready, ayu: FlaskClient, store: FolderStore) -> None:
        photo = picture("JPEG", (2000, 1500))
        media = ready("papan.jpg", photo)
        assert media.state is MediaState.READY
        phone, thumb = media.renditions["phone"], media.renditions["thumb"]
        assert (phone["width"], phone["height"]) == (720, 540)
        assert phone["key"] == f"media/{media.id}/phone.webp"
        assert phone["size"] <= 60 * 1024
        assert thumb["size"] <= 8 * 1024
        assert shown(ayu, media, "phone").size == (720, 540)
        assert store.read(media.key) == photo

    def test_the_place_where_it_was_taken_is_not_told(self, ready: Ready, ayu: FlaskClient) -> None:
        exif = Image.Exif()
        exif[0x8825] = {1: "S", 2: (0.0, 51.0, 41.0)}
        media = ready("papan.jpg", picture("JPEG", (300, 200), exif=exif))
        assert not shown(ayu, media, "phone").getexif()

    def test_a_cut_off_picture_is_refused_in_words(self, ready: Ready, ayu: FlaskClient) -> None:
        media = ready("papan.png", picture(size=(300, 200))[:60])
        assert (media.state, media.problem) == (MediaState.FAILED, Reason.DAMAGED.value)
        assert ayu.get(f"/media/{media.id}/keadaan").get_json()["message"] == Reason.DAMAGED.value


class TestDocuments:
    """PDF page by page; Word and PowerPoint wait for whoever makes lessons of them."""

    def test_a_pdf_becomes_pages_with_their_words(self, ready: Ready, store: FolderStore) -> None:
        media = ready("panduan.pdf", pdf(7, title="Panduan"))
        assert media.state is MediaState.READY
        assert (media.facts["pages"], media.facts["title"]) == (7, "Panduan")
        pages = pages_of(store, media)
        assert [page.number for page in pages] == list(range(1, 8))
        assert pages[6].text == "Halo dunia"
        assert pages[0].picture.width == 720
        assert "thumb" in media.renditions
        assert "progress" not in media.facts

    def test_progress_is_told_while_it_works(
        self, ayu: FlaskClient, session: Session, work: Work, store: FolderStore
    ) -> None:
        media = brought(ayu, session, "panduan.pdf", pdf(7))
        told: list[str] = []

        class Watched(FolderStore):
            def put(self, key: str, data: bytes, *, content_type: str) -> None:
                told.append(ayu.get(f"/media/{media.id}/keadaan").get_json()["message"])
                super().put(key, data, content_type=content_type)

        prepare_now(replace(work, store=Watched(store.folder, ["test-" * 8])), media.id)
        assert told[0] == "Sedang disiapkan."
        assert told[-1] == "Sedang disiapkan, 5 dari 7 halaman."

    def test_word_and_slides_are_read_for_lessons(
        self, ready: Ready, session: Session, work: Work, cast: Cast, run_jobs: RunJobs
    ) -> None:
        document = docx.Document()
        document.add_paragraph("Salam di loket")
        document.add_picture(io.BytesIO(picture(size=(90, 60))))
        media = ready("panduan.docx", saved(document))
        assert media.state is MediaState.READY
        made = document_of(work, media)
        pictures = keep_pictures(session, work.store, made, of=media, now=NOW)
        session.commit()
        assert pictures.keys() == {"0"}
        assert (pictures["0"].owner_id, pictures["0"].kind) == (cast.ayu.id, "png")
        html = with_pictures(getattr(made, "html", ""), lambda name: Shown(f"media:{pictures[name].id}"))
        assert f'src="media:{pictures["0"].id}"' in html
        run_jobs()
        session.refresh(pictures["0"])
        assert pictures["0"].renditions["phone"]["width"] == 90
        deck = document_of(work, ready("paparan.pptx", slides("Satu", "Dua")))
        assert [slide.title for slide in getattr(deck, "slides", [])] == ["Satu", "Dua"]

    def test_an_archive_tells_how_much_is_in_it(self, ready: Ready) -> None:
        assert ready("bahan.zip", zipped({"a.txt": TEXT, "b.txt": TEXT})).facts["entries"] == 2

    def test_texts_stay_as_they_are(self, ready: Ready) -> None:
        media = ready("a.txt", TEXT)
        assert (media.state, media.renditions) == (MediaState.READY, {})

    def test_bytes_that_changed_are_found_before_a_large_file_is_ready(
        self, ayu: FlaskClient, session: Session, run_jobs: RunJobs
    ) -> None:
        """Above 10 MB only the head is looked at when a file arrives."""
        large = recording() + b"\0\0\0\x08free" * (services.READ_WHOLE // 8)
        upload = begin(ayu, "film.mp4", large).get_json()
        send(ayu, large[:-1] + b"E", upload["parts"])
        assert finish(ayu, upload["id"], large).status_code == 200
        run_jobs()
        told = ayu.get(f"/media/{upload['id']}/keadaan").get_json()
        assert (told["state"], told["message"]) == ("failed", services.CHANGED)

    def test_what_a_large_archive_hides_is_found_before_it_is_ready(
        self, ayu: FlaskClient, session: Session, run_jobs: RunJobs
    ) -> None:
        filler = random.Random(1).randbytes(services.READ_WHOLE)
        honest, bomb = zipped({"a": filler}), zipped({"a": filler, "b": bytes(60 * MB)})
        made = [brought(ayu, session, "bahan.zip", data) for data in (honest, bomb)]
        run_jobs()
        for media in made:
            session.refresh(media)
        assert [media.problem for media in made] == ["", Reason.BOMB.value]


class TestRecordings:
    """Video and sound go through ffmpeg, and only there."""

    def test_a_video_gets_a_poster_and_starts_at_once(
        self, ready: Ready, ayu: FlaskClient, store: FolderStore, tmp_path: Path
    ) -> None:
        media = ready("film.mp4", recording())
        assert media.state is MediaState.READY
        assert media.facts["duration"] == pytest.approx(2, abs=0.2)
        assert (media.facts["video"], media.facts["audio"]) == ("h264", "aac")
        assert (media.facts["width"], media.facts["height"]) == (320, 180)
        poster = media.renditions["poster"]
        assert (poster["width"], poster["height"]) == (320, 180)
        assert poster["size"] <= 30 * 1024
        film = tmp_path / "film"
        film.write_bytes(bytes_at(ayu, f"/media/{media.id}?versi=play"))
        assert mp4.starts_at_once(film)
        assert media.renditions["play"]["key"].endswith("/play.mp4")
        shown = playback(store, media)
        assert shown.poster
        assert [source.content_type for source in shown.sources] == ["video/mp4"]

    def test_one_that_starts_at_once_is_not_copied(self, ready: Ready) -> None:
        media = ready("film.mp4", recording("-movflags", "+faststart"))
        assert media.renditions["play"]["key"] == media.key

    def test_one_that_tells_where_it_was_taken_is_copied_without(
        self, ready: Ready, ayu: FlaskClient, tmp_path: Path
    ) -> None:
        film = recording("-movflags", "+faststart", "-metadata", "location=-00.8762+131.2558/")
        media = ready("film.mp4", film)
        places = []
        for name, data in (("there", film), ("shown", bytes_at(ayu, f"/media/{media.id}?versi=play"))):
            (tmp_path / name).write_bytes(data)
            places.append(video.look_at(tmp_path / name, Kind.MP4).has_place)
        assert places == [True, False]

    def test_a_quicktime_film_becomes_mp4(self, ready: Ready) -> None:
        media = ready("film.mov", recording(name="film.mov"))
        assert media.renditions["play"]["type"] == "video/mp4"

    def test_a_film_held_upright_is_shown_upright(self, ready: Ready, tmp_path: Path) -> None:
        lying, upright = tmp_path / "a.mp4", tmp_path / "b.mp4"
        lying.write_bytes(recording())
        turn = ["-display_rotation", "90", "-i", str(lying), "-c", "copy", str(upright)]
        done = subprocess.run([video.ffmpeg(), "-nostdin", "-loglevel", "error", *turn], capture_output=True)
        if done.returncode:  # older than 6.0: the same by metadata
            turn = ["-i", str(lying), "-c", "copy", "-metadata:s:v", "rotate=90", str(upright)]
            subprocess.run([video.ffmpeg(), "-nostdin", "-y", "-loglevel", "error", *turn], check=True)
        media = ready("film.mp4", upright.read_bytes())
        assert (media.facts["width"], media.facts["height"]) == (180, 320)

    def test_webm_plays_as_it_is(self, ready: Ready) -> None:
        media = ready("film.webm", recording("-c:v", "libvpx", "-c:a", "libopus", name="film.webm"))
        assert media.state is MediaState.READY, media.problem
        assert media.renditions["play"]["key"] == media.key

    @pytest.mark.parametrize("name", ["suara.m4a", "suara.mp3", "suara.ogg"])
    def test_sound_has_a_length(self, ready: Ready, name: str) -> None:
        media = ready(name, tone(name))
        assert media.state is MediaState.READY, media.problem
        assert media.facts["duration"] == pytest.approx(2, abs=0.2)
        assert media.renditions["play"]["size"] == media.size

    @pytest.mark.asvs("V5.2.2")
    @pytest.mark.parametrize(
        ("name", "make", "problem"),
        [
            ("film.mp4", lambda: MP4, Reason.DAMAGED.value),
            ("film.mp4", lambda: MP4[:20] + b"#EXTM3U\nfile:///etc/passwd\n" * 9, Reason.DAMAGED.value),
            ("film.mp4", lambda: recording()[:-2000], Reason.DAMAGED.value),
            ("film.mp4", lambda: recording("-movflags", "+faststart")[:-2000], Reason.DAMAGED.value),
            ("film.webm", lambda: b"\x1a\x45\xdf\xa3\x84webm" + bytes(500), Reason.DAMAGED.value),
            ("film.mp4", lambda: recording("-vn"), video.NO_PICTURE),
            ("suara.mp3", lambda: b"ID3\x04" + bytes(500), Reason.DAMAGED.value),
        ],
        ids=["hollow", "playlist", "cut off", "cut off after the index", "no webm", "sound only", "no mp3"],
    )
    def test_what_is_no_video_is_refused_in_words(
        self, ready: Ready, name: str, make: Callable[[], bytes], problem: str
    ) -> None:
        media = ready(name, make())
        assert (media.state, media.problem) == (MediaState.FAILED, problem)
        assert media.renditions == {}

    @pytest.mark.asvs("V5.2.2")
    @pytest.mark.parametrize(
        "script",
        [
            "#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n",
            "#EXTM3U\n#EXTINF:1,\nconcat:{secret}|{secret}\n",
            "ffconcat version 1.0\nfile {secret}\n",
            "file '{secret}'\n",
        ],
    )
    def test_a_playlist_never_opens_another_file(self, tmp_path: Path, script: str) -> None:
        """Past all other checks, straight into ffmpeg: it is told the container, so it reads no script."""
        secret = tmp_path / "rahasia.mp4"
        secret.write_bytes(recording())
        trap = tmp_path / "original"
        trap.write_text(script.format(secret=secret))
        for kind in (Kind.MP4, Kind.WEBM, Kind.MP3, Kind.OGG):
            with pytest.raises(FileRefusal):
                video.look_at(trap, kind)
        trap.write_bytes(recording())
        assert video.look_at(trap, Kind.MP4).video == "h264"

    @pytest.mark.asvs("V5.2.2")
    @pytest.mark.parametrize("order", [[], ["-movflags", "+faststart"]], ids=["index last", "index first"])
    def test_a_film_cut_off_anywhere_is_found_out(self, tmp_path: Path, order: list[str]) -> None:
        whole, cut = recording(*order), tmp_path / "original"
        for part in range(20):
            cut.write_bytes(whole[: len(whole) * part // 20])
            with pytest.raises(FileRefusal) as refused:
                video.look_at(cut, Kind.MP4)
            assert refused.value.reason is Reason.DAMAGED, part

    @pytest.mark.asvs("V5.2.2")
    def test_a_film_that_keeps_its_pictures_in_another_file_does_not_get_them(self, tmp_path: Path) -> None:
        """The index of an MP4 may point outside (dref); ffmpeg follows only if it is told to."""
        secret, trap = tmp_path / "rahasia.txt", tmp_path / "original"
        secret.write_bytes(b"rahasia " * 4000)
        data = bytearray(recording("-movflags", "+faststart"))
        at = data.find(b"dref")
        assert data[at + 16 : at + 20] == b"url "
        data[at + 20 : at + 24] = b"\0\0\0\0"  # not in this file: look for the address that follows
        trap.write_bytes(data)
        found = video.look_at(trap, Kind.MP4)
        assert b"rahasia" not in video.frame(trap, Kind.MP4, found.duration)


class TestTheJail:
    """Programs that read strangers' files."""

    def run(self, folder: Path, code: str, **limits: int) -> jail.Ended:
        wide = {"cpu": 5, "wall": 20, "memory": 512 * MB, "output": MB, **limits}
        return jail.run([sys.executable, "-I", "-c", code], folder, Limits(**wide))

    def test_it_reports_how_the_program_ended(self, tmp_path: Path) -> None:
        ended = self.run(tmp_path, "import sys; print('halo', file=sys.stderr); sys.exit(3)")
        assert (ended.code, ended.said, ended.exhausted, ended.was_killed) == (3, "halo\n", False, False)

    def test_there_are_no_sockets_and_no_way_into_other_processes(self, tmp_path: Path) -> None:
        connect = "import socket; socket.create_connection(('127.0.0.1', 9), 2)"
        assert "PermissionError" in self.run(tmp_path, connect).said
        trace = "import ctypes, os; c = ctypes.CDLL(None, use_errno=True); c.ptrace(16, os.getppid(), 0, 0); "
        assert self.run(tmp_path, trace + "raise SystemExit(ctypes.get_errno())").code == errno.EACCES

    def test_it_hears_its_beat_while_the_program_runs(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jail, "BEAT", 0.05)
        heard: list[int] = []
        code = "import pathlib, time\nwhile not pathlib.Path('enough').exists(): time.sleep(0.01)"
        limits = Limits(cpu=20, wall=60, memory=512 * MB, output=MB)

        def beat() -> None:
            heard.append(1)
            if len(heard) == 3:
                (tmp_path / "enough").touch()

        assert jail.run([sys.executable, "-I", "-c", code], tmp_path, limits, beat=beat).code == 0
        assert len(heard) >= 3

    def test_a_beat_that_fails_ends_the_program(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(jail, "BEAT", 0.05)

        def beat() -> None:
            raise OSError("the database is gone")

        with pytest.raises(OSError, match="gone"):
            jail.run(["sleep", "60"], tmp_path, Limits(cpu=5, wall=60, memory=512 * MB, output=MB), beat=beat)

    def test_memory_is_limited(self, tmp_path: Path) -> None:
        assert self.run(tmp_path, "bytearray(100_000_000)").code == 0
        assert "MemoryError" in self.run(tmp_path, "bytearray(900_000_000)").said

    def test_output_is_limited(self, tmp_path: Path) -> None:
        ended = self.run(tmp_path, "open('besar', 'wb').write(bytes(3_000_000))")
        assert ended.code != 0
        assert (tmp_path / "besar").stat().st_size <= MB

    def test_computing_time_is_limited(self, tmp_path: Path) -> None:
        ended = self.run(tmp_path, "while True: pass", cpu=1)
        assert ended.exhausted
        assert not ended.was_killed

    def test_waiting_is_limited_for_the_program_and_its_children(self, tmp_path: Path) -> None:
        code = "import subprocess, time; subprocess.Popen(['sleep', '60']); time.sleep(60)"
        ended = self.run(tmp_path, code, wall=1)
        assert ended.exhausted

    def test_our_secrets_are_not_there(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("LMS_SECRET_KEYS", "rahasia")
        ended = self.run(tmp_path, "import os, sys; print(sorted(os.environ), file=sys.stderr)")
        assert "LMS_SECRET_KEYS" not in ended.said

    def test_somebody_elses_kill_is_told_from_a_limit(self, tmp_path: Path) -> None:
        ended = self.run(tmp_path, f"import os; os.kill(os.getpid(), {int(signal.SIGKILL)})")
        assert ended.was_killed


class TestTryingAgain:
    """Jobs run more than once; ffmpeg and workers get killed."""

    def test_running_twice_is_the_same_as_once(
        self, ready: Ready, session: Session, store: FolderStore, work: Work
    ) -> None:
        media = ready("film.mp4", recording())
        before = {made.key: store.read(made.key) for made in store.keys("media/")}
        row = (media.renditions, media.facts, media.state)
        prepare_now(work, media.id)
        session.refresh(media)
        assert (media.renditions, media.facts, media.state) == row
        services.again(session, media, now=NOW)
        session.commit()
        prepare_now(work, media.id)
        session.refresh(media)
        assert (media.renditions, media.facts, media.state) == row
        assert {made.key: store.read(made.key) for made in store.keys("media/")} == before

    def fake_ffmpeg(self, folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
        program = folder / "bin" / "ffmpeg"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")

    def test_a_killed_ffmpeg_is_tried_again_and_not_for_ever(
        self, ayu: FlaskClient, session: Session, work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        media = brought(ayu, session, "film.mp4", recording())
        with monkeypatch.context() as patched:
            self.fake_ffmpeg(tmp_path, patched, "kill -9 $$")
            for _ in range(MOST_TRIES):
                with pytest.raises(video.Interrupted):
                    prepare_now(work, media.id)
                session.refresh(media)
                assert (media.state, media.renditions) == (MediaState.STORED, {})
            prepare_now(work, media.id)
        session.refresh(media)
        assert (media.state, media.problem) == (MediaState.FAILED, EXHAUSTED)
        assert list(work_folder(work.settings.data_dir).iterdir()) == []

    def test_after_one_kill_the_next_try_succeeds(
        self, ayu: FlaskClient, session: Session, work: Work, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        media = brought(ayu, session, "film.mp4", recording())
        with monkeypatch.context() as patched:
            self.fake_ffmpeg(tmp_path, patched, "kill -9 $$")
            with pytest.raises(video.Interrupted):
                prepare_now(work, media.id)
        prepare_now(work, media.id)
        session.refresh(media)
        assert media.state is MediaState.READY

    def test_a_machine_without_ffmpeg_says_so_to_its_operator(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        monkeypatch.setattr(video, "find_spec", lambda name: None)
        with pytest.raises(video.NoTool, match="ffmpeg"):
            video.ffmpeg()

    def test_the_ffmpeg_of_the_extra_does_as_well(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        film = tmp_path / "original"
        film.write_bytes(recording())
        monkeypatch.setattr(video, "which", lambda name: None)
        assert "imageio" in video.ffmpeg()
        found = video.look_at(film, Kind.MP4)
        assert (found.video, found.audio) == ("h264", "aac")
        assert video.frame(film, Kind.MP4, found.duration).startswith(b"\xff\xd8")
        copy = video.playable_copy(film, Kind.MP4, found)
        assert copy
        assert mp4.starts_at_once(copy)

    def test_a_failed_file_is_tried_again_on_request(
        self, ready: Ready, ayu: FlaskClient, session: Session, run_jobs: RunJobs, store: FolderStore
    ) -> None:
        media = ready("papan.png", picture())
        services.fail(session, media, EXHAUSTED, {}, now=NOW)
        session.commit()
        told = ayu.get(f"/media/{media.id}/keadaan").get_json()
        assert (told["state"], told["can_retry"], told["message"]) == ("failed", True, EXHAUSTED)
        answers = [ayu.post(f"/media/{media.id}/ulang", json={}) for _ in range(2)]
        assert [answer.get_json()["state"] for answer in answers] == ["stored", "stored"]
        assert run_jobs() == 1
        session.refresh(media)
        assert (media.state, media.problem) == (MediaState.READY, "")
        assert ayu.post(f"/media/{media.id}/ulang", json={}).status_code == 409

    def test_it_is_asked_for_from_a_form_as_well(self, ready: Ready, ayu: FlaskClient) -> None:
        media = ready("papan.png", picture(size=(300, 200))[:60])
        answer = ayu.post(f"/media/{media.id}/ulang", data={"next": "/proyek"})
        assert (answer.status_code, answer.location) == (303, "/proyek")

    def test_lost_bytes_are_said(self, ayu: FlaskClient, session: Session, work: Work) -> None:
        media = brought(ayu, session, "papan.png", picture())
        work.store.delete(media.key)
        prepare_now(work, media.id)
        session.refresh(media)
        assert (media.state, media.problem) == (MediaState.FAILED, services.ABSENT)

    def test_the_job_of_a_file_that_is_gone_does_nothing(self, work: Work) -> None:
        context = type("Context", (), {"additional_context": {"work": work}})()
        prepare.func(context, media_id="0197aaaa-0000-7000-8000-000000000000")


def test_everybody_hears_what_became_of_a_file(
    app: Flask, ready: Ready, session: Session, ayu: FlaskClient
) -> None:
    heard: list[object] = []
    with app.app_context():
        bus = session.info["bus"]
    for kind in (MediaReady, MediaFailed):
        bus.listen(kind, lambda _session, event: heard.append(event))
    good, bad = ready("papan.png", picture()), ready("rusak.png", picture()[:60])
    assert heard == [MediaReady(good.id), MediaFailed(bad.id)]
    for kind in (MediaReady, MediaFailed):
        bus._listeners[kind].pop()


def test_preparing_is_deferred_in_the_transaction_that_stored_it(ayu: FlaskClient, session: Session) -> None:
    media = brought(ayu, session, "a.txt", TEXT)
    waiting = session.execute(
        sa.text("SELECT args->>'media_id' FROM procrastinate_jobs WHERE task_name = 'lms.media.prepare'")
    ).scalars()
    assert list(waiting) == [str(media.id)]


def test_pages_need_none_of_the_heavy_libraries() -> None:
    """A process that only shows pages stays small: these belong into the worker, and boto3 to installations with S3."""
    code = (
        "import sys, lms.app, lms.media.feature\n"
        "heavy = {'boto3', 'PIL', 'pypdfium2', 'mammoth', 'pptx', 'lms.media.prepare'} & sys.modules.keys()\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)\n"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root)
    assert done.returncode == 0, done.stderr

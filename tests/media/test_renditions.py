"""Smaller versions of films and recordings: what is made, what it weighs, how it is streamed, and what a failure leaves."""

from __future__ import annotations

import io
import json
import re
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy.orm import Session

from lms.jobs.queue import Work
from lms.media import encode, ladder, loudness, making, playlists, streaming
from lms.media.models import Making, Media, MediaState, Rendering
from lms.media.queries import playback, renderings_of, renditions_of, thumbnails_of
from lms.media.refusals import Reason
from lms.media.render import render
from lms.media.sniff import Kind
from lms.media.sweeping import work_folder
from lms.media.video import ffmpeg
from lms.shell.cli import work_here
from lms.storage.folder import FolderStore
from tests.conftest import NOW
from tests.media.bringing import brought, bytes_at, recording, tone

RunJobs = Callable[[], int]


@pytest.fixture
def work(app: Flask) -> Work:
    with app.app_context():
        return work_here()


@pytest.fixture
def store(work: Work) -> FolderStore:
    assert isinstance(work.store, FolderStore)
    return work.store


@pytest.fixture
def planned(ayu: FlaskClient, session: Session, run_jobs: RunJobs) -> Callable[[str, bytes], Media]:
    """Bring a film: it is looked at, and its versions wait to be made."""

    def bring(name: str, data: bytes) -> Media:
        media = brought(ayu, session, name, data)
        run_jobs()
        session.refresh(media)
        return media

    return bring


Planned = Callable[[str, bytes], Media]


def states(session: Session, media: Media) -> dict[str, str]:
    session.expire_all()
    return {row.name: row.state.value for row in renderings_of(session, [media.id])[media.id]}


def facts_of(data: bytes, folder: Path) -> dict[str, object]:
    """What ffmpeg says of a file that we made: its first lines about streams."""
    file = folder / "made"
    file.write_bytes(data)
    done = subprocess.run([ffmpeg(), "-hide_banner", "-i", str(file)], capture_output=True, text=True)
    size = re.search(r"Video: h264 \((\w[\w ]*)\).*?, (\d+)x(\d+)", done.stderr)
    sound = re.search(r"Audio: (\w+)", done.stderr)
    return {
        "profile": size and size[1],
        "size": size and (int(size[2]), int(size[3])),
        "sound": sound and sound[1],
    }


def film(width: int, height: int, *options: str, name: str = "film.mp4") -> bytes:
    return recording("-vf", f"scale={width}:{height}", *options, name=name)


class TestWhatIsMade:
    """The ladder, from the smallest rung up, never above the source."""

    def test_a_film_gets_every_rung_up_to_its_own_size(
        self, planned: Planned, run_jobs: RunJobs, session: Session, ayu: FlaskClient, tmp_path: Path
    ) -> None:
        media = planned("film.mp4", film(640, 360))
        assert media.state is MediaState.READY  # as it came, at once
        assert states(session, media) == dict.fromkeys(["audio", "240p", "360p", "sprite"], "waiting")
        assert run_jobs() == 4
        session.refresh(media)
        assert [made.name for made in renditions_of(media)] == ["audio", "240p", "360p", "play"]
        smallest = facts_of(bytes_at(ayu, f"/media/{media.id}?versi=240p"), tmp_path)
        assert smallest == {"profile": "Constrained Baseline", "size": (426, 240), "sound": "aac"}
        assert [made.height for made in renditions_of(media)] == [None, 240, 360, 360]
        assert states(session, media) == dict.fromkeys(["audio", "240p", "360p", "sprite"], "ready")

    def test_sizes_in_rows_are_those_in_the_store(
        self, planned: Planned, run_jobs: RunJobs, session: Session, store: FolderStore
    ) -> None:
        media = planned("film.mp4", recording())
        run_jobs()
        session.refresh(media)
        for made in renditions_of(media):
            there = store.stat(made.key)
            assert there
            assert there.size == made.size
            assert made.bitrate == pytest.approx(made.size * 8 / made.duration, rel=0.01)
        streamed = media.renditions["240p"]["stream"]
        assert len(store.read(streamed["key"])) == streamed["size"]

    def test_a_film_held_upright_keeps_its_shape(
        self, planned: Planned, run_jobs: RunJobs, session: Session
    ) -> None:
        media = planned("film.mp4", film(270, 480))
        run_jobs()
        session.refresh(media)
        assert (media.renditions["240p"]["width"], media.renditions["240p"]["height"]) == (240, 426)

    def test_a_recording_gets_a_light_version_and_nothing_with_pictures(
        self, planned: Planned, run_jobs: RunJobs, session: Session, ayu: FlaskClient, tmp_path: Path
    ) -> None:
        media = planned("suara.mp3", tone("suara.mp3"))
        assert states(session, media) == {"audio": "waiting"}
        run_jobs()
        session.refresh(media)
        assert media.renditions["audio"]["type"] == "audio/mp4"
        assert facts_of(bytes_at(ayu, f"/media/{media.id}?versi=audio"), tmp_path)["sound"] == "aac"

    def test_a_silent_film_needs_no_sound(
        self, planned: Planned, run_jobs: RunJobs, session: Session
    ) -> None:
        media = planned("film.mp4", recording("-an"))
        assert states(session, media) == {"240p": "waiting", "sprite": "waiting"}
        run_jobs()
        session.refresh(media)
        assert [made.name for made in renditions_of(media)] == ["240p", "play"]

    def test_what_browsers_cannot_play_is_shown_with_its_first_version(
        self, planned: Planned, run_jobs: RunJobs, session: Session, work: Work, store: FolderStore
    ) -> None:
        media = planned("film.mp4", recording("-c:v", "mpeg4"))
        assert (media.state, playback(store, media).sources) == (MediaState.STORED, [])
        render(work, media.id, "sprite")
        session.refresh(media)
        assert media.state is MediaState.STORED  # pictures for seeking are nothing to play
        render(work, media.id, "240p")
        session.refresh(media)
        assert (media.state, [made.name for made in renditions_of(media)]) == (MediaState.READY, ["240p"])

    def test_the_same_source_gives_the_same_bytes(
        self, planned: Planned, session: Session, work: Work, store: FolderStore
    ) -> None:
        media = planned("film.mp4", recording())
        render(work, media.id, "240p")
        before = {made.key: store.read(made.key) for made in store.keys(media.key_of("240p"))}
        making.plan(session, media, ["240p"], now=NOW)
        session.commit()
        render(work, media.id, "240p")
        assert {made.key: store.read(made.key) for made in store.keys(media.key_of("240p"))} == before
        assert len(before) == 2

    def test_loud_and_quiet_sources_become_equally_loud(
        self, planned: Planned, run_jobs: RunJobs, session: Session, ayu: FlaskClient, tmp_path: Path
    ) -> None:
        heard = []
        for volume in ("0.05", "0.9"):
            media = planned("suara.m4a", _voice(volume))
            run_jobs()
            data = bytes_at(ayu, f"/media/{media.id}?versi=audio")
            (tmp_path / "a").write_bytes(data)
            measure = [
                ffmpeg(),
                "-hide_banner",
                "-nostats",
                "-i",
                str(tmp_path / "a"),
                "-af",
                loudness.MEASURING,
            ]
            done = subprocess.run([*measure, "-f", "null", "-"], capture_output=True, text=True, check=True)
            heard.append(loudness.measured(done.stderr)["input_i"])
        assert heard == pytest.approx([-16, -16], abs=1.5)

    def test_thumbnails_for_seeking_stand_in_one_light_picture(
        self, planned: Planned, run_jobs: RunJobs, session: Session, store: FolderStore
    ) -> None:
        media = planned("film.mp4", recording(seconds=7))
        assert thumbnails_of(store, media) is None
        run_jobs()
        session.refresh(media)
        made = thumbnails_of(store, media)
        assert made
        assert (made.count, made.columns, made.every, made.width, made.height) == (4, 4, 2, 120, 68)
        with Image.open(io.BytesIO(store.read(media.renditions["sprite"]["key"]))) as picture:
            assert picture.size == (480, 68)
            cells = [picture.convert("L").crop((120 * n, 0, 120 * n + 120, 68)) for n in range(4)]
        assert all(max(cell.tobytes()) > 50 for cell in cells)  # none of them is black


def _voice(volume: str) -> bytes:
    source = f"sine=frequency=300:duration=4,volume={volume}"
    command = [
        ffmpeg(),
        "-nostdin",
        "-loglevel",
        "error",
        "-f",
        "lavfi",
        "-i",
        source,
        "-f",
        "ipod",
        "-movflags",
    ]
    made = subprocess.run([*command, "frag_keyframe+empty_moov", "-"], capture_output=True, check=True)
    return made.stdout


class TestStreaming:
    """HLS: our playlists, one object per rendition, and an address that is its own proof."""

    def test_players_find_every_version_and_its_bytes(
        self, planned: Planned, run_jobs: RunJobs, session: Session, client_of: object, app: Flask
    ) -> None:
        media = planned("film.mp4", film(640, 360))
        with app.test_request_context():
            assert streaming.playlist_url(media) is None
        run_jobs()
        session.refresh(media)
        with app.test_request_context():
            url = streaming.playlist_url(media)
        visitor = app.test_client()  # the address is enough: players send no cookie to another origin
        listed = visitor.get(str(url))
        assert listed.content_type == playlists.CONTENT_TYPE
        assert re.findall(r"RESOLUTION=(\d+x\d+)", listed.text) == ["426x240", "640x360"]
        first = next(line for line in listed.text.splitlines() if line.startswith("/"))
        pieces = visitor.get(first).text
        address = re.search(r'URI="([^"]+)",BYTERANGE="(\d+)@0"', pieces)
        assert address
        with visitor.get(address[1], headers={"Range": f"bytes=0-{int(address[2]) - 1}"}) as start:
            assert (start.status_code, start.data[4:8]) == (206, b"ftyp")
        ranges = [tuple(map(int, found)) for found in re.findall(r"BYTERANGE:(\d+)@(\d+)", pieces)]
        assert sum(size for size, _ in ranges) + int(address[2]) == media.renditions["240p"]["stream"]["size"]

    def test_a_changed_address_and_an_old_one_show_nothing(
        self,
        planned: Planned,
        run_jobs: RunJobs,
        session: Session,
        app: Flask,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        media = planned("film.mp4", recording())
        run_jobs()
        session.refresh(media)
        with app.test_request_context():
            url = str(streaming.playlist_url(media))
        visitor = app.test_client()
        proof = url.split("/")[2]
        assert visitor.get(url).status_code == 200
        assert visitor.get(url.replace(proof, proof[:-1] + "_")).status_code == 403
        assert visitor.get(url.replace("daftar", "1080p")).status_code == 404
        monkeypatch.setattr(streaming, "OUTLASTS", -1)
        assert visitor.get(url).status_code == 403

    @given(st.lists(st.tuples(st.integers(1, 10**6), st.floats(0.5, 10)), min_size=1))
    def test_the_peak_is_that_of_the_heaviest_piece(self, pieces: list[tuple[int, float]]) -> None:
        lines = [f"#EXTINF:{long:.6f},\n#EXT-X-BYTERANGE:{size}@0\nstream.mp4" for size, long in pieces]
        wanted = max(size * 8 / float(f"{long:.6f}") for size, long in pieces)
        assert playlists.peak("\n".join(lines)) == pytest.approx(wanted, abs=1)


class TestArithmetic:
    """Sizes, rates and percentages."""

    @given(st.integers(2, 8000), st.integers(2, 8000), st.sampled_from(ladder.RUNGS[1:]))
    def test_nothing_grows_and_everything_is_even(self, width: int, height: int, rung: ladder.Rung) -> None:
        wide, high = ladder.scaled(width, height, rung)
        assert wide % 2 == high % 2 == 0
        assert 2 <= min(wide, high) <= rung.height
        assert wide <= max(2, width)
        assert high <= max(2, height)
        if min(width, height) >= 50 and max(width, height) <= 10 * min(width, height):
            assert wide / high == pytest.approx(width / height, rel=0.09)

    @given(st.integers(1, 8000), st.integers(1, 8000), st.booleans())
    def test_the_smallest_comes_first_and_no_rung_is_above_the_source(
        self, width: int, height: int, sound: bool
    ) -> None:
        rungs = ladder.rungs_for(width, height, sound=sound)
        assert rungs == sorted(rungs, key=lambda rung: rung.height)
        assert [rung.name for rung in rungs if rung.height > max(240, min(width, height))] == []
        assert (rungs[0].name == "audio") is sound

    @given(st.integers(0, 10**7), st.sampled_from(ladder.RUNGS[1:]))
    def test_a_version_is_never_given_more_than_its_rung_or_its_source(
        self, bitrate: int, rung: ladder.Rung
    ) -> None:
        source = encode.Source(Path("x"), Kind.MP4, 1920, 1080, 60.0, bitrate, True, {})
        rate = encode.picture_rate(source, rung)
        assert encode.LEAST_PICTURE <= rate <= rung.picture
        assert not bitrate or rate <= max(encode.LEAST_PICTURE, bitrate)

    @given(st.floats(0.1, 6 * 3600))
    def test_thumbnails_cover_the_film_and_are_at_most_a_hundred(self, duration: float) -> None:
        plan = encode.planned(duration)
        assert plan.count <= encode.MOST_THUMBNAILS
        assert plan.count * plan.every >= duration
        assert (plan.count - 1) * plan.every < duration

    @pytest.mark.parametrize(
        ("written", "percent"),
        [
            ("", 0),
            ("out_time_us=N/A\n", 0),
            ("out_time_us=5000000\nprogress=continue\n", 50),
            ("out_time_us=5000000\nout_time_us=99000000\nprogress=end\n", 99),
        ],
    )
    def test_progress_is_the_last_that_ffmpeg_wrote(self, tmp_path: Path, written: str, percent: int) -> None:
        file = tmp_path / encode.PROGRESS
        assert encode.percent_done(file, 10) == 0
        file.write_text(written)
        assert encode.percent_done(file, 10) == percent

    def test_silence_and_nonsense_are_not_made_louder(self) -> None:
        silent = json.dumps(dict.fromkeys(["input_i", "input_tp"], "-inf"))
        for said in ("", "{}", silent, '{\n"input_i" : "-24"}'):
            assert loudness.evened(loudness.measured(said)) == "anull"


class TestFailures:
    """What authors see of it, and what they can do."""

    def test_a_version_that_cannot_be_made_says_why_and_the_others_stay(
        self, planned: Planned, session: Session, work: Work, store: FolderStore, ayu: FlaskClient
    ) -> None:
        media = planned("film.mp4", recording())
        render(work, media.id, "audio")
        store.put(media.key, b"rusak" * 1000, content_type="video/mp4")
        render(work, media.id, "240p")
        assert states(session, media) == {"audio": "ready", "240p": "failed", "sprite": "waiting"}
        session.refresh(media)
        assert "240p" not in media.renditions
        page = ayu.get(f"/media/{media.id}/versi").text
        assert Reason.DAMAGED.value in page
        assert "Coba lagi" in page

    def test_trying_again_makes_it(
        self,
        planned: Planned,
        session: Session,
        work: Work,
        store: FolderStore,
        ayu: FlaskClient,
        run_jobs: RunJobs,
    ) -> None:
        media = planned("film.mp4", recording())
        good = store.read(media.key)
        store.put(media.key, b"rusak" * 1000, content_type="video/mp4")
        run_jobs()
        assert set(states(session, media).values()) == {"failed"}
        store.put(media.key, good, content_type="video/mp4")
        there = f"/media/{media.id}/versi"
        answers = [ayu.post(f"{there}/240p/ulang", data={"next": there}) for _ in range(2)]
        assert [(answer.status_code, answer.location) for answer in answers] == [(303, there)] * 2
        assert run_jobs() == 1
        assert states(session, media)["240p"] == "ready"
        assert ayu.post(f"{there}/240p/ulang", data={"next": there}).status_code == 409
        assert ayu.post(f"{there}/1080p/ulang", data={"next": there}).status_code == 404

    def test_a_film_of_which_nothing_can_be_made_has_failed(
        self, planned: Planned, session: Session, store: FolderStore, run_jobs: RunJobs, ayu: FlaskClient
    ) -> None:
        media = planned("film.mp4", recording("-c:v", "mpeg4"))
        good = store.read(media.key)
        store.put(media.key, b"rusak" * 1000, content_type="video/mp4")
        run_jobs()
        session.refresh(media)
        assert (media.state, media.problem) == (MediaState.FAILED, Reason.DAMAGED.value)
        store.put(media.key, good, content_type="video/mp4")
        there = f"/media/{media.id}/versi"
        ayu.post(f"{there}/240p/ulang", data={"next": there})
        run_jobs()
        session.refresh(media)
        assert media.state is MediaState.READY

    def test_lost_bytes_are_said(
        self, planned: Planned, session: Session, store: FolderStore, work: Work
    ) -> None:
        media = planned("film.mp4", recording())
        store.delete(media.key)
        render(work, media.id, "240p")
        assert states(session, media)["240p"] == "failed"

    def test_a_version_whose_job_was_parked_has_failed(
        self, planned: Planned, session: Session, run_jobs: RunJobs
    ) -> None:
        media = planned("film.mp4", recording())
        assert making.give_up(session, now=NOW + timedelta(hours=9)) == 0  # their jobs wait
        session.execute(sa.text("UPDATE procrastinate_jobs SET status = 'failed' WHERE status = 'todo'"))
        assert making.give_up(session, now=media.active_at) == 0  # too young
        assert making.give_up(session, now=media.active_at + timedelta(hours=9)) == 3
        assert states(session, media) == dict.fromkeys(["audio", "240p", "sprite"], "failed")

    def test_an_operator_takes_a_parked_one_up_again(
        self, planned: Planned, session: Session, work: Work
    ) -> None:
        media = planned("film.mp4", recording())
        row = session.get_one(Rendering, (media.id, "240p"))
        row.state, row.tries, row.problem = Making.FAILED, making.MOST_TRIES, making.EXHAUSTED
        session.commit()
        render(work, media.id, "240p")
        assert states(session, media)["240p"] == "ready"

    def test_a_try_that_was_overtaken_changes_nothing(self, planned: Planned, session: Session) -> None:
        media = planned("film.mp4", recording())
        first = making.begin(session, media.id, "240p", now=NOW)
        second = making.begin(session, media.id, "240p", now=NOW)
        assert (first, second) == (1, 2)
        assert not making.say(session, media.id, "240p", 1, 50, now=NOW)
        making.failed(session, media.id, "240p", 1, Reason.DAMAGED.value, now=NOW)
        making.made(session, media.id, "240p", 1, {"type": "video/mp4"}, "", now=NOW)
        assert states(session, media)["240p"] == "working"
        assert making.say(session, media.id, "240p", 2, 50, now=NOW)


class TestThePage:
    """How far each version is."""

    def test_it_shows_percentages_and_renews_itself_while_there_is_something_to_see(
        self, planned: Planned, session: Session, run_jobs: RunJobs, ayu: FlaskClient
    ) -> None:
        media = planned("film.mp4", recording())
        row = session.get_one(Rendering, (media.id, "240p"))
        row.state, row.percent = Making.WORKING, 43
        session.commit()
        page = ayu.get(f"/media/{media.id}/versi?dari=/kelas").text
        assert "43% selesai" in page
        assert '<meta name="renew"' in page
        assert 'href="/kelas"' in page
        row.state = Making.WAITING
        session.commit()
        run_jobs()
        page = ayu.get(f"/media/{media.id}/versi?dari=//lain.invalid").text
        assert '<meta name="renew"' not in page
        assert 'href="//lain.invalid' not in page

    def test_only_those_who_may_open_the_file_see_it(
        self, planned: Planned, citra: FlaskClient, budi: FlaskClient, dewi: FlaskClient
    ) -> None:
        media = planned("film.mp4", recording())
        answers = [client.get(f"/media/{media.id}/versi").status_code for client in (citra, budi, dewi)]
        assert answers == [200, 404, 404]
        there = f"/media/{media.id}/versi"
        assert budi.post(f"{there}/240p/ulang", data={"next": there}).status_code == 404

    def test_it_asks_the_database_little(
        self, planned: Planned, ayu: FlaskClient, statements: Callable[[], object]
    ) -> None:
        media = planned("film.mp4", recording())
        with statements() as sent:  # type: ignore[attr-defined]
            ayu.get(f"/media/{media.id}/versi")
        assert len(sent) <= 5


def test_working_folders_are_gone_afterwards(planned: Planned, run_jobs: RunJobs, work: Work) -> None:
    planned("film.mp4", recording())
    run_jobs()
    assert list(work_folder(work.settings.data_dir).iterdir()) == []

"""Captions and transcripts: from a file or typed, corrected while learners watch, with history."""

from __future__ import annotations

import io
import re

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from courses.lessons.captions import vtt_of
from courses.lessons.models import CaptionVersion, LessonMedia
from lms.media.captions import Cue, from_vtt, lines, to_vtt
from tests.conftest import Client
from tests.lessons.conftest import Scene
from tests.lessons.test_files import fake_video

VTT = "WEBVTT\n\n00:00.000 --> 00:02.000\nSelamat pagi.\n"
SRT = "1\n00:00:00,000 --> 00:00:02,000\nSelamat siang.\n"
CUES = st.lists(
    st.builds(
        lambda start, length, text: Cue(start, start + length, text),
        st.integers(0, 90_000),
        st.integers(1, 9000),
        st.sampled_from(["Selamat pagi.", "Ibu", "antre di loket", "dua <b> & tiga", "Lalu?"]),
    ),
    min_size=1,
    max_size=12,
)


@pytest.fixture
def video(scene: Scene, session: Session) -> LessonMedia:
    return fake_video(session, scene, scene.lesson)


@pytest.fixture
def here(scene: Scene, video: LessonMedia) -> str:
    return f"{scene.editor}/berkas/{video.id}/takarir"


def test_captions_are_checked_converted_and_read_as_a_transcript(
    scene: Scene, client_of: Client, video: LessonMedia, here: str
) -> None:
    citra, ayu = client_of(scene.citra), client_of(scene.ayu)
    assert "Belum ada takarir." in ayu.get(scene.page).text
    typed = "WEBVTT\n\n00:05.000 --> 00:02.000\nX"
    wrong = citra.post(here, data={"captions": typed, "version": "0"})
    assert wrong.status_code == 422
    assert "baris 3" in wrong.text
    assert "00:05.000" in wrong.text
    assert citra.post(here, data={"captions": SRT, "version": "0"}).status_code == 303
    page = ayu.get(scene.page).text
    assert "Baca transkrip" in page
    assert 'data-at="0"' in page
    assert "Selamat siang." in page
    assert f"{scene.page}/takarir/{video.id}.vtt" in page
    assert ayu.get(f"{scene.page}/takarir/{video.id}.vtt").text.startswith("WEBVTT")
    assert client_of(scene.budi).get(f"{scene.page}/takarir/{video.id}.vtt").status_code == 404
    assert citra.post(here, data={"captions": "", "version": "1"}).status_code == 303
    assert ayu.get(f"{scene.page}/takarir/{video.id}.vtt").status_code == 404


@pytest.mark.parametrize(("name", "text"), [("a.vtt", VTT), ("a.srt", SRT), ("a.vtt", "\ufeff" + VTT)])
def test_a_file_takes_the_place_of_what_was_typed(
    scene: Scene, session: Session, client_of: Client, here: str, name: str, text: str
) -> None:
    sent = {"captions": "apa saja", "version": "0", "berkas": (io.BytesIO(text.encode()), name)}
    assert client_of(scene.citra).post(here, data=sent).status_code == 303
    session.expire_all()
    assert "Selamat" in session.scalars(sa.select(LessonMedia.captions)).one()
    latin = {"captions": "", "version": "1", "berkas": (io.BytesIO(b"WEBVTT\n\xff"), name)}
    assert client_of(scene.citra).post(here, data=latin).status_code == 422


def test_a_cue_after_the_end_is_refused_and_the_last_one_is_cut_there(video: LessonMedia) -> None:
    assert "00:00:10.000" in vtt_of("WEBVTT\n\n00:09.000 --> 00:12.000\nAkhir.\n", 10_000)
    with pytest.raises(Exception, match="ke-1 dimulai setelah rekaman berakhir"):
        vtt_of("WEBVTT\n\n00:10.000 --> 00:12.000\nTerlambat.\n", 10_000)
    assert "00:00:12.000" in vtt_of("WEBVTT\n\n00:10.000 --> 00:12.000\nBelum diukur.\n")


def test_a_published_lessons_captions_are_corrected_and_every_version_stays(
    scene: Scene, session: Session, client_of: Client, here: str
) -> None:
    citra = client_of(scene.citra)
    for version, text in enumerate((VTT, VTT.replace("pagi", "sore"))):
        assert citra.post(here, data={"captions": text, "version": str(version)}).status_code == 303
    assert citra.post(here, data={"captions": VTT.replace("pagi", "sore"), "version": "2"}).status_code == 303
    history = citra.get(f"{here}/versi").text
    assert len(re.findall(r"Versi \d", history)) == 2
    assert "Selamat pagi." in citra.get(f"{here}/versi/1").text
    assert citra.get(f"{here}/versi/9").status_code == 404
    assert citra.post(f"{here}/versi/1/pulihkan").status_code == 303
    assert "Selamat pagi." in client_of(scene.ayu).get(scene.page).text
    session.expire_all()
    assert [row.version for row in session.scalars(sa.select(CaptionVersion).order_by("version"))] == [
        1,
        2,
        3,
    ]


def test_captions_that_came_with_a_course_are_the_first_version(
    scene: Scene, session: Session, client_of: Client, video: LessonMedia, here: str
) -> None:
    video.captions = VTT
    session.commit()
    client_of(scene.citra).post(here, data={"captions": SRT, "version": "0"})
    assert "Selamat pagi." in client_of(scene.citra).get(f"{here}/versi/1").text
    assert "Selamat siang." in client_of(scene.citra).get(f"{here}/versi/2").text


def test_of_two_who_correct_at_once_the_second_is_told(scene: Scene, client_of: Client, here: str) -> None:
    citra, dewi = client_of(scene.citra), client_of(scene.dewi)
    citra.post(here, data={"captions": VTT, "version": "0"})
    late = dewi.post(here, data={"captions": SRT, "version": "0"})
    assert late.status_code == 409
    assert "Selamat siang." in late.text
    assert "Selamat pagi." in late.text
    assert 'value="1"' in late.text
    assert dewi.post(here, data={"captions": SRT, "version": "1"}).status_code == 303


def test_only_authors_of_the_agency_reach_captions_and_only_where_something_is_said(
    scene: Scene, session: Session, client_of: Client, video: LessonMedia, here: str
) -> None:
    assert client_of(scene.hadi).get(here).status_code == 404
    assert client_of(scene.ayu).get(here).status_code == 403
    assert client_of(scene.hadi).post(here, data={"captions": VTT, "version": "0"}).status_code == 404
    video.part = video.part.PICTURE
    session.commit()
    assert client_of(scene.citra).get(here).status_code == 404


@given(CUES)
def test_saving_again_what_was_saved_changes_nothing(cues: list[Cue]) -> None:
    once = vtt_of(to_vtt(cues))
    assert vtt_of(once) == once
    assert [cue.start for cue in from_vtt(once)] == sorted(cue.start for cue in cues)


@given(CUES)
def test_the_lines_of_a_transcript_say_everything_in_order_from_where_it_is_said(cues: list[Cue]) -> None:
    said = lines(cues)
    words = " ".join(line.text for line in said).split()
    everything = {word for cue in cues for word in cue.text.split()}
    assert set(words) == everything
    assert [line.start for line in said] == sorted(line.start for line in said)
    assert {line.start for line in said} <= {cue.start for cue in cues}
    assert all(line.end <= max(cue.end for cue in cues) for line in said)


def test_lines_end_with_sentences_and_at_pauses() -> None:
    cues = [
        Cue(0, 1000, "Selamat"),
        Cue(1000, 2000, "pagi."),
        Cue(2000, 3000, "Ibu"),
        Cue(9000, 9500, "antre"),
        Cue(9500, 9900, "antre"),
    ]
    assert [(line.start, line.text) for line in lines(cues)] == [
        (0, "Selamat pagi."),
        (2000, "Ibu"),
        (9000, "antre"),
    ]

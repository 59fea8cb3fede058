"""A lesson on its learner's phone: what it costs, what it says, and that looking changes nothing."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from courses.progress.models import Progress
from tests.conftest import Client
from tests.lessons.conftest import Scene
from tests.lessons.test_files import fake_video
from tests.statements import statements

LESSONS = sorted((Path(__file__).parents[2] / "courses/demo/content").glob("*/*.md"))


def test_the_page_says_where_one_is_what_it_costs_and_what_comes_next(
    scene: Scene, session: Session, client_of: Client
) -> None:
    scene.add_lesson("Menolak berkas")
    fake_video(session, scene, scene.lesson)
    page = client_of(scene.ayu).get(scene.page).text
    assert "1 / 2" in page
    assert "5 menit" in page
    assert "teks dan video" in page
    assert "4,6 MB seluruhnya" in page
    assert "Tandai selesai dan lanjutkan" in page
    assert "Menolak berkas" in page
    assert 'preload="none"' in page
    assert "autoplay" not in page


def test_reading_asks_the_database_at_most_five_times(
    scene: Scene, app: Flask, session: Session, client_of: Client
) -> None:
    ayu = client_of(scene.ayu)
    fake_video(session, scene, scene.lesson)
    counts = []
    for _ in range(2):
        ayu.get(scene.page)
        with statements(app) as sent:
            ayu.get(scene.page)
        counts.append(len(sent))
        for n in range(20):
            scene.add_lesson(f"Pelajaran {n}")
    assert counts[0] == counts[1] <= 5


def test_looking_records_nothing(scene: Scene, session: Session, client_of: Client) -> None:
    client_of(scene.ayu).get(scene.page)
    session.expire_all()
    assert session.get(Progress, (scene.seat.id, scene.lesson.id)) is None


@pytest.mark.parametrize("file", LESSONS, ids=lambda file: file.stem)
def test_a_text_lesson_is_light(scene: Scene, client_of: Client, file: Path) -> None:
    client_of(scene.citra).post(
        scene.editor, data={"source": file.read_text(encoding="utf-8"), "version": "1", "act": "save"}
    )
    page = client_of(scene.ayu).get(scene.page).text
    assert len(gzip.compress(page.encode(), 6)) <= 8 * 1024
    assert len(re.findall(r"<[a-z]", page)) <= 400

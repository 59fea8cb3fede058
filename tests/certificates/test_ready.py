"""Certificates that wait to be issued: over all classes at once, and always what the class itself says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
from sqlalchemy.orm import Session

from courses.certificates.learners import chosen, learners_of
from courses.certificates.ready import REMEMBERED, ready_in
from courses.progress.models import State
from tests.certificates.conftest import Scene
from tests.conftest import Client
from tests.factories.learning import make_lesson, make_module

LESSON = (None, (State.DOING, None), (State.DONE, None))
QUIZ = (
    None,
    (State.WAITING, None),
    (State.DOING, 50.0),
    (State.DONE, 74.99),
    (State.DONE, 75.0),
    (State.DONE, None),
)
RULES: dict[str, Callable[[Scene], dict[str, Any]]] = {
    "all required": lambda scene: {},
    "a lowest score": lambda scene: {"least": "75"},
    "the quiz alone": lambda scene: {"chosen": [str(scene.quiz)]},
    "the lesson alone": lambda scene: {"chosen": [str(scene.lesson.id)]},
    "a score of what has no mark": lambda scene: {"chosen": [str(scene.lesson.id)], "least": "10"},
    "nothing": lambda scene: {"chosen": []},
    "both and a score": lambda scene: {"chosen": [str(scene.quiz), str(scene.lesson.id)], "least": "75"},
}


def end(scene: Scene, *, days_ago: int = 1) -> None:
    """Let the class have ended."""
    scene.cohort.ends_on = scene.now.date() - timedelta(days=days_ago)
    scene.cohort.starts_on = scene.cohort.ends_on - timedelta(days=30)
    scene.session.commit()


def ready(scene: Scene) -> list[int]:
    found = ready_in(scene.session, [scene.agency.id], today=scene.now.date())
    return [item.count for item in found]


@pytest.mark.parametrize("name", RULES)
def test_it_is_what_the_class_says_whatever_its_rule(scene: Scene, session: Session, name: str) -> None:
    module = make_module(session, scene.cohort.course, scene.now)
    make_lesson(session, module, scene.now, "Bacaan tambahan").required = False
    make_lesson(session, module, scene.now, "Belum terbit").published = False
    scene.cohort.rule = RULES[name](scene)
    for lesson, quiz in product(LESSON, QUIZ):
        seat = scene.seat(done=False)
        for activity_id, standing in ((scene.lesson.id, lesson), (scene.quiz, quiz)):
            if standing:
                session.add(scene.progress(seat, activity_id, standing[1], standing[0]))
    end(scene)
    count = len(chosen(learners_of(session, scene.cohort), None))
    assert ready(scene) == ([count] if count else [])


def test_what_was_issued_once_waits_no_more_also_when_it_was_revoked(scene: Scene) -> None:
    scene.seat_many(["Ani", "Budi"])
    end(scene)
    assert ready(scene) == [2]
    scene.issue_all()
    assert ready(scene) == []


@pytest.mark.parametrize(
    ("days_ago", "found"), [(0, []), (1, [1]), (REMEMBERED.days, [1]), (REMEMBERED.days + 1, [])]
)
def test_only_classes_that_ended_lately_are_looked_at(scene: Scene, days_ago: int, found: list[int]) -> None:
    scene.seat()
    end(scene, days_ago=days_ago)
    assert ready(scene) == found


def test_the_issuers_home_leads_to_them_and_nobody_elses_does(
    make_scene: Callable[[], Scene], client_of: Client
) -> None:
    scene, other = make_scene(), make_scene()
    for each in (scene, other):
        each.seat_many(["Ani", "Budi"])
        end(each)
    page = client_of(scene.edi).get("/").text
    assert page.count("2 sertifikat siap terbit") == 1
    assert f'href="/kelola/kelas/{scene.cohort.id}/sertifikat?keadaan=ready"' in page
    assert "siap terbit" not in client_of(scene.dewi).get("/").text

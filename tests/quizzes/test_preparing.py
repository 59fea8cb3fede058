"""Claims about papers that are frozen before a quiz opens."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session, undefer

from courses.cohorts.models import ActivityDates, Enrolment
from courses.cohorts.queries import seat_of
from courses.quizzes import preparing
from courses.quizzes.authoring import change_question
from courses.quizzes.jobs import prepare_papers
from courses.quizzes.models import Attempt, PreparedPaper, Question
from courses.quizzes.services import start
from lms.clock import now as clock_now
from lms.people.models import Person
from lms.shell.cli import work_here
from tests.conftest import NOW, Client, Statements
from tests.factories.people import actor_for
from tests.quizzes.room import EVERY_KIND, Room


@pytest.fixture
def room(session: Session, now: datetime) -> Room:
    return Room(session, now, *EVERY_KIND, time_limit_minutes=20, attempts_allowed=2)


def opens(session: Session, room: Room, at: datetime) -> None:
    dates = ActivityDates(cohort_id=room.cohort.id, activity_id=room.quiz.activity_id, opens_at=at)
    session.add(dates)
    session.commit()


def prepare(session: Session, room: Room, now: datetime) -> int:
    return preparing.prepare(session, room.cohort.id, room.quiz.activity_id, now=now)


def begin(session: Session, room: Room, person: Person, now: datetime) -> Attempt:
    seat = seat_of(session, actor_for(person), room.cohort.id)
    attempt_id = start(session, seat, room.quiz.activity_id, now=now)
    return session.get_one(Attempt, attempt_id, options=[undefer(Attempt.keys)])


def lying_ready(session: Session) -> dict[uuid.UUID, PreparedPaper]:
    return {paper.enrolment_id: paper for paper in session.scalars(sa.select(PreparedPaper))}


def test_everybody_in_the_class_gets_a_paper_and_nobody_a_second_one(
    session: Session, room: Room, now: datetime
) -> None:
    assert prepare(session, room, now) == 2
    assert prepare(session, room, now) == 0
    assert len({paper.seed for paper in lying_ready(session).values()}) == 2


def test_who_begins_takes_the_paper_that_lay_ready(session: Session, room: Room, now: datetime) -> None:
    prepare(session, room, now)
    papers = lying_ready(session)
    attempt = begin(session, room, room.ayu, now)
    ready = papers[attempt.enrolment_id]
    assert (attempt.seed, attempt.paper, attempt.keys) == (ready.seed, ready.paper, ready.keys)
    assert (attempt.number, attempt.is_open, attempt.started_at) == (1, True, now)
    assert attempt.deadline == now + timedelta(minutes=20)
    session.expire_all()
    assert attempt.enrolment_id not in lying_ready(session)


def test_a_paper_that_lay_ready_needs_no_look_into_the_bank(
    session: Session, room: Room, now: datetime, statements: Statements
) -> None:
    prepare(session, room, now)
    with statements() as sent:
        begin(session, room, room.ayu, now)
    assert not [statement for statement in sent if "question.content" in statement]


def test_an_edit_since_makes_a_fresh_paper(session: Session, room: Room, now: datetime) -> None:
    prepare(session, room, now)
    question = session.scalars(sa.select(Question).where(Question.kind == "number")).one()
    content = {**question.content, "answer": 11}
    change_question(session, question, content, source=question.source, tags=question.tags, now=now)
    attempt = begin(session, room, room.ayu, now)
    (key,) = [key for key in attempt.keys if key["content"]["kind"] == "number"]
    assert key["content"]["answer"] == 11


def test_a_second_attempt_gets_another_paper(session: Session, room: Room, now: datetime) -> None:
    first = begin(session, room, room.ayu, now)
    first.state = "marked"  # type: ignore[assignment]
    session.flush()
    assert prepare(session, room, now) == 1
    assert begin(session, room, room.ayu, now).seed != first.seed


@pytest.mark.parametrize(("minutes", "ready"), [(10, 2), (60, 0), (-5, 0)])
def test_papers_are_prepared_shortly_before_the_opening(
    app: Flask, session: Session, room: Room, run_jobs: Callable[[], int], minutes: int, ready: int
) -> None:
    with app.app_context():
        work = work_here()
    opens(session, room, work.now() + timedelta(minutes=minutes))
    prepare_papers.func(type("Context", (), {"additional_context": {"work": work}})())
    run_jobs()
    assert len(lying_ready(session)) == ready


def test_what_nobody_took_is_thrown_away_after_a_day(session: Session, room: Room, now: datetime) -> None:
    prepare(session, room, now)
    preparing.forget(session, now=NOW + timedelta(hours=23))
    assert len(lying_ready(session)) == 2
    preparing.forget(session, now=NOW + timedelta(hours=25))
    session.expire_all()
    assert not lying_ready(session)


def test_who_comes_early_waits_at_the_door_and_is_told_when_it_opens(
    session: Session, room: Room, client_of: Client
) -> None:
    opens(session, room, clock_now() + timedelta(minutes=10))
    page = client_of(room.ayu).get(room.here)
    assert page.status_code == 200
    assert 'data-left="' in page.text
    assert "/mulai" not in page.text


def test_the_course_page_leads_to_the_door_shortly_before(
    session: Session, room: Room, client_of: Client
) -> None:
    opens(session, room, clock_now() + timedelta(minutes=10))
    assert f'href="{room.here}"' in client_of(room.ayu).get(f"/kelas/{room.cohort.id}").text


def test_long_before_the_quiz_is_only_locked(session: Session, room: Room, client_of: Client) -> None:
    opens(session, room, clock_now() + timedelta(hours=2))
    client = client_of(room.ayu)
    assert client.get(room.here).status_code == 409
    assert f'href="{room.here}"' not in client.get(f"/kelas/{room.cohort.id}").text


def test_nobody_starts_from_the_door(session: Session, room: Room, client_of: Client) -> None:
    opens(session, room, clock_now() + timedelta(minutes=10))
    assert client_of(room.ayu).post(f"{room.here}/mulai").status_code == 409


def test_the_larger_the_class_the_longer_the_opening(session: Session, room: Room, now: datetime) -> None:
    seat = seat_of(session, actor_for(room.ayu), room.cohort.id)
    small = preparing.waiting_room(session, seat, now + timedelta(seconds=90), now=now)
    assert (small.left, small.spread) == (90, 0)
    people = [Person(agency_id=room.agency.id, full_name=f"Peserta {n}") for n in range(170)]
    session.add_all(people)
    session.flush()
    session.add_all(Enrolment(cohort_id=room.cohort.id, person_id=p.id, created_at=now) for p in people)
    session.flush()
    assert preparing.waiting_room(session, seat, now, now=now).spread == 10

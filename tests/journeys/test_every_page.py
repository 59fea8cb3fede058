"""Every page that the demonstration can show, found by following links: it opens, it is reached, it is sound."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import url_for
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, Module
from courses.certificates.models import Certificate
from courses.cohorts.queries import seats_for
from courses.exchange.models import CourseImport
from courses.quizzes.models import Quiz, QuizRole
from courses.quizzes.services import start
from lms.access import Actor
from lms.errors import Refusal
from lms.people.models import Import, ImportKind, Person
from tests.factories.learning import make_lesson
from tests.journeys.atlas import Answer, Place, explore
from tests.journeys.soundness import DESK, PHONE, Listener, faults
from tests.live import LiveServer

pytestmark = pytest.mark.browser

# Who looks first; a page that several may open is looked at by the first of them. Everybody has a home of their own.
VISITORS = (
    "nobody",
    "learner",
    "superior",
    "instructor",
    "admin",
    "issuer",
    "auditor",
    "operator",
)
HOMES = {"home.show", "home.learn"}

# Pages that only a letter opens.
BY_MAIL = {"auth.set_password", "auth.sign_in_by_link"}
# A page that sends everybody on who has passed it, one that shows a draft of marks, one of an import that was tried out,
# and those of captions that were corrected.
ELSEWHERE_TESTED = {
    "auth.second_factor",
    "projects.preview",
    "imports.progress",
    "lessons.caption_history",
    "lessons.old_captions",
}
# Answers for scripts, machines and programs, and files: nothing to look at.
NOT_PAGES = {
    "static",
    "audit.export",
    "calendar.class_file",
    "calendar.feed",
    "classroom.as_csv",
    "classroom.as_xlsx",
    "exchange.export",
    "imports.result",
    "imports.template",
    "issuing.export",
    "lessons.captions",
    "lessons.play",
    "lessons.look_captions",
    "media.files.get",
    "notifications.settings.here",
    "offline.manifest",
    "offline.worker",
    "outbox.hello",
    "media.open_file",
    "media.show",
    "media.state",
    "media.streams.rendition",
    "media.streams.renditions",
    "projects.file",
    "projects.marks_csv",
    "projects.marks_xlsx",
    "projects.staff_file",
    "quizzes.state",
    "shell.alive",
    "shell.ready",
    "shell.security",
}


def furnish(demo: LiveServer, cast: dict[str, Person]) -> dict[str, list[str]]:
    """What only doing something shows (an attempt, a draft, imports): the addresses without a link, by visitor."""
    now = datetime.now(UTC)  # noqa: TID251
    admin = cast["admin"]
    with demo.using() as session:
        here = _begun_quiz(session, cast["learner"], now)
        module = session.scalars(sa.select(Module).order_by(Module.id)).first()
        assert module is not None
        make_lesson(session, module, now, "Masih draf").published = False
        brought = Import(
            agency_id=admin.agency_id,
            created_by=admin.id,
            kind=ImportKind.PEOPLE,
            filename="pegawai.xlsx",
            header=["nip", "nama"],
            mapping=["-", "-"],
            total=0,
            created_at=now,
        )
        whole = CourseImport(
            agency_id=admin.agency_id, person_id=admin.id, name="kursus.zip", key="a", created_at=now
        )
        session.add_all([brought, whole])
        session.flush()
        batch = session.execute(sa.select(Certificate.cohort_id, Certificate.batch_id)).first()
        assert batch is not None
        return {
            "nobody": ["/masuk", "/v", url_for("auth.forgot_sent")],
            "learner": [url_for("quizzes.attempt", **here), url_for("quizzes.check", **here)],
            "admin": [
                url_for("imports.columns", import_id=brought.id),
                url_for("issuing.batch", cohort_id=batch.cohort_id, batch_id=batch.batch_id),
                url_for("auth.prove_again"),
            ],
        }


def _begun_quiz(session: Session, learner: Person, now: datetime) -> dict[str, Any]:
    """An open attempt at the first practice of a running class."""
    seats = seats_for(session, Actor(learner.id, learner.agency_id, learner.full_name))
    practice = session.execute(
        sa.select(Activity.id, Activity.course_id)
        .join(Quiz, Quiz.activity_id == Activity.id)
        .where(Quiz.attempts_allowed.is_(None), Quiz.role == QuizRole.PRACTICE)
        .order_by(Activity.id)
    ).all()
    for seat in seats:
        for activity_id, course_id in practice:
            if seat.course_id == course_id and seat.cohort_name == "Angkatan I":
                with suppress(Refusal):
                    attempt_id = start(session, seat, activity_id, now=now)
                    return {
                        "cohort_id": seat.cohort_id,
                        "activity_id": activity_id,
                        "attempt_id": attempt_id,
                    }
    raise AssertionError("no quiz is open to the learner")


@dataclass(frozen=True)
class Atlas:
    """Where each visitor gets to by links (and by `furnish`), and the links that did not open."""

    places: dict[str, list[Place]]
    broken: list[str]


@pytest.fixture(scope="module")
def atlas(demo: LiveServer, cast: dict[str, Person]) -> Atlas:
    doors = furnish(demo, cast)
    places, broken = {}, []
    for visitor in VISITORS:
        start_at = ("/", *doors.get(visitor, []))
        found, bad = explore(demo.app, fetcher(demo, cast.get(visitor)), start_at)
        places[visitor] = found
        broken += [f"{visitor}: {one}" for one in bad]
    return Atlas(places, broken)


def fetcher(demo: LiveServer, person: Person | None) -> Callable[[str], Answer]:
    """Read pages without a browser, signed in as somebody."""
    client = demo.app.test_client()
    if person is not None:
        client.set_cookie(demo.app.config["SESSION_COOKIE_NAME"], demo.cookie(person))

    def fetch(path: str) -> Answer:
        answer = client.get(path, headers={"Accept": "text/html"})
        text = answer.location or (answer.text if answer.mimetype == "text/html" else "")
        answer.close()
        return answer.status_code, answer.mimetype or "", text

    return fetch


def test_every_link_that_is_shown_opens(atlas: Atlas) -> None:
    assert atlas.broken == []


def test_every_page_is_reached_by_links(demo: LiveServer, atlas: Atlas) -> None:
    pages = {rule.endpoint for rule in demo.app.url_map.iter_rules() if "GET" in (rule.methods or ())}
    reached = {place.endpoint for places in atlas.places.values() for place in places}
    assert pages - NOT_PAGES - BY_MAIL - ELSEWHERE_TESTED - reached == set()
    assert reached & NOT_PAGES == set()


@pytest.mark.parametrize("visitor", VISITORS)
def test_every_page_is_sound_on_a_phone_and_on_a_desk(
    demo: LiveServer, cast: dict[str, Person], atlas: Atlas, visitor: str
) -> None:
    page = demo.page(cast.get(visitor))
    listener = Listener(page)
    wrong = []
    for place in first_seen_by(visitor, atlas):
        page.goto(place.path)
        found = [fault for width in (PHONE, DESK) for fault in faults(page, width)] + listener.take()
        wrong += [f"{place.endpoint} {place.path} {fault}" for fault in found]
    page.context.close()
    assert not wrong, "\n".join(wrong)


def first_seen_by(visitor: str, atlas: Atlas) -> list[Place]:
    """One place of each endpoint that no visitor before has seen; homes are everybody's own."""
    before = VISITORS[: VISITORS.index(visitor)]
    seen = {place.endpoint for earlier in before for place in atlas.places[earlier]} - HOMES
    return list(
        {
            place.endpoint: place for place in reversed(atlas.places[visitor]) if place.endpoint not in seen
        }.values()
    )

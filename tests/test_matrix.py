"""Who may do what, for every route: the checked-in table holds, and some promises hold whatever the table says.

After a change that is meant, `BINA_WRITE_MATRIX=1 ./dev test tests/test_matrix.py` rewrites the table: read the difference.
"""

from __future__ import annotations

import os
import uuid
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from courses.catalogue.models import Activity, CourseStaff
from courses.certificates.services import issue
from courses.cohorts.queries import seat_of
from courses.exchange.models import CourseImport
from courses.lessons.models import CaptionVersion, LessonMedia, Part
from courses.progress.models import State
from courses.progress.services import record
from courses.projects import forming
from courses.projects.models import Comment
from courses.projects.queries import Ran
from courses.quizzes.models import LateAnswer, Lateness, QuizQuestion
from courses.quizzes.services import start
from lms.access import Role
from lms.auth.models import SignIn
from lms.media.models import Making, Rendering
from lms.notifications.models import Channel, Notification, Outgoing, OutgoingState, PushDevice
from lms.people.models import Grant, Import, ImportKind, Unit
from lms.shell.guard import rule_of
from tests import matrix
from tests.factories.learning import (
    ESSAY,
    make_cohort,
    make_course,
    make_lesson,
    make_module,
    make_quiz,
    make_seat,
    make_template,
)
from tests.factories.people import actor_for, sign_in
from tests.factories.projects import make_file, make_project

# Ends only sessions of one's own and answers alike for every id, so it tells nobody what exists.
SAME_FOR_EVERY_ID = {"account.end_session"}
STAFF_ONLY = ("/kelola", "/sistem")


@pytest.fixture
def scene(app: Flask, session: Session, now: datetime) -> matrix.Scene:
    made = matrix.people_of(session)
    with app.test_request_context():
        _learning(session, made, now)
    _platform(app, session, made, now)
    session.commit()
    return made


def _learning(session: Session, made: matrix.Scene, now: datetime) -> None:
    ayu, citra, edi = (made.people[name] for name in ("learner", "instructor", "issuer"))
    course = make_course(session, made.agency, citra, now)
    session.merge(CourseStaff(course_id=course.id, person_id=citra.id))
    module = make_module(session, course, now)
    lesson, quiz = make_lesson(session, module, now), make_quiz(session, module, now, ESSAY)
    project = make_project(session, module, now)
    cohort = make_cohort(session, course, citra, now)
    seat = make_seat(session, cohort, ayu, now)
    session.commit()
    place = seat_of(session, actor_for(ayu), cohort.id)
    ran = Ran(cohort, session.get_one(Activity, project.activity_id), project)
    group = forming.add_group(session, ran, "Kelompok 1", now=now)
    forming.place(session, ran, {seat.id: group.id}, by=actor_for(citra, Role.INSTRUCTOR), now=now)
    media = make_file(session, ayu, now)
    session.add(Rendering(media_id=media.id, name="240p", state=Making.READY, active_at=now))
    vtt = "WEBVTT\n\n00:00.000 --> 00:02.000\nSelamat pagi.\n"
    file = LessonMedia(
        activity_id=lesson.id, media_id=media.id, part=Part.VIDEO, captions=vtt, captions_version=1
    )
    session.add(file)
    session.flush()
    session.add(CaptionVersion(file_id=file.id, version=1, captions=vtt, saved_at=now))
    make_template(session, made.agency, now)
    attempt = start(session, place, quiz.activity_id, now=now)
    for activity_id in (lesson.id, quiz.activity_id, project.activity_id):
        record(session, seat.id, activity_id, State.DONE, now=now)
    (certificate,) = issue(session, cohort, None, by=actor_for(edi, Role.ISSUER), now=now)
    comment = Comment(group_id=group.id, client_id=uuid.uuid4(), person_id=ayu.id, text="Siap.", at=now)
    late = LateAnswer(attempt_id=attempt, number=1, value="x", received_at=now, reason=Lateness.AFTER_GRACE)
    session.add_all([comment, late])
    session.flush()
    question = session.query(QuizQuestion).filter(QuizQuestion.activity_id == quiz.activity_id).first()
    assert question is not None
    made.values.update(
        {
            "cohort_id": cohort.id,
            "course_id": course.id,
            "module_id": module.id,
            "enrolment_id": seat.id,
            "lessons.activity_id": lesson.id,
            "authoring.activity_id": lesson.id,
            "quizzes.activity_id": quiz.activity_id,
            "projects.activity_id": project.activity_id,
            "attempt_id": attempt,
            "late_id": late.id,
            "question_id": question.question_id,
            "group_id": group.id,
            "comment_id": comment.id,
            "media_id": media.id,
            "file_id": file.id,
            "certificate_id": certificate.id,
            "batch_id": certificate.batch_id,
            "code": certificate.code,
            "number": 1,
            "issuing.kind": "csv",
        }
    )


def _platform(app: Flask, session: Session, made: matrix.Scene, now: datetime) -> None:
    ayu = made.people["learner"]
    sign_in(app.test_client(), session, ayu)
    own = session.query(SignIn).filter(SignIn.person_id == ayu.id).first()
    told = Notification(person_id=ayu.id, kind="x", text="Kabar", path="/", created_at=now)
    taken = CourseImport(
        agency_id=made.agency.id,
        person_id=made.people["instructor"].id,
        name="a.zip",
        key="a",
        created_at=now,
    )
    failed = Outgoing(
        channel=Channel.MAIL,
        kind="x",
        subject="",
        text="",
        state=OutgoingState.FAILED,
        created_at=now,
        due_at=now,
    )
    unit = Unit(agency_id=made.agency.id, code="01", name="Dinas Kesehatan")
    brought = Import(
        agency_id=made.agency.id,
        created_by=made.people["admin"].id,
        kind=ImportKind.PEOPLE,
        filename="pegawai.xlsx",
        header=["nip", "nama"],
        mapping=["-", "-"],
        total=0,
        created_at=now,
    )
    assert own is not None
    phone = PushDevice(
        person_id=ayu.id,
        sign_in_id=own.id,
        endpoint="https://x",
        public_key=b"x",
        secret=b"x",
        created_at=now,
    )
    session.add_all([told, failed, taken, unit, brought, phone])
    session.flush()
    grant = session.query(Grant).filter(Grant.person_id == made.people["issuer"].id).one()
    made.values.update(
        {
            "device_id": phone.id,
            "message_id": failed.id,
            "sign_in_id": own.id,
            "notification_id": told.id,
            "exchange.import_id": taken.id,
            "imports.import_id": brought.id,
            "imports.kind": "csv",
            "name": "pegawai",
            "person_id": ayu.id,
            "unit_id": unit.id,
            "grant_id": grant.id,
            "agency_id": made.agency.id,
            "job_id": 1,
            "token": "x",
            "key": "x",
            "proof": "x",
            "media.retry_rendition.name": "240p",
        }
    )


def test_every_route_does_for_every_role_what_the_table_says(
    app: Flask, session: Session, scene: matrix.Scene
) -> None:
    found = matrix.measured(app, session, scene)
    if os.environ.get("BINA_WRITE_MATRIX"):
        matrix.write(found)
    table = matrix.read()
    assert set(table) == set(found), "a route is missing in tests/matrix.tsv, or one is gone"
    wrong = {key: (table[key], cells) for key, cells in found.items() if table[key] != cells}
    assert not wrong


def test_promises_that_no_table_may_break(app: Flask) -> None:
    rules = {rule.endpoint: rule for rule in app.url_map.iter_rules()}
    for (method, endpoint), cells in matrix.read().items():
        rule, guard = rules[endpoint], rule_of(app.view_functions[endpoint])
        assert guard is not None
        where = f"{method} {endpoint}"
        if guard.signed_in:
            assert cells["nobody"] == "in", where
        has_id = any(name.endswith("_id") for name in rule.arguments)
        if has_id and guard.signed_in and endpoint not in SAME_FOR_EVERY_ID:
            assert cells["foreigner"] != "ok", where
            assert cells["foreign_admin"] != "ok", where
        if rule.rule.startswith(STAFF_ONLY):
            assert cells["learner"] != "ok", where
            assert cells["outsider"] != "ok", where
        if method != "GET" and rule.rule.startswith(STAFF_ONLY):
            assert cells["auditor"] != "ok", where

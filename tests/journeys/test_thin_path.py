"""From sign-in to a certificate that anybody can verify, in the test client."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.certificates.models import Certificate
from courses.cohorts.models import Cohort, Enrolment
from courses.quizzes.models import Attempt
from lms.access import Role
from tests.conftest import Client
from tests.factories.learning import (
    make_cohort,
    make_course,
    make_lesson,
    make_module,
    make_quiz,
    make_seat,
    make_template,
)
from tests.factories.people import make_agency, make_person


class Scene:
    """Ayu has a seat in a class of one lesson and one quiz; Citra teaches, Edi issues."""

    def __init__(self, session: Session, now: datetime) -> None:
        agency = make_agency(session)
        self.ayu = make_person(session, agency, "Ayu Lestari")
        self.budi = make_person(session, agency, "Budi Santoso")
        self.citra = make_person(session, agency, "Citra Dewi", Role.INSTRUCTOR)
        self.edi = make_person(session, agency, "Edi Kurnia", Role.ISSUER)
        course = make_course(session, agency, self.citra, now)
        module = make_module(session, course, now)
        self.lesson = make_lesson(session, module, now)
        self.quiz = make_quiz(session, module, now)
        self.cohort: Cohort = make_cohort(session, course, self.citra, now)
        self.seat: Enrolment = make_seat(session, self.cohort, self.ayu, now)
        make_template(session, agency, now)
        session.commit()


@pytest.fixture
def scene(session: Session, now: datetime) -> Scene:
    return Scene(session, now)


def answer_rightly(session: Session, attempt: Attempt) -> dict[str, Any]:
    form: dict[str, Any] = {}
    for number, key in enumerate(attempt.keys, 1):
        content = key["content"]
        form[f"base_{number}"] = "0"
        if content["kind"] == "single":
            form[f"q_{number}"] = next(option["id"] for option in content["options"] if option["correct"])
        else:
            form[f"q_{number}"] = "true"
    return form


def test_ayu_learns_passes_and_gets_a_certificate_that_anybody_can_verify(
    scene: Scene, session: Session, client_of: Client
) -> None:
    ayu, here = client_of(scene.ayu), f"/kelas/{scene.cohort.id}"
    assert "Etika Pelayanan" in ayu.get("/").text
    assert "Salam di loket" in ayu.get(here).text
    assert "Ucapkan salam" in ayu.get(f"{here}/pelajaran/{scene.lesson.id}").text
    done = ayu.post(f"{here}/pelajaran/{scene.lesson.id}/selesai")
    assert done.status_code == 303
    assert done.location.endswith(f"/kuis/{scene.quiz.activity_id}")

    begun = ayu.post(f"{here}/kuis/{scene.quiz.activity_id}/mulai")
    again = ayu.post(f"{here}/kuis/{scene.quiz.activity_id}/mulai")
    assert begun.location == again.location
    attempt = session.scalars(sa.select(Attempt)).one()
    assert "Siapa yang dilayani" in ayu.get(begun.location).text
    checked = ayu.post(begun.location, data={**answer_rightly(session, attempt), "submit": "1"})
    assert "2 dari 2 soal sudah dijawab" in ayu.get(checked.location).text
    result = ayu.post(f"{begun.location}/kumpulkan")
    assert "Anda lulus" in ayu.get(result.location).text
    assert "2 dari 2 kegiatan selesai" in ayu.get(here).text

    edi = client_of(scene.edi)
    page = f"/kelola/kelas/{scene.cohort.id}/sertifikat"
    assert str(scene.seat.id) in edi.get(page).text
    asked = edi.get(f"{page}/terbitkan?pilih={scene.seat.id}").text
    hidden = dict(re.findall(r'name="(batch|count|first)" value="([^"]*)"', asked))
    edi.post(f"{page}/terbitkan?pilih={scene.seat.id}", data=hidden)
    edi.post(f"{page}/terbitkan?pilih={scene.seat.id}", data=hidden)
    certificate = session.scalars(sa.select(Certificate)).one()
    assert re.fullmatch(r"800\.2\.2/0001/BKPSDM/[IVX]+/\d{4}", certificate.number)
    assert "Etika Pelayanan" in ayu.get("/sertifikat").text
    public = client_of(None).get(f"/v/{certificate.code}").text
    assert "Ayu Lestari" in public
    assert "berlaku" in public


def test_a_class_that_one_does_not_attend_does_not_exist(scene: Scene, client_of: Client) -> None:
    budi = client_of(scene.budi)
    assert budi.get(f"/kelas/{scene.cohort.id}").status_code == 404
    assert budi.get(f"/kelas/{scene.cohort.id}/pelajaran/{scene.lesson.id}").status_code == 404


def test_nobody_is_sent_to_sign_in_and_back(scene: Scene, client_of: Client) -> None:
    answer = client_of(None).get(f"/kelas/{scene.cohort.id}")
    assert answer.status_code == 302
    assert answer.location == f"/masuk?next=/kelas/{scene.cohort.id}"


def test_a_learner_may_not_issue(scene: Scene, client_of: Client, session: Session) -> None:
    assert client_of(scene.ayu).get(f"/kelola/kelas/{scene.cohort.id}/sertifikat").status_code == 403

"""Issuing, revoking and replacing: once each, gapless, frozen, and written down."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.certificates.learners import chosen, counts, learners_of
from courses.certificates.models import Certificate, CertificateState, NumberCounter
from courses.certificates.services import Promise, issue, replace, revoke
from courses.progress.models import State
from lms.audit.models import AuditEntry
from lms.errors import Conflict, Invalid
from lms.notifications.models import Notification, Outgoing
from lms.people.models import Person
from lms.storage.folder import FolderStore
from lms.web import db
from tests.certificates.conftest import Scene
from tests.certificates.test_pdf import pages_of

REASON = "Kesalahan data kehadiran."

pytestmark = pytest.mark.usefixtures("inside")


@contextmanager
def counted(app: Any) -> Iterator[list[str]]:
    """The statements that run inside the block."""
    said: list[str] = []

    def hear(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE")):
            said.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", hear)
    try:
        yield said
    finally:
        sa.event.remove(engine, "before_cursor_execute", hear)


def test_numbers_run_from_one_in_the_order_of_names(scene: Scene) -> None:
    scene.seat_many(["Citra", "Ani", "Budi"])
    issued = scene.issue_all()
    assert [(one.name, one.number) for one in issued] == [
        ("Ani", "800.2.2/0001/BKPSDM/2026"),
        ("Budi", "800.2.2/0002/BKPSDM/2026"),
        ("Citra", "800.2.2/0003/BKPSDM/2026"),
    ]
    assert len({one.code for one in issued}) == 3


def test_pressing_again_issues_nothing(scene: Scene, session: Session) -> None:
    scene.seat()
    batch = uuid.uuid4()
    first = issue(session, scene.cohort, None, by=scene.issuer, now=scene.now, batch_id=batch)
    again = issue(session, scene.cohort, None, by=scene.issuer, now=scene.now, batch_id=batch)
    other = issue(session, scene.cohort, None, by=scene.issuer, now=scene.now)
    assert (len(first), len(again), len(other)) == (1, 0, 0)


def test_only_who_earned_it_gets_one(scene: Scene, session: Session) -> None:
    ready = scene.seat("Ani")
    missing = scene.seat("Budi", done=False)
    session.add(scene.progress(missing, scene.quiz, None, State.WAITING))
    session.commit()
    both = {ready.id, missing.id}
    issued = issue(session, scene.cohort, both, by=scene.issuer, now=scene.now)
    assert [one.enrolment_id for one in issued] == [ready.id]
    ani, budi = learners_of(session, scene.cohort)
    assert ani.standing == "issued"
    assert [str(problem) for problem in budi.missing] == [
        "“Salam di loket” belum dikerjakan.",
        "“Kuis akhir” menunggu penilaian.",
    ]


def test_a_stale_promise_issues_nothing(scene: Scene, session: Session) -> None:
    scene.seat_many(["Ani", "Budi"])
    for stale in (Promise(3, 1), Promise(2, 2)):
        with pytest.raises(Conflict):
            issue(session, scene.cohort, None, by=scene.issuer, now=scene.now, promise=stale)
    assert session.scalar(sa.select(sa.func.count(Certificate.id))) == 0
    kept = issue(session, scene.cohort, None, by=scene.issuer, now=scene.now, promise=Promise(2, 1))
    assert len(kept) == 2


def test_facts_stay_when_the_person_the_unit_and_the_course_change(scene: Scene, session: Session) -> None:
    scene.seat("Ayu Lestari", front_title="Dr.", back_title="M.Si.", position="Analis")
    (certificate,) = scene.issue_all()
    before = dict(certificate.facts)
    scene.learners[0].full_name = "Ayu Kartika"
    scene.unit.name = "Dinas Baru"
    scene.cohort.course.title = "Judul Baru"
    scene.agency.name = "Pemerintah Baru"
    session.commit()
    session.expire_all()
    kept = session.get_one(Certificate, certificate.id)
    assert kept.facts == before
    assert kept.facts["name"] == "Dr. Ayu Lestari, M.Si."
    assert kept.facts["unit"] == "Dinas Kependudukan"
    assert "Etika Pelayanan" in kept.facts["body"]


@pytest.mark.parametrize(
    "change",
    [
        {"facts": {}},
        {"number": "1"},
        {"code": "X"},
        {"sequence": 9},
        {"name": "Lain"},
        {"person_id": uuid.uuid4()},
    ],
)
def test_the_database_refuses_to_change_what_was_issued(
    scene: Scene, session: Session, change: dict[str, Any]
) -> None:
    scene.seat()
    scene.issue_all()
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), session.begin_nested():
        session.execute(sa.update(Certificate).values(**change))


def test_the_database_refuses_to_forget_a_certificate_or_a_number(scene: Scene, session: Session) -> None:
    scene.seat()
    (certificate,) = scene.issue_all()
    revoke(session, certificate, REASON, by=scene.issuer, now=scene.now)
    session.commit()
    for refused in (
        sa.delete(Certificate),
        sa.update(Certificate).values(state=CertificateState.VALID),
        sa.update(NumberCounter).values(last=0),
    ):
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), session.begin_nested():
            session.execute(refused)


def test_a_revoked_certificate_keeps_its_number_and_comes_back_only_by_name(
    scene: Scene, session: Session
) -> None:
    seat = scene.seat()
    (certificate,) = scene.issue_all()
    revoke(session, certificate, f"  {REASON}\n", by=scene.issuer, now=scene.now)
    assert (certificate.state, certificate.reason) == (CertificateState.REVOKED, REASON)
    assert scene.issue_all() == []
    assert counts(learners_of(session, scene.cohort)) == {"revoked": 1}
    (again,) = issue(session, scene.cohort, {seat.id}, by=scene.issuer, now=scene.now)
    assert again.sequence == 2


def test_a_certificate_ends_once(scene: Scene, session: Session) -> None:
    scene.seat()
    (certificate,) = scene.issue_all()
    revoke(session, certificate, REASON, by=scene.issuer, now=scene.now)
    for end in (revoke, replace):
        with pytest.raises(Conflict):
            end(session, certificate, REASON, by=scene.issuer, now=scene.now)


@pytest.mark.parametrize("reason", ["", "salah", "  kurang  ", "x" * 301])
def test_ending_one_needs_a_reason_that_people_can_read(scene: Scene, session: Session, reason: str) -> None:
    scene.seat()
    (certificate,) = scene.issue_all()
    for end in (revoke, replace):
        with pytest.raises(Invalid) as refusal:
            end(session, certificate, reason, by=scene.issuer, now=scene.now)
        assert refusal.value.field == "reason"
    assert certificate.state is CertificateState.VALID


def test_a_replacement_has_todays_facts_and_both_know_each_other(scene: Scene, session: Session) -> None:
    scene.seat("Ayu Lestri")
    (old,) = scene.issue_all()
    scene.learners[0].full_name = "Ayu Lestari"
    session.commit()
    new = replace(session, old, "Perbaikan ejaan nama.", by=scene.issuer, now=scene.now)
    session.commit()
    assert (old.state, old.replaced_by_id) == (CertificateState.REPLACED, new.id)
    assert (old.facts["name"], new.facts["name"]) == ("Ayu Lestri", "Ayu Lestari")
    assert (new.sequence, new.state) == (2, CertificateState.VALID)
    assert scene.issue_all() == []


def test_a_number_format_that_writes_an_old_number_is_refused(scene: Scene, session: Session) -> None:
    scene.seat_many(["Ani"])
    scene.design(scene.agency, number_format="2{urut}/{tahun}", created_at=scene.now)
    (first,) = scene.issue_all()
    assert first.number == "21/2026"
    session.get_one(NumberCounter, (scene.agency.id, 2026)).last = 20
    scene.design(scene.agency, number_format="{urut}/{tahun}", created_at=scene.now)
    scene.seat_many(["Budi"])
    with pytest.raises(Conflict, match="21/2026"):
        issue(session, scene.cohort, None, by=scene.issuer, now=scene.now)


def test_without_a_template_nothing_is_issued(scene: Scene, session: Session) -> None:
    session.execute(sa.delete(type(scene.template)))
    scene.seat()
    with pytest.raises(Conflict, match="Templat"):
        issue(session, scene.cohort, None, by=scene.issuer, now=scene.now)


def test_every_act_is_written_down(scene: Scene, session: Session) -> None:
    scene.seat_many(["Ani", "Budi"])
    first, second = scene.issue_all()
    revoke(session, first, REASON, by=scene.issuer, now=scene.now)
    new = replace(session, second, REASON, by=scene.issuer, now=scene.now)
    session.commit()
    lines = session.execute(
        sa.select(AuditEntry.act, AuditEntry.subject_id, AuditEntry.agency_id)
        .where(AuditEntry.subject == "certificate", AuditEntry.actor_id == scene.edi.id)
        .order_by(AuditEntry.id)
    ).all()
    assert [(act, subject) for act, subject, _ in lines] == [
        ("certificate:issued", first.id),
        ("certificate:issued", second.id),
        ("certificate:revoked", first.id),
        ("certificate:issued", new.id),
        ("certificate:replaced", second.id),
    ]
    assert {agency for *_, agency in lines} == {scene.agency.id}


def test_300_certificates_cost_as_many_statements_as_3(
    make_scene: Callable[[], Scene], session: Session, app: Any
) -> None:
    costs = []
    for number in (3, 300):
        scene = make_scene()
        scene.seat_many([f"Peserta {n:03}" for n in range(number)])
        with counted(app) as said:
            issued = issue(session, scene.cohort, None, by=scene.issuer, now=scene.now)
        assert [one.sequence for one in issued] == list(range(1, number + 1))
        costs.append(len(said))
    # Rows and jobs are written in groups of a thousand and fifty at most, each group one statement.
    assert costs[0] <= 20
    assert costs[1] <= costs[0] + 2


def test_choosing_all_means_all_who_are_ready(scene: Scene, session: Session) -> None:
    scene.seat_many(["Ani", "Budi"])
    scene.seat("Citra", done=False)
    learners = learners_of(session, scene.cohort)
    assert [one.name for one in chosen(learners, None)] == ["Ani", "Budi"]
    assert chosen(learners, {uuid.uuid4()}) == []


def test_pdfs_follow_and_their_owners_are_told_once(
    scene: Scene, session: Session, run_jobs: Callable[[], int], app: Any
) -> None:
    scene.seat_many(["Ani", "Budi"])
    for person in scene.learners:
        person.email = f"{person.full_name.lower()}@contoh.invalid"
    issued = scene.issue_all()
    run_jobs()
    store: FolderStore = app.extensions["store"]
    for certificate in session.scalars(sa.select(Certificate)):
        assert certificate.pdf_key
        data = store.read(certificate.pdf_key)
        assert len(data) == certificate.pdf_size
        assert certificate.name in pages_of(data)[0]
    told = session.execute(sa.select(Notification.person_id, Notification.text, Notification.path)).all()
    assert {row.person_id for row in told} == {one.person_id for one in issued}
    assert {row.text for row in told} == {"Sertifikat Etika Pelayanan siap diunduh."}
    assert {row.path for row in told} == {"/sertifikat"}
    assert session.scalar(sa.select(sa.func.count(Outgoing.id))) == 2


def test_who_loses_or_changes_a_certificate_reads_why(
    scene: Scene, session: Session, run_jobs: Callable[[], int]
) -> None:
    scene.seat_many(["Ani", "Budi"])
    first, second = scene.issue_all()
    run_jobs()
    revoke(session, first, REASON, by=scene.issuer, now=scene.now)
    replace(session, second, "Perbaikan ejaan nama.", by=scene.issuer, now=scene.now)
    run_jobs()
    texts = dict(
        session.execute(
            sa.select(Notification.kind, Notification.text).where(Notification.kind != "certificates:ready")
        ).all()
    )
    assert texts == {
        "certificates:revoked": f"Sertifikat Etika Pelayanan dicabut. Alasan: {REASON}",
        "certificates:replaced": (
            "Sertifikat Etika Pelayanan diganti dengan yang baru, nomor 800.2.2/0003/BKPSDM/2026."
        ),
    }


def test_somebody_of_another_agency_is_printed_with_their_own(scene: Scene, session: Session) -> None:
    seat = scene.seat("Ani")
    person = session.get_one(Person, seat.person_id)
    person.agency_id, person.unit_id = None, None
    session.commit()
    (certificate,) = scene.issue_all()
    assert (certificate.facts["agency"], certificate.facts["unit"]) == ("", "")
    assert certificate.facts["issuer"] == "Pemerintah Kota Sorong"

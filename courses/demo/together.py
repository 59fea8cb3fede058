"""What a running class of the demonstration does together: groups that hand in, a discussion, an announcement."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from courses.cohorts.announcing import announce
from courses.cohorts.models import Cohort
from courses.cohorts.queries import seat_of
from courses.cohorts.roster import projects_in
from courses.projects.forming import draw_groups
from courses.projects.queries import participants_of, run_of, work_of
from courses.projects.services import say, submit
from courses.projects.work import Contents
from lms.access import Actor
from lms.database import new_id

NEWS = (
    "Besok pukul 10.00 WIT kita membahas tes awal lewat percakapan kelas. Yang sedang bertugas di loket tidak perlu "
    "hadir; catatannya menyusul di halaman ini.\n\n- Selesaikan modul pertama lebih dahulu.\n"
    "- Tulis satu pertanyaan dari loket Anda sendiri."
)
PLAN = (
    "**Layanan:** pengambilan KTP-el di loket kami.\n\n**Kalimat putusan:** setelah membaca laporan ini, Kepala Bidang "
    "dapat memutuskan penambahan satu loket pada Senin dan Selasa, paling lambat akhir bulan.\n\n"
    "**Peran:** penghubung, pencatat data, pengolah angka, dan penulis sudah dibagi dalam rapat pertama."
)
TALK = (
    "Saya sudah bicara dengan Kepala Bidang. Beliau setuju kita mencatat waktu tunggu mulai Senin.",
    "Baik. Lembar catatan saya siapkan malam ini, dua kolom saja supaya tidak mengganggu antrean.",
)


def together(
    session: Session, cohort: Cohort, teacher: Actor, learner_id: uuid.UUID, *, now: datetime
) -> None:
    """One announcement, and for every project groups, of which the learner's own has handed in and talks."""
    announce(session, cohort, title="Membahas tes awal bersama", source=NEWS, by=teacher, now=now)
    for activity_id, _title in projects_in(session, cohort):
        ran = run_of(session, teacher, cohort.id, activity_id)
        draw_groups(session, ran, by=teacher, now=now - timedelta(days=5), seed=2026)
        people = participants_of(session, ran)
        group_id = next(person.group_id for person in people if person.person_id == learner_id)
        members = [person.person_id for person in people if person.group_id == group_id]
        _hand_in(session, cohort, activity_id, members, now=now)


def _hand_in(
    session: Session, cohort: Cohort, activity_id: uuid.UUID, members: list[uuid.UUID], *, now: datetime
) -> None:
    """The first member hands in the first stage; two members talk about it."""
    seat = seat_of(session, Actor(members[0], cohort.agency_id, ""), cohort.id)
    work = work_of(session, seat, activity_id)
    assert work.group_id is not None
    submit(
        session,
        seat,
        activity_id,
        work.stages[0],
        Contents(text=PLAN),
        client_id=new_id(),
        revision=0,
        now=now - timedelta(days=1),
    )
    for hours, (person_id, text) in enumerate(zip(members, TALK, strict=False), 1):
        moment = now - timedelta(hours=20 - hours)
        say(session, work.group_id, text, client_id=new_id(), by=person_id, now=moment)

"""Announcements: written in Markdown by staff, told to everybody in the class."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from courses.cohorts.announcing import announce, announcements_of
from courses.cohorts.models import Announcement
from lms.audit.models import AuditEntry
from lms.notifications.models import Notification, Outgoing
from tests.cohorts.scene import Scene
from tests.conftest import Client
from tests.factories.people import actor_for
from tests.statements import statements

TEXT = {"title": "Jadwal seminar", "source": "Seminar **Jumat** pukul 09.00."}


def said(session: Session) -> list[str]:
    return list(session.scalars(sa.select(Announcement.title)))


@pytest.mark.parametrize("who", ["citra", "dewi"])
def test_those_who_teach_or_run_the_class_speak_and_all_members_are_told(
    scene: Scene, client_of: Client, session: Session, run_jobs: Callable[[], int], who: str
) -> None:
    scene.seat(scene.ayu)
    scene.seat(scene.susi)
    here = f"/kelola/kelas/{scene.cohort.id}/pengumuman"
    assert client_of(getattr(scene, who)).post(here, data=TEXT).status_code == 303
    told = session.scalars(
        sa.select(Notification).where(Notification.kind == "cohorts:announced").order_by(Notification.id)
    ).all()
    assert {n.person_id for n in told} == {scene.ayu.id, scene.susi.id}
    assert told[0].path == f"/kelas/{scene.cohort.id}/pengumuman"
    mail = session.scalars(sa.select(Outgoing).where(Outgoing.subject == "Pengumuman: Jadwal seminar"))
    first = mail.first()
    assert first is not None
    assert "Seminar Jumat pukul 09.00." in first.text
    assert run_jobs() >= 2
    assert all(session.scalars(sa.select(Outgoing.sent_at)))
    assert "cohort:announced" in session.scalars(sa.select(AuditEntry.act)).all()


def test_a_form_that_is_sent_again_says_it_once(scene: Scene, session: Session) -> None:
    """The answer was lost on the way, or the button was pressed twice: no phone rings twice."""
    scene.seat(scene.ayu)
    by, told = (
        actor_for(scene.citra),
        sa.select(sa.func.count(Notification.id)).where(Notification.kind == "cohorts:announced"),
    )
    first = announce(session, scene.cohort, by=by, now=scene.now, **TEXT)
    assert announce(session, scene.cohort, by=by, now=scene.now + timedelta(minutes=9), **TEXT) is first
    assert session.scalar(told) == 1
    announce(session, scene.cohort, by=by, now=scene.now, title="Jadwal seminar", source="Pukul 10.00.")
    announce(session, scene.cohort, by=actor_for(scene.dewi), now=scene.now, **TEXT)
    announce(session, scene.cohort, by=by, now=scene.now + timedelta(minutes=11), **TEXT)
    assert session.scalar(told) == 4


def test_learners_read_it_and_outsiders_find_no_class(scene: Scene, client_of: Client) -> None:
    scene.seat(scene.ayu)
    announce(scene.session, scene.cohort, by=actor_for(scene.citra), now=scene.now, **TEXT)
    scene.session.commit()
    here = f"/kelas/{scene.cohort.id}/pengumuman"
    page = client_of(scene.ayu).get(here)
    assert "<strong>Jumat</strong>" in page.text
    assert "Citra Dewi" in page.text
    assert client_of(scene.susi).get(here).status_code == 404
    assert client_of(scene.gita).get(here).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("cahya", 404), ("galih", 404), ("anton", 403), ("ayu", 403)])
def test_nobody_else_speaks(scene: Scene, client_of: Client, session: Session, who: str, status: int) -> None:
    here = f"/kelola/kelas/{scene.cohort.id}/pengumuman"
    assert client_of(getattr(scene, who)).post(here, data=TEXT).status_code == status
    assert said(session) == []


def test_an_auditor_reads_and_is_offered_no_pen(scene: Scene, client_of: Client) -> None:
    announce(scene.session, scene.cohort, by=actor_for(scene.citra), now=scene.now, **TEXT)
    scene.session.commit()
    page = client_of(scene.anton).get(f"/kelola/kelas/{scene.cohort.id}/pengumuman").text
    assert "Jadwal seminar" in page
    assert "<textarea" not in page
    assert "Hapus" not in page


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"title": "", "source": "Isi"}, "title"),
        ({"title": "Judul", "source": " "}, "source"),
        ({"title": "Judul", "source": "<script>alert(1)</script>"}, "source"),
        ({"title": "Judul", "source": "x" * 20_001}, "source"),
    ],
)
def test_an_empty_or_endless_announcement_is_refused_and_kept(
    scene: Scene, client_of: Client, session: Session, data: dict[str, str], field: str
) -> None:
    page = client_of(scene.citra).post(f"/kelola/kelas/{scene.cohort.id}/pengumuman", data=data)
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert said(session) == []


def test_what_is_dangerous_in_it_is_dropped(scene: Scene) -> None:
    made = announce(
        scene.session,
        scene.cohort,
        title="Awas",
        source="Halo <img src=x onerror=alert(1)> [tautan](javascript:alert(1))",
        by=actor_for(scene.citra),
        now=scene.now,
    )
    assert "onerror" not in made.body
    assert "href" not in made.body
    assert "Halo" in made.body


def test_it_can_be_taken_back_by_staff_of_this_class_only(
    scene: Scene, client_of: Client, session: Session
) -> None:
    made = announce(scene.session, scene.cohort, by=actor_for(scene.citra), now=scene.now, **TEXT)
    other = scene.open_cohort()
    data = {"announcement": str(made.id)}
    citra = client_of(scene.citra)
    assert citra.post(f"/kelola/kelas/{other.id}/pengumuman/hapus", data=data).status_code == 404
    target = f"/kelola/kelas/{scene.cohort.id}/pengumuman/hapus"
    assert client_of(scene.cahya).post(target, data=data).status_code == 404
    assert said(session) == ["Jadwal seminar"]
    assert citra.post(target, data=data).status_code == 303
    assert said(session) == []
    assert citra.post(target, data=data).status_code == 404


def test_the_class_page_gets_the_newest_three(scene: Scene) -> None:
    for number in range(5):
        announce(
            scene.session,
            scene.cohort,
            title=f"Kabar {number}",
            source="Isi",
            by=actor_for(scene.citra),
            now=scene.now,
        )
    titles = [item.title for item in announcements_of(scene.session, scene.cohort.id)]
    assert titles == ["Kabar 4", "Kabar 3", "Kabar 2"]


def test_telling_a_large_class_asks_no_more_than_telling_a_small_one(app: Flask, scene: Scene) -> None:
    counts = []
    for number in range(2):
        for person in scene.people(8):
            scene.seat(person)
        with statements(app) as asked:
            text = {**TEXT, "title": f"Kabar {number}"}
            announce(scene.session, scene.cohort, by=actor_for(scene.citra), now=scene.now, **text)
        scene.session.commit()
        counts.append(len(asked))
    assert counts[0] == counts[1]

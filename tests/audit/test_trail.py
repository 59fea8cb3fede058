"""The audit trail: read by those who may, their agency's alone, in words, page by page, and safe to take home."""

from __future__ import annotations

import ast
import csv
import dataclasses
import io
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from courses.certificates import design as certificates
from courses.cohorts.plan import Plan
from courses.quizzes.authoring import SETTINGS as QUIZ
from lms.audit.models import AuditEntry
from lms.audit.services import note
from lms.audit.wording import ACTS, FIELDS, differences
from lms.auth.events import Change as Credential
from lms.database import new_id
from tests.conftest import Client
from tests.databases import ROOT
from tests.factories.people import actor_for
from tests.people.scene import Scene
from tests.statements import statements

ACT = re.compile(r"[a-z]+:[a-z-]+")


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


def done(session: Session, scene: Scene, count: int, now: datetime, act: str = "person:changed") -> None:
    for number in range(count):
        note(
            session,
            act,
            "person",
            scene.ayu.id,
            by=actor_for(scene.dewi),
            now=now + timedelta(minutes=number),
            before={"position": f"Lama {number}"},
            after={"position": f"Baru {number}", "unit_id": str(scene.clinic.id)},
        )
    session.commit()


def test_an_entry_is_told_in_words_and_names(
    scene: Scene, session: Session, client_of: Client, now: datetime
) -> None:
    done(session, scene, 1, now)
    note(
        session,
        "role:granted",
        "person",
        scene.ayu.id,
        by=None,
        now=now,
        agency_id=scene.sorong.id,
        after={"role": "issuer"},
    )
    session.commit()
    page = client_of(scene.rudi).get("/kelola/jejak").text
    assert "Data pegawai diubah" in page
    assert "Nama jabatan: Lama 0 → Baru 0" in page
    assert "Unit kerja: Puskesmas Malawei" in page
    assert "Peran: Penerbit sertifikat" in page
    assert "dari server" in page
    assert "21 November 2026, 10.00 WIT" in page


def test_on_whose_behalf_is_told_searched_and_taken_home(
    scene: Scene, session: Session, client_of: Client, now: datetime
) -> None:
    given: dict[str, Any] = {
        "agency_id": scene.sorong.id,
        "after": {"state": "active"},
        "on_behalf_of": scene.rudi.id,
    }
    note(session, "enrolment:approved", "enrolment", None, by=None, now=now, **given)
    note(session, "unit:closed", "unit", None, by=actor_for(scene.dewi), now=now)
    session.commit()
    dewi = client_of(scene.dewi)
    page = dewi.get("/kelola/jejak").text
    assert "lewat tautan di surel · atas nama Rudi Hartono" in page
    assert page.count("atas nama") == 1
    found = dewi.get("/kelola/jejak?orang=rudi").text
    assert "Pendaftaran disetujui" in found.partition("</form>")[2]
    assert "Unit kerja ditutup" not in found.partition("</form>")[2]
    assert "Rudi Hartono" in dewi.get("/kelola/jejak/jejak-audit.csv").text


def noted_in_the_code() -> Iterator[tuple[str, str]]:
    """Every act that a call of `note` (or of a feature's own `_note`) or a `Change` names, with where it stands."""
    for half in ("lms", "courses"):
        for file in (ROOT / half).rglob("*.py"):
            for call in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                name = getattr(getattr(call, "func", None), "id", "")
                if isinstance(call, ast.Call) and name in {"note", "_note", "_noted", "Change"}:
                    words = (word for arg in call.args for word in ast.walk(arg))
                    texts = (str(getattr(word, "value", "")) for word in words)
                    yield from ((text, file.name) for text in texts if ACT.fullmatch(text))


def test_every_act_of_the_trail_has_words(app: Flask) -> None:
    acts = dict(noted_in_the_code())
    assert {"person:added", "quiz:late-answer", "cohort:announced"} <= acts.keys()
    acts |= {f"auth:{change}": "events.py" for change in Credential}
    assert {act: file for act, file in acts.items() if act not in ACTS} == {}


def test_what_was_changed_is_told_in_words_too() -> None:
    plan = {field.name for field in dataclasses.fields(Plan)}
    assert {*QUIZ, *plan, *certificates._TEXTS, "person_ids", "state", "chosen", "least"} <= FIELDS.keys()


def test_persons_closed_sets_and_answers_of_yes_or_no_are_named(
    scene: Scene, session: Session, client_of: Client, now: datetime
) -> None:
    given: dict[str, Any] = {"by": actor_for(scene.dewi), "now": now, "agency_id": scene.sorong.id}
    people = [str(who.id) for who in (scene.ayu, scene.rudi, scene.dewi, scene.omar, scene.bayu)]
    note(session, "cohort:enrolled", "cohort", None, **given, after={"person_ids": people})
    note(session, "quiz:late-answer", "attempt", None, **given, after={"number": 3, "accepted": False})
    note(session, "enrolment:declined", "enrolment", None, **given, after={"state": "declined"})
    note(session, "import:confirmed", "import", None, **given, after={"kind": "people", "new": 2})
    session.commit()
    page = client_of(scene.dewi).get("/kelola/jejak").text
    told = (
        "Nomor soal: 3",
        "Diterima: tidak",
        "Keadaan: Ditolak",
        "Isi berkas: Pegawai",
    )
    assert [words for words in told if words not in page] == []
    assert "person_ids" not in page


def test_an_id_that_the_trail_cannot_name_stands_in_the_file_alone(
    scene: Scene, session: Session, client_of: Client, now: datetime
) -> None:
    activity = str(new_id())
    given: dict[str, Any] = {"by": actor_for(scene.dewi), "now": now, "agency_id": scene.sorong.id}
    note(session, "project:groups-drawn", "cohort", None, **given, after={"activity": activity, "groups": 4})
    session.commit()
    dewi = client_of(scene.dewi)
    page = dewi.get("/kelola/jejak").text
    assert "Jumlah kelompok: 4" in page
    assert activity not in page
    assert activity in dewi.get("/kelola/jejak/jejak-audit.csv").text


def test_each_agency_reads_its_own_and_an_operator_all(
    scene: Scene, session: Session, client_of: Client, now: datetime
) -> None:
    done(session, scene, 1, now)
    note(session, "unit:closed", "unit", None, by=actor_for(scene.sari), now=now)
    session.commit()
    dewi, sari, omar = (
        client_of(who).get("/kelola/jejak").text for who in (scene.dewi, scene.sari, scene.omar)
    )
    assert "Lama 0" in dewi
    assert "Sari Utami" not in dewi
    assert "Sari Utami" in sari
    assert "Lama 0" not in sari
    assert "Lama 0" in omar
    assert "Sari Utami" in omar
    assert client_of(scene.ayu).get("/kelola/jejak").status_code == 403
    assert client_of(scene.ayu).get("/kelola/jejak/jejak-audit.csv").status_code == 403
    foreign = client_of(scene.sari).get("/kelola/jejak/jejak-audit.csv").text
    assert "Lama 0" not in foreign


def test_filters_of_act_person_subject_and_day_hold(
    scene: Scene, session: Session, client_of: Client, now: datetime
) -> None:
    done(session, scene, 1, now)
    dewi = client_of(scene.dewi)
    for query in (
        "act=person:changed",
        "orang=ayu",
        "orang=dewi",
        "subjek=person",
        "dari=2026-11-21",
        "sampai=2026-11-21",
        f"id={scene.ayu.id}",
    ):
        assert "Lama 0" in dewi.get(f"/kelola/jejak?{query}").text, query
        assert "Lama 0" in dewi.get(f"/kelola/jejak/jejak-audit.csv?{query}").text, query
    for query in (
        "act=person:left",
        "orang=rudi",
        "subjek=unit",
        "dari=2026-11-22",
        "sampai=2026-11-20",
        f"id={scene.rudi.id}",
    ):
        assert "Lama 0" not in dewi.get(f"/kelola/jejak?{query}").text, query
        assert "Lama 0" not in dewi.get(f"/kelola/jejak/jejak-audit.csv?{query}").text, query


def test_a_day_is_the_readers_day(scene: Scene, session: Session, client_of: Client, now: datetime) -> None:
    done(session, scene, 1, now.replace(hour=16))  # already the 22nd in Sorong
    assert "Lama 0" in client_of(scene.dewi).get("/kelola/jejak?dari=2026-11-22").text
    assert "Lama 0" not in client_of(scene.dewi).get("/kelola/jejak?sampai=2026-11-21").text


def test_pages_follow_each_other_without_a_gap_while_new_entries_come(
    app: Flask, scene: Scene, session: Session, client_of: Client, now: datetime
) -> None:
    dewi = client_of(scene.dewi)
    done(session, scene, 1, now)
    with statements(app) as short:
        dewi.get("/kelola/jejak")
    done(session, scene, 120, now)
    with statements(app) as long:
        first = dewi.get("/kelola/jejak").text
    assert len(long) == len(short) <= 5
    done(session, scene, 3, now, act="person:left")
    seen, page = first.count("Data pegawai diubah:"), first
    while "sebelum=" in page:
        older = page.partition("sebelum=")[2].partition('"')[0]
        page = dewi.get(f"/kelola/jejak?sebelum={older}").text
        seen += page.count("Data pegawai diubah:")
    assert seen == 121


def test_the_file_holds_everything_and_runs_nothing(
    scene: Scene, session: Session, client_of: Client, now: datetime
) -> None:
    scene.dewi.full_name = "=HYPERLINK(1)"
    done(session, scene, 60, now)
    sent = client_of(scene.rudi).get("/kelola/jejak/jejak-audit.csv")
    assert sent.mimetype == "text/csv"
    head, *rows = csv.reader(io.StringIO(sent.data.decode("utf-8-sig")), delimiter=";")
    assert len(head) == 8
    assert len(rows) == 60
    assert all(not cell.startswith(("=", "+", "-", "@")) for line in rows for cell in line)
    assert rows[0][1] == "'=HYPERLINK(1)"
    assert "Nama jabatan: Lama 59 → Baru 59; Unit kerja: Puskesmas Malawei" in rows[0]


@pytest.mark.parametrize(
    "query", ["sebelum=0", "sebelum=-5", f"sebelum={2**70}", "dari=x", "sampai=31-02-2026", "id=x", "act=x"]
)
def test_nonsense_in_a_filter_is_no_filter(
    query: str, scene: Scene, session: Session, client_of: Client, now: datetime
) -> None:
    done(session, scene, 1, now)
    assert "Lama 0" in client_of(scene.dewi).get(f"/kelola/jejak?{query}").text


def test_nobody_changes_the_trail(scene: Scene, session: Session, now: datetime) -> None:
    done(session, scene, 1, now)
    for statement in (sa.update(AuditEntry).values(act="x"), sa.delete(AuditEntry)):
        with session.begin_nested() as savepoint:
            with pytest.raises(sa.exc.DBAPIError, match="append-only"):
                session.execute(statement)
            savepoint.rollback()


VALUES = st.dictionaries(
    st.sampled_from("abcd"), st.one_of(st.none(), st.integers(), st.text(max_size=3), st.booleans())
)


@given(VALUES, VALUES)
def test_exactly_what_differs_is_told(before: dict[str, object], after: dict[str, object]) -> None:
    told = {name for name, _, _ in differences(before, after)}
    assert told == {name for name in before | after if before.get(name) != after.get(name)}
    assert differences(before, before) == []

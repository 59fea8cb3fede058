"""The author's page: rows come and go without losing a word; what is wrong is said at its field; copies."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.catalogue.models import Course, Kind
from courses.catalogue.services import add_activity, copy_course
from courses.projects.models import Group, Milestone, Project
from courses.projects.queries import milestones_of
from courses.projects.services import create_project
from lms.access import Role
from lms.errors import Invalid
from tests.conftest import Client
from tests.factories.people import actor_for
from tests.factories.projects import MILESTONES, RUBRIC, Scene


def address(scene: Scene) -> str:
    return f"/kelola/kursus/{scene.cohort.course_id}/proyek/{scene.activity_id}"


def form_of(page: str) -> dict[str, str]:
    """What a browser would send back of a page: inputs and text areas."""
    inputs = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', page)
    areas = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', page)
    return {**dict(inputs), **dict(areas)}


@pytest.fixture
def form(scene: Scene, client_of: Client) -> dict[str, str]:
    return form_of(client_of(scene.citra).get(address(scene)).text)


def test_the_page_shows_what_is_saved_and_saving_it_changes_nothing(
    scene: Scene, client_of: Client, session: Session, form: dict[str, str]
) -> None:
    assert form["brief"] == "Susun **laporan** bersama."
    assert form["milestone-0-title"] == "Rancangan"
    assert form["criterion-1-weight"] == "35"
    assert form["criterion-2-level-3-points"] == "1"
    before = [stage.id for stage in milestones_of(session, scene.activity_id)]
    sent = client_of(scene.citra).post(address(scene), data={**form, "act": "save"})
    assert sent.status_code == 303
    assert [stage.id for stage in milestones_of(session, scene.activity_id)] == before


def test_a_changed_rubric_has_a_new_version_and_criteria_keep_their_ids(
    scene: Scene, client_of: Client, session: Session, form: dict[str, str]
) -> None:
    citra = client_of(scene.citra)
    citra.post(address(scene), data={**form, "criterion-0-weight": "20", "criterion-1-weight": "40,0"})
    session.expire_all()
    project = session.get_one(Project, scene.activity_id)
    first = project.rubric_version
    assert [row["id"] for row in project.rubric] == ["c1", "c2", "c3"]
    assert [row["weight"] for row in project.rubric] == ["20", "40.0", "40"]
    citra.post(address(scene), data={**form, "criterion-0-weight": "20", "criterion-1-weight": "40,0"})
    session.expire_all()
    assert session.get_one(Project, scene.activity_id).rubric_version == first


@pytest.mark.parametrize(
    ("act", "name", "value"),
    [
        ("addstage", "milestone-2-title", ""),
        ("dropstage-0", "milestone-0-title", "Laporan kelompok"),
        ("raisestage-1", "milestone-0-title", "Laporan kelompok"),
        ("lowerstage-0", "milestone-1-title", "Rancangan"),
        ("addcriterion", "criterion-3-level-0-points", "4"),
        ("dropcriterion-0", "criterion-0-title", "Ketepatan data"),
        ("raisecriterion-2", "criterion-1-title", "Keterpakaian"),
        ("lowercriterion-0", "criterion-1-title", "Kejelasan masalah"),
        ("addlevel-1", "criterion-1-level-4-points", ""),
        ("droplevel-1-0", "criterion-1-level-0-points", "3"),
        ("raisestage-0", "milestone-0-title", "Rancangan"),
        ("dropstage-9", "milestone-1-title", "Laporan kelompok"),
        ("addlevel-9", "criterion-1-level-3-points", "1"),
    ],
)
def test_rows_come_and_go_without_losing_a_word(
    scene: Scene,
    client_of: Client,
    session: Session,
    form: dict[str, str],
    act: str,
    name: str,
    value: str,
) -> None:
    page = client_of(scene.citra).post(address(scene), data={**form, "brief": "Belum disimpan", "act": act})
    assert page.status_code == 200
    sent = form_of(page.text)
    assert sent["brief"] == "Belum disimpan"
    assert sent[name] == value
    assert session.get_one(Project, scene.activity_id).brief == "Susun **laporan** bersama."


@pytest.mark.parametrize(
    ("changes", "where", "words"),
    [
        ({"criterion-0-weight": "26"}, "criterion-2-weight", "Jumlah bobot 101, seharusnya 100."),
        ({"brief": " "}, "brief", "Tulis petunjuk proyek."),
        ({"group_min": "banyak"}, "group_min", "Tulis ukuran kelompok dengan angka."),
        ({"group_min": "9"}, "group_min", "Ukuran kelompok paling sedikit 1"),
        ({"milestone-1-title": ""}, "milestone-1-title", "Beri nama tahap ini"),
        ({"milestone-0-days": "-1"}, "milestone-0-days", "Tulis berapa hari sesudah kelas dimulai."),
        ({"criterion-1-level-0-text": ""}, "criterion-1-levels", "Jelaskan setiap tingkat"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_everything_stays(
    scene: Scene,
    client_of: Client,
    form: dict[str, str],
    changes: dict[str, str],
    where: str,
    words: str,
) -> None:
    page = client_of(scene.citra).post(
        address(scene), data={**form, "milestone-0-title": "Tetap ada", **changes}
    )
    assert page.status_code == 422
    assert f'<a href="#{where}">{words}' in page.text
    assert f'id="{where}"' in page.text
    assert "Tetap ada" in page.text


def test_a_stage_that_has_work_is_not_dropped(
    scene: Scene, client_of: Client, session: Session, form: dict[str, str]
) -> None:
    scene.submit(scene.ayu, stage=0)
    without = {name: value for name, value in form.items() if not name.startswith("milestone-0")}
    page = client_of(scene.citra).post(address(scene), data=without)
    assert page.status_code == 422
    assert "sudah punya kumpulan" in page.text
    session.rollback()
    assert len(milestones_of(session, scene.activity_id)) == 2


def test_a_stage_without_work_is_dropped(
    scene: Scene, client_of: Client, session: Session, form: dict[str, str]
) -> None:
    without = {name: value for name, value in form.items() if not name.startswith("milestone-0")}
    assert client_of(scene.citra).post(address(scene), data=without).status_code == 303
    assert [stage.title for stage in milestones_of(session, scene.activity_id)] == ["Laporan kelompok"]


def test_a_new_project_begins_on_an_empty_page(scene: Scene, client_of: Client, session: Session) -> None:
    activity = add_activity(session, scene.module, Kind.PROJECT, title="Baru", now=scene.now)
    session.commit()
    citra = client_of(scene.citra)
    path = address(scene).replace(str(scene.activity_id), str(activity.id))
    empty = form_of(citra.get(path).text)
    filled = {
        **empty,
        "brief": "Petunjuk",
        "milestone-0-title": "Awal",
        "milestone-0-days": "3",
        "criterion-0-title": "Isi",
        "criterion-0-weight": "100",
        **{f"criterion-0-level-{n}-text": f"Tingkat {n}" for n in range(4)},
    }
    assert citra.post(path, data=filled).status_code == 303
    assert session.get_one(Project, activity.id).rubric[0]["criterion"] == "Isi"


def test_a_criterion_without_levels_takes_points(
    scene: Scene, client_of: Client, session: Session, form: dict[str, str]
) -> None:
    plain = {name: value for name, value in form.items() if not name.startswith("criterion-0-level")}
    citra = client_of(scene.citra)
    assert citra.post(address(scene), data={**plain, "criterion-0-most": ""}).status_code == 422
    assert citra.post(address(scene), data={**plain, "criterion-0-most": "12,5"}).status_code == 303
    session.expire_all()
    assert session.get_one(Project, scene.activity_id).rubric[0]["most"] == "12.5"
    assert 'value="12.5"' in citra.get(address(scene)).text
    assert "Kejelasan masalah" in client_of(scene.ayu).get(scene.here).text


def test_only_those_who_may_change_the_course_may_change_its_project(
    scene: Scene, client_of: Client, form: dict[str, str]
) -> None:
    for person, status in [(scene.ayu, 403), (scene.hadi, 403), (scene.wayan, 404), (scene.gita, 403)]:
        assert client_of(person).get(address(scene)).status_code == status
        assert client_of(person).post(address(scene), data=form).status_code == status
    assert client_of(scene.dewi).get(address(scene)).status_code == 200
    elsewhere = address(scene).replace(str(scene.cohort.course_id), str(scene.activity_id))
    assert client_of(scene.citra).get(elsewhere).status_code == 404


def test_a_copied_course_has_the_project_without_its_groups(scene: Scene, session: Session) -> None:
    course = session.get_one(Course, scene.cohort.course_id)
    with scene.app.app_context():
        copy_course(
            session, course, title="Salinan", by=actor_for(scene.citra, Role.INSTRUCTOR), now=scene.now
        )
        session.commit()
    projects = session.scalars(sa.select(Project).order_by(Project.activity_id)).all()
    assert len(projects) == 2
    copy = next(project for project in projects if project.activity_id != scene.activity_id)
    assert copy.rubric == scene.project.rubric
    assert copy.brief_html == scene.project.brief_html
    assert len(milestones_of(session, copy.activity_id)) == 2
    groups = sa.select(sa.func.count()).select_from(Group).where(Group.activity_id == copy.activity_id)
    assert session.scalar(groups) == 0


@pytest.mark.parametrize("changes", [{"group_size": (5, 4)}, {"group_size": (0, 4)}, {"rubric": RUBRIC[:2]}])
def test_a_wrong_project_is_refused_by_the_service(
    scene: Scene, session: Session, changes: dict[str, Any]
) -> None:
    activity = add_activity(session, scene.module, Kind.PROJECT, title="Baru", now=scene.now)
    facts: dict[str, Any] = {"brief": "x", "group_size": (2, 4), "milestones": MILESTONES, "rubric": RUBRIC}
    with pytest.raises(Invalid):
        create_project(session, activity, **{**facts, **changes}, now=scene.now)
    assert session.scalar(sa.select(sa.func.count()).select_from(Milestone)) == 2


def test_a_project_that_somebody_else_saved_is_shown_beside_mine_and_neither_is_lost(
    scene: Scene, client_of: Client, session: Session, form: dict[str, str]
) -> None:
    citra, here = client_of(scene.citra), address(scene)
    theirs = {
        **form,
        "act": "save",
        "brief": "Petunjuk orang lain.",
        "criterion-0-level-0-text": "Sangat tepat",
    }
    assert [citra.post(here, data=theirs).status_code for _tap in range(2)] == [303, 303]
    mine = {**form, "brief": "Petunjuk saya."}
    assert form["seen"] in citra.post(here, data={**mine, "act": "addstage"}).text
    page = citra.post(here, data={**mine, "act": "save"})
    assert page.status_code == 409
    for words in (
        "Orang lain menyimpan proyek ini",
        "Petunjuk orang lain.",
        "Sangat tepat",
        "Petunjuk saya.",
    ):
        assert words in page.text
    session.expire_all()
    assert session.get_one(Project, scene.activity_id).brief == "Petunjuk orang lain."
    again = {**mine, "act": "save", "seen": form_of(page.text)["seen"]}
    assert citra.post(here, data=again).status_code == 303
    session.expire_all()
    assert session.get_one(Project, scene.activity_id).brief == "Petunjuk saya."

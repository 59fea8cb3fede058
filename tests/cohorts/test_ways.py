"""Ways through a class: from its page to all others, the place in the navigation, home, and a link to share."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from flask.testing import FlaskClient

from courses.cohorts.joining import join
from courses.cohorts.models import Admission
from lms.people.models import Person
from tests.cohorts.scene import Scene
from tests.conftest import Client
from tests.factories.people import actor_for
from tests.factories.projects import make_project


def current(client: FlaskClient, path: str) -> str:
    """The words of the place that the navigation marks on a page."""
    page = client.get(path).text
    navigation = page[page.index('<nav class="nav"') : page.index("</nav>")]
    marked = navigation.partition('aria-current="page"')[2].partition("</a>")[0]
    return marked.rpartition("<span>")[2].partition("</span>")[0]


def pages_of_class(scene: Scene, client_of: Client, person: Person) -> str:
    return client_of(person).get(f"/kelola/kelas/{scene.cohort.id}").text


def test_a_class_leads_to_all_its_pages(scene: Scene, client_of: Client) -> None:
    project = make_project(scene.session, scene.lesson.module, scene.now)
    scene.session.commit()
    here = f"/kelola/kelas/{scene.cohort.id}"
    page = pages_of_class(scene, client_of, scene.dewi)
    for path in ("kemajuan", "penilaian", "kuis", f"proyek/{project.activity_id}", "sertifikat"):
        assert f'href="{here}/{path}"' in page


def test_a_class_shows_only_ways_that_open(scene: Scene, client_of: Client) -> None:
    here = f"/kelola/kelas/{scene.cohort.id}"
    assert f'href="{here}/penilaian"' in pages_of_class(scene, client_of, scene.citra)
    assert f'href="{here}/sertifikat"' not in pages_of_class(scene, client_of, scene.citra)
    assert f'href="{here}/sertifikat"' in pages_of_class(scene, client_of, scene.anton)
    assert f'href="{here}/penilaian"' not in pages_of_class(scene, client_of, scene.anton)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/kelas/{cohort}/pelajaran/{lesson}", "Kelas saya"),
        ("/kelas/{cohort}", "Kelas saya"),
        ("/jelajah", "Kelas saya"),
        ("/persetujuan", "Beranda"),
    ],
)
def test_the_navigation_knows_where_a_learner_is(
    scene: Scene, client_of: Client, path: str, place: str
) -> None:
    scene.seat(scene.ayu)
    where = path.format(cohort=scene.cohort.id, lesson=scene.lesson.id)
    assert current(client_of(scene.ayu), where) == place


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/kelola/pelajaran/{lesson}", "Kursus"),
        ("/kelola/kursus/{course}/soal", "Kursus"),
        ("/kelola/kelas/{cohort}/penilaian", "Kelas"),
        ("/kelola/kelas/{cohort}/kemajuan", "Kelas"),
        ("/belajar", "Belajar saya"),
    ],
)
def test_the_navigation_knows_where_an_instructor_is(
    scene: Scene, client_of: Client, path: str, place: str
) -> None:
    where = path.format(cohort=scene.cohort.id, lesson=scene.lesson.id, course=scene.course.id)
    assert current(client_of(scene.citra), where) == place


def test_home_leads_a_superior_to_the_requests(scene: Scene, client_of: Client) -> None:
    assert "/persetujuan" not in client_of(scene.susi).get("/").text
    cohort = scene.open_cohort(admission=Admission.APPROVAL)
    join(scene.session, actor_for(scene.ayu), cohort.id, now=scene.now)
    scene.session.commit()
    home = client_of(scene.susi).get("/").text
    assert "1 permintaan menunggu keputusan Anda" in home
    assert 'href="/persetujuan"' in home
    assert "/persetujuan" not in client_of(scene.ayu).get("/").text


def test_a_shared_class_says_nothing_about_who_shares_it(scene: Scene, client_of: Client) -> None:
    page = client_of(scene.ayu).get(f"/jelajah/{scene.cohort.id}").text
    link = unquote(page.partition("https://wa.me/?text=")[2].partition('"')[0])
    assert link.endswith(f"/jelajah/{scene.cohort.id}")
    assert "Ayu" not in link
    assert str(scene.ayu.id) not in link

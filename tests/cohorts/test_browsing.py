"""Looking for a class: what is open in the own agency, narrowed by topic, form, place, date and words."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from courses.cohorts.browsing import Filter, offer_of, offers
from courses.cohorts.models import Admission, Delivery
from tests.cohorts.scene import Scene
from tests.conftest import Client
from tests.factories.learning import make_cohort, make_course
from tests.factories.people import actor_for
from tests.statements import statements


def found(scene: Scene, **wanted: Any) -> list[str]:
    page, _more = offers(scene.session, actor_for(scene.ayu), Filter(**wanted), page=1, now=scene.now)
    return [offer.name for offer in page]


def test_only_classes_that_take_people_in_are_shown(scene: Scene) -> None:
    scene.open_cohort(name="Draf", published=False)
    scene.open_cohort(name="Tertutup", admission=Admission.CLOSED)
    scene.open_cohort(name="Lewat", starts_on=date(2025, 1, 1), ends_on=date(2025, 2, 1))
    scene.open_cohort(name="Tutup kemarin", enrol_until=date(2026, 11, 20))
    scene.open_cohort(name="Hari terakhir", enrol_until=date(2026, 11, 21))
    scene.open_cohort(name="Akan datang", enrol_from=date(2026, 12, 1))
    assert sorted(found(scene)) == ["Akan datang", "Angkatan I", "Hari terakhir"]


def test_another_agencys_classes_are_not_shown(scene: Scene, client_of: Client) -> None:
    course = make_course(scene.session, scene.elsewhere, scene.galih, scene.now, "Kursus Salatiga")
    cohort = make_cohort(scene.session, course, scene.galih, scene.now)
    cohort.admission = Admission.OPEN
    scene.session.commit()
    assert found(scene) == ["Angkatan I"]
    assert "Kursus Salatiga" in client_of(scene.gita).get("/jelajah").text
    assert client_of(scene.ayu).get(f"/jelajah/{cohort.id}").status_code == 404


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({"text": "etika"}, ["Angkatan I", "Angkatan Aula"]),
        ({"text": "aula"}, ["Angkatan Aula"]),
        ({"text": "%"}, []),
        ({"tag": "loket"}, ["Angkatan I", "Angkatan Aula"]),
        ({"tag": "lok"}, []),
        ({"delivery": Delivery.IN_PERSON}, ["Angkatan Aula"]),
        ({"place": "Aula"}, ["Angkatan Aula"]),
        ({"since": date(2026, 12, 1)}, ["Angkatan Aula"]),
        ({"since": date(2027, 12, 1)}, []),
    ],
)
def test_each_filter_narrows(scene: Scene, wanted: dict[str, Any], names: list[str]) -> None:
    scene.open_cohort(
        name="Angkatan Aula",
        delivery=Delivery.IN_PERSON,
        place="Aula",
        starts_on=date(2026, 12, 1),
        ends_on=date(2026, 12, 20),
    )
    assert sorted(found(scene, **wanted)) == sorted(names)


def test_the_page_keeps_its_filters_and_nonsense_does_not_narrow(scene: Scene, client_of: Client) -> None:
    ayu = client_of(scene.ayu)
    page = ayu.get("/jelajah?topik=loket&bentuk=online&sejak=2026-11-01").text
    assert '<option value="loket" selected>' in page
    assert "Etika Pelayanan" in page
    assert "Etika Pelayanan" in ayu.get("/jelajah?bentuk=astral&sejak=kapan").text
    assert "Tidak ada kelas yang cocok" in ayu.get("/jelajah?cari=memasak").text


def test_without_open_classes_the_page_says_when_there_will_be_some(scene: Scene, client_of: Client) -> None:
    assert "Belum ada kelas yang dibuka" in client_of(scene.gita).get("/jelajah").text


def test_a_place_is_shown_with_the_agency_it_belongs_to(scene: Scene, client_of: Client) -> None:
    cohort = scene.open_cohort(delivery=Delivery.IN_PERSON, place="Aula, Sorong")
    for path in ("/jelajah", f"/jelajah/{cohort.id}"):
        assert "Aula, Sorong, Pemerintah Kota Sorong" in client_of(scene.ayu).get(path).text


def standing(scene: Scene, **changes: Any) -> str:
    cohort = scene.open_cohort(**changes)
    return offer_of(scene.session, actor_for(scene.ayu), cohort.id).standing(scene.now)


def test_how_one_stands_follows_from_admission_window_and_seats(scene: Scene) -> None:
    assert standing(scene) == "join"
    assert standing(scene, admission=Admission.APPROVAL) == "ask"
    assert standing(scene, enrol_from=date(2026, 12, 1)) == "before"
    assert standing(scene, enrol_until=date(2026, 11, 1)) == "over"
    full = scene.open_cohort(quota=1)
    scene.seat(scene.susi, full)
    assert offer_of(scene.session, actor_for(scene.ayu), full.id).standing(scene.now) == "queue"
    scene.seat(scene.ayu, full)
    waiting = offer_of(scene.session, actor_for(scene.ayu), full.id)
    assert (waiting.standing(scene.now), waiting.place) == ("waiting", 1)


def test_a_closed_class_is_seen_by_those_who_are_in_it(scene: Scene, client_of: Client) -> None:
    cohort = scene.open_cohort(admission=Admission.CLOSED)
    ayu = client_of(scene.ayu)
    assert ayu.get(f"/jelajah/{cohort.id}").status_code == 404
    scene.seat(scene.ayu, cohort)
    assert "Anda peserta kelas ini." in ayu.get(f"/jelajah/{cohort.id}").text


def test_only_a_class_that_others_may_see_is_shared(scene: Scene, client_of: Client) -> None:
    ayu = client_of(scene.ayu)
    for admission, is_shared in ((Admission.OPEN, True), (Admission.CLOSED, False)):
        cohort = scene.open_cohort(admission=admission)
        scene.seat(scene.ayu, cohort)
        assert ("https://wa.me/" in ayu.get(f"/jelajah/{cohort.id}").text) is is_shared


def test_free_seats_are_counted_for_newcomers(scene: Scene, client_of: Client) -> None:
    cohort = scene.open_cohort(quota=3)
    scene.seat(scene.susi, cohort)
    page = client_of(scene.ayu).get(f"/jelajah/{cohort.id}").text
    assert "Sisa 2 dari 3 tempat." in page
    assert "Menyapa warga" in page
    assert "6 JP" in page


def test_many_classes_ask_no_more_than_one(app: Flask, scene: Scene, client_of: Client) -> None:
    ayu = client_of(scene.ayu)
    counts = []
    for _round in range(2):
        with statements(app) as asked:
            page = ayu.get("/jelajah")
        counts.append(len(asked))
        for number in range(24):
            scene.open_cohort(name=f"Angkatan {number}")
    assert page.status_code == 200
    assert counts[0] == counts[1] <= 5
    assert "Berikutnya" in ayu.get("/jelajah").text
    assert "Sebelumnya" in ayu.get("/jelajah?page=2&topik=loket").text

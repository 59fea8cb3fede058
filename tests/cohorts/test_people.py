"""Who is in a cohort, and adding people by name, by NIP and by unit."""

from __future__ import annotations

from courses.cohorts.models import EnrolmentState
from lms.people.models import EmployeeNumber, PersonStatus
from tests.cohorts.scene import Scene
from tests.conftest import Client
from tests.factories.people import make_person

ACTIVE, WAITING = EnrolmentState.ACTIVE, EnrolmentState.WAITING
NIP = "198603142010012001"


def test_one_person_is_found_by_name_or_number_and_added(scene: Scene, client_of: Client) -> None:
    rini = make_person(scene.session, scene.agency, "Rini Tandirerung", number=NIP)
    dewi, here = client_of(scene.dewi), f"/kelola/kelas/{scene.cohort.id}/peserta/tambah"
    for typed in ("tandi", "19860314", "19860314 201001 2 001"):
        assert "Rini Tandirerung" in dewi.get(here, query_string={"cari": typed}).text, typed
    answer = dewi.post(f"{here}/orang", data={"person": str(rini.id), "cari": "tandi"})
    assert answer.location == f"{here}?cari=tandi"
    assert scene.state(rini) is ACTIVE
    assert "Menjadi peserta" in dewi.get(answer.location).text
    dewi.post(f"{here}/orang", data={"person": str(rini.id)})
    assert "Sudah terdaftar" in dewi.get(here).text


def test_people_of_another_agency_are_neither_found_nor_added(scene: Scene, client_of: Client) -> None:
    dewi, here = client_of(scene.dewi), f"/kelola/kelas/{scene.cohort.id}/peserta/tambah"
    assert "Gita Lain" not in dewi.get(f"{here}?cari=gita").text
    assert dewi.post(f"{here}/orang", data={"person": str(scene.gita.id)}).status_code == 404
    assert scene.state(scene.gita) is None


def test_who_has_left_is_not_found(scene: Scene, client_of: Client) -> None:
    scene.ayu.status = PersonStatus.RETIRED
    scene.session.commit()
    dewi, here = client_of(scene.dewi), f"/kelola/kelas/{scene.cohort.id}/peserta/tambah"
    assert "Ayu Lestari" not in dewi.get(f"{here}?cari=ayu").text
    assert dewi.post(f"{here}/orang", data={"person": str(scene.ayu.id)}).status_code == 404


def test_each_line_of_a_list_of_numbers_says_what_became_of_it(scene: Scene, client_of: Client) -> None:
    cohort = scene.open_cohort(quota=2)
    numbers = {name: f"19860314201001200{index}" for index, name in enumerate("abcd", 2)}
    for name, number in numbers.items():
        make_person(scene.session, scene.agency, f"{name.upper()}li Pegawai", number=number)
    make_person(scene.session, scene.elsewhere, "Luar Instansi", number="198603142010012009")
    first = scene.session.query(EmployeeNumber).filter_by(number=numbers["a"]).one()
    client_of(scene.dewi).post(
        f"/kelola/kelas/{cohort.id}/peserta/tambah/orang", data={"person": str(first.person_id)}
    )
    typed = "\n".join(
        [
            numbers["a"],
            f" {numbers['b'][:8]} {numbers['b'][8:14]} 2 {numbers['b'][15:]} ",
            numbers["c"],
            "",
            "198603142010012009",
            "19860314201001200",
            "1.98603E+17",
            numbers["c"],
        ]
    )
    page = client_of(scene.dewi).post(
        f"/kelola/kelas/{cohort.id}/peserta/tambah/nip", data={"numbers": typed}
    )
    assert page.status_code == 200
    for words in (
        "1 menjadi peserta",
        "1 menunggu",
        "2 sudah terdaftar",
        "Sudah ditulis di baris sebelumnya",
        "3 perlu diperbaiki",
        "NIP ini tidak tercatat sebagai pegawai aktif",
        "NIP berisi 17 angka, seharusnya 18",
        "sudah diubah Excel",
    ):
        assert words in page.text, words
    left = page.text.split("<textarea")[1].split(">", 1)[1].split("</textarea>")[0]
    assert left.split() == ["198603142010012009", "19860314201001200", "1.98603E+17"]
    assert scene.names(ACTIVE, cohort) == ["Ali", "Bli"]
    assert scene.names(WAITING, cohort) == ["Cli"]


def test_a_list_too_long_is_refused_as_a_whole(scene: Scene, client_of: Client) -> None:
    page = client_of(scene.dewi).post(
        f"/kelola/kelas/{scene.cohort.id}/peserta/tambah/nip", data={"numbers": f"{NIP}\n" * 2001}
    )
    assert page.status_code == 422
    assert "2000" in page.text


def test_a_unit_brings_everybody_below_it_and_nobody_beside_it(scene: Scene, client_of: Client) -> None:
    office = scene.unit("Dinas Kesehatan")
    clinic = scene.unit("Puskesmas Malawei", scene.unit("Bidang Layanan", office))
    other = scene.unit("Dinas Sosial")
    inside, below, gone, beside = scene.people(4)
    inside.unit_id, below.unit_id, gone.unit_id, beside.unit_id = office.id, clinic.id, clinic.id, other.id
    gone.status = PersonStatus.MOVED
    scene.session.commit()
    dewi, here = client_of(scene.dewi), f"/kelola/kelas/{scene.cohort.id}/peserta/tambah"
    assert "Dinas Kesehatan (2 pegawai)" in dewi.get(here).text
    assert dewi.post(f"{here}/unit", data={"unit": str(office.id)}).status_code == 303
    assert scene.names(ACTIVE, scene.cohort) == ["Pegawai0", "Pegawai1"]
    page = dewi.get(f"/kelola/kelas/{scene.cohort.id}/peserta").text
    assert "2 orang menjadi peserta, 0 masuk daftar tunggu, 0 sudah terdaftar." in page


def test_a_unit_of_another_agency_brings_nobody(scene: Scene, client_of: Client) -> None:
    foreign = scene.unit("Dinas Asing")
    foreign.agency_id = scene.elsewhere.id
    scene.gita.unit_id = foreign.id
    scene.session.commit()
    dewi, here = client_of(scene.dewi), f"/kelola/kelas/{scene.cohort.id}/peserta/tambah"
    assert "Dinas Asing" not in dewi.get(here).text
    dewi.post(f"{here}/unit", data={"unit": str(foreign.id)})
    assert scene.names(ACTIVE, scene.cohort) == []


def test_the_unit_at_enrolment_is_kept(scene: Scene) -> None:
    scene.ayu.unit_id = scene.unit("Dinas Sosial").id
    assert scene.seat(scene.ayu).unit_id == scene.ayu.unit_id


def test_the_roster_shows_the_queue_in_order_and_can_be_searched(scene: Scene, client_of: Client) -> None:
    cohort = scene.open_cohort(quota=1)
    for person in (scene.susi, scene.dewi, scene.ayu):
        scene.seat(person, cohort)
    here = f"/kelola/kelas/{cohort.id}/peserta"
    queue = client_of(scene.dewi).get(f"{here}?keadaan=waiting").text
    assert queue.index("Dewi Admin<small>") < queue.index("Ayu Lestari<small>")
    searched = client_of(scene.citra).get(f"{here}?keadaan=waiting&cari=ayu").text
    assert "Ayu Lestari" in searched
    assert "Dewi Admin<small>" not in searched
    assert client_of(scene.dewi).get(f"{here}?keadaan=aneh").status_code == 404


def test_an_administrator_takes_somebody_out_with_a_reason_and_a_teacher_may_not(
    scene: Scene, client_of: Client
) -> None:
    seat = scene.seat(scene.ayu)
    target = f"/kelola/kelas/{scene.cohort.id}/peserta/{seat.id}/keluar"
    assert client_of(scene.citra).post(target).status_code == 403
    assert client_of(scene.galih).post(target).status_code == 404
    assert scene.state(scene.ayu) is ACTIVE
    assert client_of(scene.dewi).post(target, data={"reason": "Pindah tugas"}).status_code == 303
    assert scene.state(scene.ayu) is EnrolmentState.WITHDRAWN
    page = client_of(scene.dewi).get(f"/kelola/kelas/{scene.cohort.id}/peserta?keadaan=withdrawn").text
    assert "Pindah tugas" in page


def test_a_seat_of_another_class_cannot_be_reached_through_this_one(scene: Scene, client_of: Client) -> None:
    seat = scene.seat(scene.ayu, scene.open_cohort())
    target = f"/kelola/kelas/{scene.cohort.id}/peserta/{seat.id}"
    assert client_of(scene.dewi).post(f"{target}/keluar").status_code == 404
    assert client_of(scene.dewi).post(f"{target}/putuskan").status_code == 404

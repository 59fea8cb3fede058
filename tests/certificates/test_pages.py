"""The pages: what anybody sees of a code, what owners and staff get, and what stays closed to whom."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy.orm import Session

from courses.certificates.models import Certificate, CertificateState, CertificateTemplate, CohortCertificate
from courses.certificates.numbering import grouped
from courses.certificates.services import replace, revoke
from courses.certificates.siasn import COLUMNS
from lms.access import Role
from lms.auth.models import SignIn
from lms.people import sheets
from tests.certificates.conftest import SIGNATORY, Scene
from tests.certificates.test_issue import counted
from tests.conftest import Client
from tests.factories.people import make_agency, make_person

REASON = "Kesalahan data kehadiran."


def here(scene: Scene, rest: str = "") -> str:
    return f"/kelola/kelas/{scene.cohort.id}/sertifikat{rest}"


def promised(page: str) -> dict[str, str]:
    return dict(re.findall(r'name="(batch|count|first)" value="([^"]*)"', page))


def ended(app: Flask, session: Session, end: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
    with app.test_request_context(base_url="http://localhost"):
        done = end(session, *arguments, **more)
        session.commit()
        return done


# The public check


def test_anybody_sees_that_a_certificate_is_valid_without_what_is_private(
    scene: Scene, client_of: Client
) -> None:
    scene.seat("Ayu Lestari", back_title="S.Sos.", score=83.47)
    (certificate,) = scene.issue_all()
    page = client_of(None).get(f"/v/{certificate.code}")
    assert page.status_code == 200
    for words in (
        "Sertifikat ini berlaku",
        "Ayu Lestari, S.Sos.",
        certificate.number,
        "Etika Pelayanan",
        "6 JP",
        "Pemerintah Kota Sorong",
        "Drs. Markus Sagrim, M.Si., Plt. Kepala BKPSDM",
        grouped(certificate.code),
    ):
        assert words in page.text
    assert certificate.facts["employee_number"] not in page.text
    assert certificate.facts["employee_number"][-3:] in page.text
    assert "83,47" not in page.text
    assert "83.47" not in page.text
    assert 'name="robots" content="noindex"' in page.text


def test_a_revoked_certificate_says_so_with_day_and_reason(
    scene: Scene, client_of: Client, session: Session, app: Flask
) -> None:
    scene.seat()
    (certificate,) = scene.issue_all()
    ended(app, session, revoke, certificate, REASON, by=scene.issuer, now=scene.now)
    page = client_of(None).get(f"/v/{certificate.code}").text
    assert "Sertifikat ini dicabut" in page
    assert f"Dicabut 21 November 2026. Alasan: {REASON}" in page
    assert "berlaku" not in page


def test_a_replaced_certificate_leads_to_the_new_one(
    scene: Scene, client_of: Client, session: Session, app: Flask
) -> None:
    scene.seat()
    (old,) = scene.issue_all()
    new = ended(app, session, replace, old, "Perbaikan ejaan nama.", by=scene.issuer, now=scene.now)
    page = client_of(None).get(f"/v/{old.code}").text
    assert "Sertifikat ini sudah diganti" in page
    assert f'href="/v/{new.code}"' in page
    assert "Sertifikat ini berlaku" in client_of(None).get(f"/v/{new.code}").text


@pytest.mark.parametrize("path", ["/v/0000000000000000", "/v/abc", "/v?kode=bukan+kode", "/v/%3Cscript%3E"])
def test_an_unknown_code_is_told_kindly(client_of: Client, path: str) -> None:
    page = client_of(None).get(path)
    assert page.status_code == 404
    assert "Kode ini tidak tercatat" in page.text
    assert "<script>" not in page.text


def test_a_code_typed_from_paper_finds_its_page(scene: Scene, client_of: Client) -> None:
    scene.seat()
    (certificate,) = scene.issue_all()
    anybody = client_of(None)
    assert anybody.get("/v").status_code == 200
    found = anybody.get("/v", query_string={"kode": f" {grouped(certificate.code).lower()} "})
    assert found.location == f"/v/{certificate.code}"


def test_a_check_costs_one_statement(scene: Scene, client_of: Client, app: Flask) -> None:
    scene.seat()
    (certificate,) = scene.issue_all()
    with counted(app) as said:
        client_of(None).get(f"/v/{certificate.code}")
    assert len(said) == 1
    with counted(app) as said:
        client_of(None).get("/v/abc")
    assert said == []


# One's own


def test_an_owner_gets_the_pdf_when_it_is_ready(
    scene: Scene, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    scene.seat("Ayu Lestari")
    (certificate,) = scene.issue_all()
    ayu = client_of(scene.learners[0])
    assert "PDF sedang disiapkan" in ayu.get("/sertifikat").text
    assert "PDF sedang disiapkan" in ayu.get(f"/sertifikat/{certificate.id}/pdf").text
    run_jobs()
    assert re.search(r"PDF · \d+ KB", ayu.get("/sertifikat").text)
    sent = ayu.get(f"/sertifikat/{certificate.id}/pdf")
    assert sent.status_code == 302
    file = ayu.get(sent.location)
    assert file.get_data().startswith(b"%PDF")
    file.close()
    name = f"{certificate.facts['employee_number']}_800-2-2-0001-BKPSDM-2026.pdf"
    assert name in file.headers["Content-Disposition"]


def test_sharing_tells_the_address_and_nothing_else(scene: Scene, client_of: Client) -> None:
    scene.seat("Ayu Lestari")
    (certificate,) = scene.issue_all()
    page = client_of(scene.learners[0]).get(f"/sertifikat/{certificate.id}/bagikan").text
    assert f"http://localhost/v/{certificate.code}" in page
    (link,) = re.findall(r'href="(https://wa\.me/[^"]+)"', page)
    assert "Ayu" not in link
    assert certificate.facts["employee_number"] not in link


@pytest.mark.parametrize("rest", ["pdf", "bagikan"])
def test_somebody_elses_certificate_does_not_exist(scene: Scene, client_of: Client, rest: str) -> None:
    scene.seat_many(["Ayu", "Budi"])
    ayus, budis = scene.issue_all()
    ayu = client_of(scene.learners[0])
    assert ayu.get(f"/sertifikat/{budis.id}/{rest}").status_code == 404
    assert ayu.get(f"/sertifikat/{ayus.id}/{rest}").status_code == 200
    assert client_of(None).get(f"/sertifikat/{ayus.id}/{rest}").status_code == 302


# Who may


@pytest.fixture
def elsewhere(session: Session) -> Any:
    agency = make_agency(session, "Pemerintah Kota Salatiga")
    return make_person(session, agency, "Lukas Penerbit", Role.ISSUER, Role.ADMIN)


def pages_of_staff(scene: Scene, certificate: Certificate) -> list[str]:
    one = f"/kelola/sertifikat/{certificate.id}"
    rests = ("", "/terbitkan?semua=1", "/syarat", "/isi", f"/penerbitan/{certificate.batch_id}")
    return [one, f"{one}/cabut", f"{one}/ganti", f"/sertifikat/{certificate.id}/pdf"] + [
        here(scene, rest) for rest in rests
    ]


def test_another_agencys_issuer_finds_nothing(scene: Scene, client_of: Client, elsewhere: Any) -> None:
    scene.seat()
    (certificate,) = scene.issue_all()
    stranger = client_of(elsewhere)
    for path in pages_of_staff(scene, certificate):
        assert stranger.get(path).status_code == 404, path
    assert (
        stranger.post(f"/kelola/sertifikat/{certificate.id}/cabut", data={"reason": REASON}).status_code
        == 404
    )
    assert stranger.post(here(scene, "/terbitkan?semua=1")).status_code == 404
    assert certificate.number not in stranger.get("/kelola/sertifikat").text
    assert certificate.number not in stranger.get("/kelola/sertifikat/unduh.csv").text
    assert stranger.get(f"/kelola/sertifikat/templat?instansi={scene.agency.id}").status_code == 404
    assert stranger.get(f"/kelola/sertifikat/templat/contoh?kelas={scene.cohort.id}").status_code == 404


def test_an_auditor_reads_and_changes_nothing(scene: Scene, client_of: Client, session: Session) -> None:
    seat = scene.seat()
    (certificate,) = scene.issue_all()
    auditor = client_of(scene.tono)
    for path in ("/kelola/sertifikat", f"/kelola/sertifikat/{certificate.id}", here(scene)):
        assert auditor.get(path).status_code == 200, path
    assert "Terbitkan 1" not in auditor.get(here(scene)).text
    for path in (
        here(scene, f"/terbitkan?pilih={seat.id}"),
        f"/kelola/sertifikat/{certificate.id}/cabut",
        f"/kelola/sertifikat/{certificate.id}/ganti",
        here(scene, "/syarat"),
        "/kelola/sertifikat/templat",
    ):
        assert auditor.get(path).status_code == 403, path
        assert auditor.post(path, data={"reason": REASON}).status_code == 403, path
    session.refresh(certificate)
    assert certificate.state is CertificateState.VALID


def test_an_administrator_sets_the_rule_but_does_not_issue(scene: Scene, client_of: Client) -> None:
    scene.seat()
    admin = client_of(scene.dewi)
    assert admin.get(here(scene, "/syarat")).status_code == 200
    assert admin.get(here(scene, "/terbitkan?semua=1")).status_code == 403


def test_issuing_and_ending_ask_for_the_password_again(
    scene: Scene, client_of: Client, session: Session
) -> None:
    scene.seat_many(["Ani", "Budi"])
    first = scene.issue_all()[0]
    edi = client_of(scene.edi)
    session.execute(sa.update(SignIn).values(proved_at=scene.now - timedelta(days=400)))
    session.commit()
    for path in (
        here(scene, "/terbitkan?semua=1"),
        f"/kelola/sertifikat/{first.id}/cabut",
        f"/kelola/sertifikat/{first.id}/ganti",
    ):
        for answer in (edi.get(path), edi.post(path, data={"reason": REASON})):
            assert answer.status_code == 302
            assert answer.location.startswith("/masuk/bukti")
    session.refresh(first)
    assert first.state is CertificateState.VALID


# Issuing


def test_the_list_says_who_is_ready_and_what_others_lack(scene: Scene, client_of: Client) -> None:
    scene.seat_many(["Ani", "Budi"])
    scene.seat("Citra", done=False)
    edi = client_of(scene.edi)
    page = edi.get(here(scene)).text
    assert "Terbitkan 2 sertifikat" in page
    assert "“Salam di loket” belum dikerjakan." in page
    assert re.search(r"Memenuhi syarat <span>2</span>", page)
    assert re.search(r"Belum memenuhi <span>1</span>", page)
    only = edi.get(here(scene, "?keadaan=not_yet")).text
    assert "Citra" in only
    assert "Ani" not in only
    assert edi.get(here(scene, "?keadaan=lain")).status_code == 404


def test_what_will_happen_is_said_before_it_happens_and_happens_once(
    scene: Scene, client_of: Client, session: Session
) -> None:
    scene.seat_many(["Ani", "Budi"])
    edi, path = client_of(scene.edi), here(scene, "/terbitkan?semua=1")
    asked = edi.get(path).text
    year = session.scalar(sa.select(sa.func.extract("year", sa.func.now())))
    assert f"Nomor 800.2.2/0001/BKPSDM/{year} sampai 800.2.2/0002/BKPSDM/{year} dipakai berurutan." in asked
    assert "Terbitkan 2 sertifikat" in asked
    first, again = edi.post(path, data=promised(asked)), edi.post(path, data=promised(asked))
    assert first.status_code == again.status_code == 303
    assert first.location == again.location
    assert session.scalar(sa.select(sa.func.count(Certificate.id))) == 2
    assert "0 dari 2" in edi.get(first.location).text


def test_when_the_numbers_moved_meanwhile_the_new_ones_are_shown_first(
    scene: Scene, client_of: Client, session: Session
) -> None:
    ani, budi = scene.seat_many(["Ani", "Budi"])
    edi = client_of(scene.edi)
    one, two = here(scene, f"/terbitkan?pilih={ani.id}"), here(scene, f"/terbitkan?pilih={budi.id}")
    seen = promised(edi.get(two).text)
    edi.post(one, data=promised(edi.get(one).text))
    refused = edi.post(two, data=seen)
    assert refused.location.endswith(two)
    assert "berubah sejak halaman ini dibuka" in edi.get(two).text
    assert session.scalar(sa.select(sa.func.count(Certificate.id))) == 1
    assert edi.post(two, data={"batch": "x"}).status_code == 422


def test_the_batch_page_follows_the_pdfs(
    scene: Scene, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    scene.seat_many(["Ani", "Budi"])
    batch = scene.issue_all()[0].batch_id
    edi, path = client_of(scene.edi), here(scene, f"/penerbitan/{batch}")
    assert '<meta name="renew"' in edi.get(path).text
    run_jobs()
    page = edi.get(path).text
    assert "Semua PDF siap" in page
    assert '<meta name="renew"' not in page
    assert edi.get(here(scene, f"/penerbitan/{uuid.uuid4()}")).status_code == 404


def test_300_learners_cost_as_many_statements_as_3(
    make_scene: Callable[[], Scene], client_of: Client, app: Flask
) -> None:
    costs = []
    for number in (3, 300):
        scene = make_scene()
        scene.seat_many([f"Peserta {n:03}" for n in range(number)])
        edi = client_of(scene.edi)
        with counted(app) as said:
            assert edi.get(here(scene)).status_code == 200
        costs.append(len(said))
        with counted(app) as said:
            assert edi.get("/kelola/sertifikat").status_code == 200
        assert len(said) <= 5
    assert costs[0] == costs[1] <= 5


def test_many_learners_come_in_pages(scene: Scene, client_of: Client) -> None:
    scene.seat_many([f"Peserta {n:03}" for n in range(60)])
    edi = client_of(scene.edi)
    assert "1–50 dari 60" in edi.get(here(scene)).text
    second = edi.get(here(scene, "?page=2")).text
    assert "51–60 dari 60" in second
    assert "Peserta 059" in second
    assert "60 sertifikat" in second


# Revoking and replacing


def test_a_short_reason_is_refused_and_kept_in_the_form(
    scene: Scene, client_of: Client, session: Session
) -> None:
    scene.seat()
    (certificate,) = scene.issue_all()
    edi, path = client_of(scene.edi), f"/kelola/sertifikat/{certificate.id}/cabut"
    refused = edi.post(path, data={"reason": "keliru"})
    assert refused.status_code == 422
    assert "paling sedikit 10 huruf" in refused.text
    assert ">keliru</textarea>" in refused.text.replace("\r\n", "").replace("\n", "")
    done = edi.post(path, data={"reason": REASON})
    again = edi.post(path, data={"reason": REASON})
    assert done.location == again.location == f"/kelola/sertifikat/{certificate.id}"
    assert "Dicabut" in edi.get(done.location).text


def test_the_page_of_a_replacement_shows_what_changes(
    scene: Scene, client_of: Client, session: Session
) -> None:
    scene.seat("Ayu Lestri")
    (certificate,) = scene.issue_all()
    scene.learners[0].full_name = "Ayu Lestari"
    session.commit()
    edi, path = client_of(scene.edi), f"/kelola/sertifikat/{certificate.id}/ganti"
    asked = edi.get(path).text
    assert "Ayu Lestri" in asked
    assert "<b>Ayu Lestari</b>" in asked
    new = edi.get(edi.post(path, data={"reason": "Perbaikan ejaan nama."}).location).text
    assert "Ayu Lestari" in new
    assert f"/kelola/sertifikat/{certificate.id}" in new
    assert edi.get(path).status_code == 303


# Finding and exporting


def test_certificates_are_found_by_name_number_code_and_state(
    scene: Scene, client_of: Client, session: Session, app: Flask
) -> None:
    scene.seat_many(["Ani 100%", "Budi"])
    ani, budi = scene.issue_all()
    ended(app, session, revoke, budi, REASON, by=scene.issuer, now=scene.now)
    edi = client_of(scene.edi)

    def found(**arguments: str) -> set[str]:
        page = edi.get("/kelola/sertifikat", query_string=arguments).text
        return {one.name for one in (ani, budi) if f"/kelola/sertifikat/{one.id}" in page}

    assert found() == {ani.name, budi.name}
    assert found(q="0%") == {ani.name}
    assert found(q="0002/bkpsdm") == {budi.name}
    assert found(q=grouped(ani.code).lower()) == {ani.name}
    assert found(keadaan="revoked") == {budi.name}
    assert found(q="zzz") == set()
    assert edi.get("/kelola/sertifikat?keadaan=x").status_code == 404
    assert edi.get("/kelola/sertifikat?page=9").status_code == 404


def test_the_export_is_ready_for_siasn_and_harmless(scene: Scene, client_of: Client) -> None:
    scene.seat("=HYPERLINK(1)")
    (certificate,) = scene.issue_all()
    edi = client_of(scene.edi)
    csv = edi.get("/kelola/sertifikat/unduh.csv")
    assert "attachment" in csv.headers["Content-Disposition"]
    assert "'=HYPERLINK(1)" in csv.text
    book = sheets.read(edi.get("/kelola/sertifikat/unduh.xlsx").data)
    assert book[0].cells == COLUMNS
    line = dict(zip(COLUMNS, book[1].cells, strict=True))
    assert line["nip"] == certificate.facts["employee_number"]
    assert line["nomor_sertifikat"] == certificate.number
    assert (line["jumlah_jam"], line["jenis_sertifikat"]) == ("6", "T")
    assert edi.get("/kelola/sertifikat/unduh.pdf").status_code == 404


# Template, rule, content


def template_form(**changes: Any) -> dict[str, Any]:
    return {
        "kind": "charter",
        "heading": "PIAGAM",
        "organiser": "BKPSDM Kota Sorong",
        "body": "telah mengikuti {kursus}.",
        "number_format": "{urut:03}/{tahun}",
        "place": "Sorong",
        "front_prefix": "Plt.",
        "front_position": "Kepala Badan",
        "front_name": "Drs. Markus Sagrim, M.Si.",
        "front_number": "19690321 199403 1 004",
        "front_rank": "",
        "front_on_behalf": "",
        "back_prefix": "",
        **changes,
    }


def in_force(session: Session, scene: Scene) -> CertificateTemplate:
    session.expire_all()
    found = sa.select(CertificateTemplate).where(CertificateTemplate.agency_id == scene.agency.id)
    return session.scalars(found.order_by(CertificateTemplate.created_at.desc()).limit(1)).one()


def test_a_new_template_counts_from_now_on_and_leaves_the_issued_alone(
    scene: Scene, client_of: Client, session: Session, run_jobs: Callable[[], int]
) -> None:
    scene.template.created_at = scene.now - timedelta(days=400)
    scene.seat("Ani")
    (before,) = scene.issue_all()
    admin = client_of(scene.dewi)
    saved = admin.post("/kelola/sertifikat/templat", data=template_form())
    assert saved.status_code == 303
    new = in_force(session, scene)
    assert new.id != scene.template.id
    assert new.signatories == [
        {**SIGNATORY, "position": "Kepala Badan", "rank": "", "on_behalf": ""},
    ]
    assert before.facts["heading"] == "SERTIFIKAT"
    assert "Contoh sedang disiapkan" in admin.get(saved.location).text
    run_jobs()
    page = admin.get(saved.location).text
    assert 'class="sample"' in page
    (pdf_url,) = re.findall(r'href="(/berkas/[^"]+)"', page)
    file = admin.get(pdf_url.replace("&amp;", "&"))
    assert file.get_data().startswith(b"%PDF")
    file.close()


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("number_format", "{urut}", "Format nomor harus memuat {tahun}."),
        ("number_format", "", "Tulis format nomornya."),
        ("body", "Ikut {nama}", "{nama} tidak dikenal."),
        ("place", "", "Tulis tempat terbitnya."),
        ("front_name", "", "Tulis nama penanda tangan."),
        ("heading", "x" * 41, "40"),
    ],
)
def test_a_template_that_cannot_work_is_refused_with_everything_kept(
    scene: Scene, client_of: Client, session: Session, field: str, value: str, sentence: str
) -> None:
    refused = client_of(scene.dewi).post(
        "/kelola/sertifikat/templat", data=template_form(**{field: value, "organiser": "Tetap tertulis"})
    )
    assert refused.status_code == 422
    assert sentence in refused.text
    assert "Tetap tertulis" in refused.text
    assert in_force(session, scene).id == scene.template.id


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (900, 300), "navy").save(out, "JPEG")
    out.seek(0)
    return out


def test_a_logo_is_taken_kept_and_removed(scene: Scene, client_of: Client, session: Session) -> None:
    scene.template.created_at = scene.now - timedelta(days=400)
    session.commit()
    admin = client_of(scene.dewi)
    path = "/kelola/sertifikat/templat"
    assert admin.post(path, data=template_form(logo=(picture(), "logo.jpg"))).status_code == 303
    first = in_force(session, scene).logo_id
    assert first is not None
    admin.post(path, data=template_form())
    assert in_force(session, scene).logo_id == first
    admin.post(path, data=template_form(remove_logo="y"))
    assert in_force(session, scene).logo_id is None
    refused = admin.post(path, data=template_form(logo=(io.BytesIO(b"<svg/>"), "logo.svg")))
    assert refused.status_code == 422
    assert "Logo ini tidak dapat dibaca" in refused.text


def test_before_the_first_template_the_page_begins_with_the_usual(
    scene: Scene, client_of: Client, session: Session
) -> None:
    session.delete(scene.template)
    scene.seat()
    edi = client_of(scene.edi)
    page = edi.get("/kelola/sertifikat/templat").text
    assert "SERTIFIKAT" in page
    assert "{klasifikasi}/{urut:04}" in page
    assert "belum diatur" in edi.get(here(scene)).text
    assert "Tidak ada yang dapat diterbitkan" in edi.get(here(scene, "/terbitkan?semua=1")).text
    assert edi.get("/kelola/sertifikat/templat/contoh").status_code == 409


def test_the_rule_is_set_and_counts(scene: Scene, client_of: Client, session: Session) -> None:
    scene.seat("Ani", score=75)
    admin, path = client_of(scene.dewi), here(scene, "/syarat")
    saved = admin.post(path, data={"what": "chosen", "chosen": [str(scene.quiz)], "least": "80,5"})
    assert saved.status_code == 303
    session.refresh(scene.cohort)
    assert scene.cohort.rule == {"chosen": [str(scene.quiz)], "least": "80.5"}
    assert "Nilai akhir 75, paling rendah 80,5." in admin.get(here(scene)).text
    admin.post(path, data={"what": "required", "least": ""})
    session.refresh(scene.cohort)
    assert scene.cohort.rule == {}
    for sent, sentence in (
        ({"what": "chosen", "least": ""}, "Pilih paling sedikit satu kegiatan."),
        ({"what": "required", "least": "nol"}, "angka lebih dari 0 sampai 100"),
        ({"what": "chosen", "chosen": [str(scene.lesson.id)], "least": "70"}, "memerlukan kuis atau proyek"),
    ):
        refused = admin.post(path, data=sent)
        assert refused.status_code == 422
        assert sentence in refused.text


def test_the_back_page_follows_the_course_or_what_was_written(
    scene: Scene, client_of: Client, session: Session
) -> None:
    scene.seat("Ani")
    admin, path = client_of(scene.dewi), here(scene, "/isi")
    assert 'value="Dasar"' in admin.get(path).text
    sent = {"training": "16", "source": "own", "subject": ["Salam", "", "Loket"], "hours": ["4", "", ""]}
    assert admin.post(path, data=sent).status_code == 303
    kept = session.get_one(CohortCertificate, scene.cohort.id)
    assert (kept.training, kept.subjects) == (16, [["Salam", 4], ["Loket", None]])
    (certificate,) = scene.issue_all()
    assert certificate.facts["subjects"] == [["Salam", 4], ["Loket", None]]
    refused: list[dict[str, Any]] = [
        {"hours": ["empat", "", ""]},
        {"subject": [], "hours": []},
        {"training": "99"},
    ]
    for changes in refused:
        assert admin.post(path, data={**sent, **changes}).status_code == 422
    admin.post(path, data={**sent, "source": "course"})
    session.refresh(kept)
    assert kept.subjects is None


def test_the_sample_of_a_class_bears_its_longest_name(
    scene: Scene, client_of: Client, run_jobs: Callable[[], int]
) -> None:
    scene.seat_many(["Ani", "I Gusti Ayu Putu Laksmi Dewi"])
    edi: FlaskClient = client_of(scene.edi)
    path = f"/kelola/sertifikat/templat/contoh?kelas={scene.cohort.id}"
    asked = edi.get(path).text
    assert "I Gusti Ayu Putu Laksmi Dewi" in asked
    assert "belum dibuat" in asked
    made = edi.post(path)
    run_jobs()
    assert "Unduh contoh PDF" in edi.get(made.location).text

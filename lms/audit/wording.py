"""The trail in words: names of acts, of subjects and of fields. What has no name yet is shown by its own."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from lms.access import ROLE_NAMES
from lms.errors import N_
from lms.people.models import EMPLOYMENT_NAMES, POSITION_NAMES, STATUS_NAMES

ACTS = {
    "agency:added": N_("Instansi didaftarkan"),
    "agency:changed": N_("Instansi diubah"),
    "unit:added": N_("Unit kerja ditambahkan"),
    "unit:changed": N_("Unit kerja diubah"),
    "unit:renewed": N_("Unit kerja berlaku dengan nama atau tempat baru"),
    "unit:closed": N_("Unit kerja ditutup"),
    "person:added": N_("Pegawai ditambahkan"),
    "person:changed": N_("Data pegawai diubah"),
    "person:came-over": N_("Pegawai pindah masuk"),
    "person:renumbered": N_("NIP diganti"),
    "person:left": N_("Pegawai ditandai pensiun atau pindah"),
    "person:returned": N_("Pegawai aktif kembali"),
    "role:granted": N_("Peran diberikan"),
    "role:revoked": N_("Peran dicabut"),
    "import:confirmed": N_("Impor disetujui"),
    "job:retried": N_("Pekerjaan sistem diulang"),
    "job:deleted": N_("Pekerjaan sistem dihapus"),
    "message:resent": N_("Kiriman yang gagal dicoba lagi"),
    "message:discarded": N_("Kiriman yang gagal dibuang"),
    "auth:invited": N_("Undangan dikirim"),
    "auth:link-made": N_("Tautan membuat kata sandi diserahkan"),
    "auth:password": N_("Kata sandi diganti"),
    "auth:second_factor": N_("Verifikasi dua langkah diaktifkan"),
    "auth:second_factor_gone": N_("Verifikasi dua langkah dimatikan"),
    "auth:recovery_codes": N_("Kode pemulihan dibuat ulang"),
    "course:author-added": N_("Penyusun kursus ditambahkan"),
    "course:author-removed": N_("Penyusun kursus dikeluarkan"),
    "cohort:opened": N_("Kelas dibuka"),
    "cohort:changed": N_("Kelas diubah"),
    "cohort:dated": N_("Tanggal kelas diubah"),
    "cohort:published": N_("Kelas diterbitkan"),
    "cohort:unpublished": N_("Kelas disembunyikan"),
    "cohort:enrolled": N_("Peserta dimasukkan ke kelas"),
    "cohort:announced": N_("Pengumuman dikirim"),
    "cohort:announcement-removed": N_("Pengumuman dihapus"),
    "enrolment:approved": N_("Pendaftaran disetujui"),
    "enrolment:declined": N_("Pendaftaran ditolak"),
    "enrolment:withdrawn": N_("Peserta mengundurkan diri"),
    "progress:reminder": N_("Pengingat dikirim"),
    "project:dues-set": N_("Tenggat proyek diubah"),
    "project:group-dropped": N_("Kelompok dihapus"),
    "project:groups-drawn": N_("Kelompok diundi"),
    "project:members-placed": N_("Anggota kelompok ditempatkan"),
    "quiz:changed": N_("Kuis diubah"),
    "quiz:extra-time": N_("Waktu tambahan diberikan"),
    "quiz:answers-loaded": N_("Berkas jawaban dimuat"),
    "quiz:late-answer": N_("Jawaban terlambat diputuskan"),
    "certificate:content-set": N_("Isi sertifikat diubah"),
    "certificate:rule-set": N_("Syarat sertifikat diubah"),
    "certificate:template-saved": N_("Templat sertifikat disimpan"),
    "certificate:issued": N_("Sertifikat diterbitkan"),
    "certificate:revoked": N_("Sertifikat dicabut"),
    "certificate:replaced": N_("Sertifikat diganti"),
}
SUBJECTS = {
    "agency": N_("Instansi"),
    "unit": N_("Unit kerja"),
    "person": N_("Pegawai"),
    "import": N_("Impor"),
    "job": N_("Pekerjaan sistem"),
    "certificate": N_("Sertifikat"),
    "certificate_template": N_("Templat sertifikat"),
    "cohort": N_("Kelas"),
    "announcement": N_("Pengumuman"),
    "enrolment": N_("Pendaftaran"),
    "course": N_("Kursus"),
    "activity": N_("Kegiatan"),
    "attempt": N_("Percobaan"),
    "message": N_("Kiriman"),
}
FIELDS = {
    "full_name": N_("Nama tanpa gelar"),
    "front_title": N_("Gelar depan"),
    "back_title": N_("Gelar belakang"),
    "email": N_("Surel"),
    "phone": N_("Nomor ponsel"),
    "employment_type": N_("Jenis pegawai"),
    "grade": N_("Golongan"),
    "rank_name": N_("Pangkat"),
    "position": N_("Nama jabatan"),
    "position_type": N_("Jenis jabatan"),
    "position_level": N_("Jenjang jabatan"),
    "position_since": N_("Mulai menjabat"),
    "unit_id": N_("Unit kerja"),
    "agency_id": N_("Instansi"),
    "person_id": N_("Pegawai"),
    "superior_id": N_("Atasan langsung"),
    "superior": N_("NIP atasan langsung"),
    "number": N_("NIP atau NI PPPK"),
    "certificate.number": N_("Nomor"),
    "status": N_("Status"),
    "reason": N_("Alasan"),
    "role": N_("Peran"),
    "name": N_("Nama"),
    "short_name": N_("Nama pendek"),
    "code": N_("Kode unit kerja"),
    "kind": N_("Jenis unit"),
    "parent_id": N_("Unit induk"),
    "parent": N_("Unit induk"),
    "zone": N_("Zona waktu"),
    "valid_from": N_("Berlaku dari"),
    "valid_to": N_("Berlaku sampai"),
    "kemendagri_code": N_("Kode wilayah Kemendagri"),
    "bps_code": N_("Kode wilayah BPS"),
    "bkn_code": N_("Kode instansi BKN"),
    "filename": N_("Nama berkas"),
    "title": N_("Judul"),
    "groups": N_("Jumlah kelompok"),
    "seed": N_("Nomor undian"),
    "activity": N_("Kegiatan"),
    "import.kind": N_("Isi berkas"),
    "new": N_("Baris baru"),
    "changed": N_("Baris berubah"),
    "unchanged": N_("Baris sama"),
    "wrong": N_("Baris bermasalah"),
    "job": N_("Nomor pekerjaan"),
    "task": N_("Pekerjaan sistem"),
    "message.kind": N_("Jenis kiriman"),
    "state": N_("Keadaan"),
    "starts_on": N_("Tanggal mulai"),
    "ends_on": N_("Tanggal selesai"),
    "quota": N_("Kuota"),
    "delivery": N_("Bentuk"),
    "place": N_("Tempat"),
    "admission": N_("Cara ikut"),
    "enrol_from": N_("Pendaftaran dibuka"),
    "enrol_until": N_("Pendaftaran ditutup"),
    "person_ids": N_("Pegawai"),
    "activities": N_("Jumlah kegiatan"),
    "source": N_("Isi"),
    "stages": N_("Jumlah tahap"),
    "moved": N_("Jumlah anggota yang dipindahkan"),
    "intro": N_("Pengantar"),
    "intro_source": N_("Pengantar"),
    "activity.role": N_("Peran kuis"),
    "time_limit_minutes": N_("Batas waktu (menit)"),
    "attempts_allowed": N_("Jumlah percobaan"),
    "counts": N_("Percobaan yang dihitung"),
    "pass_mark": N_("Batas lulus"),
    "shuffle": N_("Pilihan diacak"),
    "reveal": N_("Yang ditampilkan sesudahnya"),
    "grace_minutes": N_("Masa tenggang (menit)"),
    "offline": N_("Boleh luring"),
    "draw": N_("Soal yang diundi"),
    "attempt.number": N_("Nomor soal"),
    "accepted": N_("Diterima"),
    "cohort": N_("Kelas"),
    "answers": N_("Jumlah jawaban"),
    "certificate_template.kind": N_("Jenis sertifikat"),
    "number_format": N_("Format nomor"),
    "classification": N_("Kode klasifikasi"),
    "unit_code": N_("Kode unit kerja"),
    "organiser": N_("Penyelenggara"),
    "heading": N_("Judul"),
    "legal_basis": N_("Dasar hukum"),
    "body": N_("Isi"),
    "signatories": N_("Penanda tangan"),
    "training": N_("Pelatihan"),
    "subjects": N_("Mata pelatihan"),
    "replaced_by": N_("Diganti oleh"),
    "chosen": N_("Jumlah kegiatan"),
    "least": N_("Nilai terendah"),
}


# The stored words of closed sets, by the field that holds them.
VALUES: dict[str, dict[str, str]] = {
    "status": {key.value: name for key, name in STATUS_NAMES.items()},
    "employment_type": {key.value: name for key, name in EMPLOYMENT_NAMES.items()},
    "position_type": {key.value: name for key, name in POSITION_NAMES.items()},
    "role": {key.value: name for key, name in ROLE_NAMES.items()},
    "kind": {"people": N_("Pegawai"), "units": N_("Unit kerja")},
    "state": {
        "requested": N_("Menunggu persetujuan"),
        "waiting": N_("Daftar tunggu"),
        "active": N_("Peserta"),
        "declined": N_("Ditolak"),
        "withdrawn": N_("Mengundurkan diri"),
        "valid": N_("Berlaku"),
        "revoked": N_("Dicabut"),
        "replaced": N_("Diganti"),
    },
}
# What says the same in every field.
EVERYWHERE = {
    "true": N_("ya"),
    "True": N_("ya"),
    "false": N_("tidak"),
    "False": N_("tidak"),
}
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# Lists of ids: of persons the first few are named, of what the trail cannot name the number is told.
NAMED, COUNTED = "person_ids", "chosen"
MOST_NAMED = 3


def differences(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None
) -> list[tuple[str, str, str]]:
    """Field, value before, value after; only what differs, in a steady order."""
    old, new = before or {}, after or {}
    names = [*old, *(name for name in new if name not in old)]
    return [
        (name, _text(name, old.get(name)), _text(name, new.get(name)))
        for name in names
        if old.get(name) != new.get(name)
    ]


def _text(name: str, value: Any) -> str:
    if value in (None, "", "None"):
        return ""
    if name == COUNTED and isinstance(value, list):
        return str(len(value))
    if name == NAMED and isinstance(value, list):
        more = [f"+{len(value) - MOST_NAMED}"] if len(value) > MOST_NAMED else []
        return ", ".join([*value[:MOST_NAMED], *more])
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def speaks(old: str, new: str, named: Mapping[str, str]) -> bool:
    """Whether a change says something to a reader: ids of what the trail cannot name do not."""
    return any(text in named or not _ID.fullmatch(text) for text in (old, new) if text)


def sentence(subject: str, name: str, old: str, new: str, named: Mapping[str, str]) -> str:
    """`Unit kerja: Dinas Sosial → Dinas Kesehatan`; `named` gives the names of ids."""
    label = _(FIELDS.get(f"{subject}.{name}") or FIELDS.get(name, name))
    words = EVERYWHERE | VALUES.get(name, {})
    if name == NAMED:
        old, new = (", ".join(named.get(one, one) for one in text.split(", ")) for text in (old, new))
    first, last = (_(words[text]) if text in words else named.get(text, text) for text in (old, new))
    return f"{label}: {first or '–'} → {last or '–'}" if first else f"{label}: {last or '–'}"

"""Invented people and units of two real cities; nobody here exists and no address can receive mail."""

import csv
from dataclasses import dataclass
from pathlib import Path

MAIL_DOMAIN = "contoh.invalid"  # RFC 2606: never resolves

# Grade and rank of a PNS or CPNS, as in the reference data of BKN. A PPPK has a grade without a rank.
RANKS = {
    "II/a": "Pengatur Muda",
    "II/b": "Pengatur Muda Tingkat I",
    "II/c": "Pengatur",
    "II/d": "Pengatur Tingkat I",
    "III/a": "Penata Muda",
    "III/b": "Penata Muda Tingkat I",
    "III/c": "Penata",
    "III/d": "Penata Tingkat I",
    "IV/a": "Pembina",
    "IV/b": "Pembina Tingkat I",
    "IV/c": "Pembina Utama Muda",
}


@dataclass(frozen=True)
class DemoAgency:
    """A government; the two codes belong to two different systems."""

    key: str
    name: str
    short_name: str
    kemendagri_code: str
    bkn_code: str
    timezone: str


@dataclass(frozen=True)
class DemoUnit:
    """A work unit; `parent` is the key of another unit, None right under the agency."""

    key: str
    agency: str
    parent: str | None
    kind: str
    name: str


@dataclass(frozen=True)
class DemoPerson:
    """An employee; `unit` and `superior` are keys, `employee_number` has 18 digits."""

    key: str
    unit: str
    full_name: str
    front_title: str
    back_title: str
    employment_type: str
    employee_number: str
    grade: str
    position_type: str
    position: str
    superior: str | None

    @property
    def rank_name(self) -> str | None:
        return RANKS.get(self.grade)

    @property
    def email(self) -> str:
        return f"{self.key.replace('-', '.')}@{MAIL_DOMAIN}"

    @property
    def display_name(self) -> str:
        name = f"{self.front_title} {self.full_name}".strip()
        return f"{name}, {self.back_title}" if self.back_title else name


def _units(agency: str, *rows: tuple[str, str | None, str, str]) -> tuple[DemoUnit, ...]:
    def key(short: str | None) -> str | None:
        return f"{agency}-{short}" if short else None

    return tuple(
        DemoUnit(f"{agency}-{short}", agency, key(parent), kind, name) for short, parent, kind, name in rows
    )


def _person(row: dict[str, str]) -> DemoPerson:
    superior = row.pop("superior")
    return DemoPerson(**row, superior=superior or None)


def _people() -> tuple[DemoPerson, ...]:
    with Path(__file__).with_name("people.csv").open(encoding="utf-8", newline="") as table:
        return tuple(_person(row) for row in csv.DictReader(table))


AGENCIES = (
    DemoAgency("salatiga", "Pemerintah Kota Salatiga", "Salatiga", "33.73", "6472", "Asia/Jakarta"),
    DemoAgency("sorong", "Pemerintah Kota Sorong", "Sorong", "96.71", "8271", "Asia/Jayapura"),
)

UNITS = _units(
    "sorong",
    ("setda", None, "sekretariat_daerah", "Sekretariat Daerah"),
    ("bkpsdm", None, "badan", "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia"),
    ("bpkad", None, "badan", "Badan Pengelola Keuangan dan Aset Daerah"),
    ("dukcapil", None, "dinas", "Dinas Kependudukan dan Pencatatan Sipil"),
    ("dinkes", None, "dinas", "Dinas Kesehatan"),
    ("malawei", "dinkes", "puskesmas", "UPTD Puskesmas Malawei"),
    ("disdik", None, "dinas", "Dinas Pendidikan"),
    ("dinsos", None, "dinas", "Dinas Sosial"),
    ("kominfo", None, "dinas", "Dinas Komunikasi dan Informatika"),
    ("distrik-sorong", None, "distrik", "Distrik Sorong"),
    ("remu-utara", "distrik-sorong", "kelurahan", "Kelurahan Remu Utara"),
    ("distrik-manoi", None, "distrik", "Distrik Sorong Manoi"),
    ("klasabi", "distrik-manoi", "kelurahan", "Kelurahan Klasabi"),
) + _units(
    "salatiga",
    ("setda", None, "sekretariat_daerah", "Sekretariat Daerah"),
    ("bkpsdm", None, "badan", "Badan Kepegawaian dan Pengembangan Sumber Daya Manusia"),
    ("dukcapil", None, "dinas", "Dinas Kependudukan dan Pencatatan Sipil"),
    ("dpmptsp", None, "dinas", "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu"),
    ("dinkes", None, "dinas", "Dinas Kesehatan"),
    ("sidorejo-lor", "dinkes", "puskesmas", "UPTD Puskesmas Sidorejo Lor"),
    ("tegalrejo", "dinkes", "puskesmas", "UPTD Puskesmas Tegalrejo"),
    ("kec-tingkir", None, "kecamatan", "Kecamatan Tingkir"),
    ("kutowinangun-lor", "kec-tingkir", "kelurahan", "Kelurahan Kutowinangun Lor"),
    ("kec-sidomukti", None, "kecamatan", "Kecamatan Sidomukti"),
    ("mangunsari", "kec-sidomukti", "kelurahan", "Kelurahan Mangunsari"),
)

PEOPLE = _people()

# The standing cast of every demonstration: who to sign in as.
ROLES = {
    "learner": "maria-wairisal",
    "second_learner": "sukarti",
    "superior": "agustina-rumbiak",
    "instructor": "yohanis-kambuaya",
    "admin": "nurul-hidayati",
    "issuer": "markus-sagrim",
    "auditor": "yunus-asmuruf",
    "operator": "irfan-syahputra",
    "salatiga_admin": "galih-pratama",
}

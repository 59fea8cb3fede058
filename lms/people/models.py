"""Agencies (instansi), their unit trees, persons, employee numbers and roles."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from lms.access import Role
from lms.database import Identified, Model, choice, fk
from lms.errors import N_


class EmploymentType(enum.StrEnum):
    PNS = "pns"
    CPNS = "cpns"
    PPPK = "pppk"
    PPPK_PART_TIME = "pppk_part_time"
    OTHER = "other"


class PositionType(enum.StrEnum):
    """Kinds of position under UU 20/2023; HR files' older words are mapped to these at import."""

    JPT_UTAMA = "jpt_utama"
    JPT_MADYA = "jpt_madya"
    JPT_PRATAMA = "jpt_pratama"
    ADMINISTRATOR = "administrator"
    PENGAWAS = "pengawas"
    FUNGSIONAL = "fungsional"
    PELAKSANA = "pelaksana"


class PersonStatus(enum.StrEnum):
    ACTIVE = "active"
    RETIRED = "retired"
    MOVED = "moved"


EMPLOYMENT_NAMES = {
    EmploymentType.PNS: N_("PNS"),
    EmploymentType.CPNS: N_("CPNS"),
    EmploymentType.PPPK: N_("PPPK"),
    EmploymentType.PPPK_PART_TIME: N_("PPPK paruh waktu"),
    EmploymentType.OTHER: N_("Non-ASN"),
}


POSITION_NAMES = {
    PositionType.JPT_UTAMA: N_("Jabatan pimpinan tinggi utama"),
    PositionType.JPT_MADYA: N_("Jabatan pimpinan tinggi madya"),
    PositionType.JPT_PRATAMA: N_("Jabatan pimpinan tinggi pratama"),
    PositionType.ADMINISTRATOR: N_("Administrator"),
    PositionType.PENGAWAS: N_("Pengawas"),
    PositionType.FUNGSIONAL: N_("Fungsional"),
    PositionType.PELAKSANA: N_("Pelaksana"),
}
STATUS_NAMES = {
    PersonStatus.ACTIVE: N_("Aktif"),
    PersonStatus.RETIRED: N_("Pensiun"),
    PersonStatus.MOVED: N_("Pindah"),
}


class Agency(Identified, Model):
    """An instansi: the tenant. Three code systems, each in its own column (their numbers collide)."""

    __tablename__ = "agency"

    name: Mapped[str]
    short_name: Mapped[str]
    zone: Mapped[str] = mapped_column(default="Asia/Jakarta")
    kemendagri_code: Mapped[str | None]
    bps_code: Mapped[str | None]
    bkn_code: Mapped[str | None]


class Unit(Identified, Model):
    """A unit of an agency's tree. Renamed and merged units stay, with the dates in which they were valid."""

    __tablename__ = "unit"
    __table_args__ = (
        sa.Index(
            "uq_unit_code", "agency_id", "code", unique=True, postgresql_where=sa.text("valid_to IS NULL")
        ),
    )

    agency_id: Mapped[uuid.UUID] = mapped_column(fk("agency.id"))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(fk("unit.id"), index=True)
    code: Mapped[str]
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(default="")
    zone: Mapped[str | None]
    kemendagri_code: Mapped[str | None]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]

    agency: Mapped[Agency] = relationship()


class Person(Identified, Model):
    """Somebody with an account. Known by the UUID; numbers change and live in their own table."""

    __tablename__ = "person"
    __table_args__ = (
        sa.Index("uq_person_email", sa.func.lower(sa.column("email")), unique=True),
        sa.Index("ix_person_agency_name", "agency_id", "full_name"),
    )

    agency_id: Mapped[uuid.UUID | None] = mapped_column(fk("agency.id"))
    unit_id: Mapped[uuid.UUID | None] = mapped_column(fk("unit.id"), index=True)
    front_title: Mapped[str] = mapped_column(default="")
    full_name: Mapped[str]
    back_title: Mapped[str] = mapped_column(default="")
    email: Mapped[str | None]
    phone: Mapped[str | None]
    employment_type: Mapped[EmploymentType] = mapped_column(
        choice(EmploymentType), default=EmploymentType.PNS
    )
    grade: Mapped[str | None]
    rank_name: Mapped[str | None]
    position: Mapped[str] = mapped_column(default="")
    position_type: Mapped[PositionType | None] = mapped_column(choice(PositionType))
    position_level: Mapped[str] = mapped_column(default="")
    position_since: Mapped[date | None]
    superior_id: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"), index=True)
    status: Mapped[PersonStatus] = mapped_column(choice(PersonStatus), default=PersonStatus.ACTIVE)
    locale: Mapped[str] = mapped_column(default="id")
    theme: Mapped[str] = mapped_column(default="auto")
    large_text: Mapped[bool] = mapped_column(default=False, server_default=sa.false())
    # None until the person chose: then the phone's own wish counts.
    data_saver: Mapped[bool | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())

    agency: Mapped[Agency | None] = relationship()
    unit: Mapped[Unit | None] = relationship()
    superior: Mapped[Person | None] = relationship(remote_side="Person.id")

    @property
    def titled_name(self) -> str:
        """The name with its titles, as certificates print it."""
        return titled(self.front_title, self.full_name, self.back_title)


class EmployeeNumber(Identified, Model):
    """A NIP or NI PPPK and when it was valid: digits only, as text. One person may have had several."""

    __tablename__ = "employee_number"
    __table_args__ = (
        sa.Index("uq_employee_number", "number", unique=True, postgresql_where=sa.text("valid_to IS NULL")),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id"), index=True)
    number: Mapped[str]
    kind: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class Grant(Identified, Model):
    """A role that somebody holds in an agency (an operator: in none)."""

    __tablename__ = "role_grant"
    __table_args__ = (
        sa.UniqueConstraint("person_id", "role", "agency_id", postgresql_nulls_not_distinct=True),
    )

    person_id: Mapped[uuid.UUID] = mapped_column(fk("person.id"))
    role: Mapped[Role] = mapped_column(choice(Role))
    agency_id: Mapped[uuid.UUID | None] = mapped_column(fk("agency.id"))
    given_by: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"))
    given_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())


class ImportKind(enum.StrEnum):
    PEOPLE = "people"
    UNITS = "units"


class ImportState(enum.StrEnum):
    """Where an import stands: its columns are to be named, it was tried out, a job saves it, it is over."""

    MAPPING = "mapping"
    CHECKED = "checked"
    SAVING = "saving"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class RowState(enum.StrEnum):
    OPEN = "open"
    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    WRONG = "wrong"


class Import(Identified, Model):
    """An uploaded sheet on its way into an agency. The file itself is not kept; its rows are, for thirty days.

    `mapping` names for each column of the header the field that it fills, "-" for a column that is left out.
    """

    __tablename__ = "people_import"

    agency_id: Mapped[uuid.UUID] = mapped_column(fk("agency.id"), index=True)
    kind: Mapped[ImportKind] = mapped_column(choice(ImportKind))
    state: Mapped[ImportState] = mapped_column(choice(ImportState), default=ImportState.MAPPING)
    filename: Mapped[str]
    header: Mapped[list[Any]]
    mapping: Mapped[list[Any]] = mapped_column(default=list)
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    total: Mapped[int]
    # The row number up to which everything is saved: where to go on after a crash.
    saved_to: Mapped[int] = mapped_column(default=0)
    whole: Mapped[bool] = mapped_column(default=False)
    invites: Mapped[bool] = mapped_column(default=False)
    created_by: Mapped[uuid.UUID | None] = mapped_column(fk("person.id"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class ImportRow(Model):
    """One row of an import: its cells as they were sent, what they mean, and what became of them.

    `detail` holds the problems of a wrong row and the differences of a changed one.
    """

    __tablename__ = "people_import_row"

    import_id: Mapped[uuid.UUID] = mapped_column(fk("people_import.id", cascade=True), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    cells: Mapped[list[Any]]
    destroyed: Mapped[list[Any]] = mapped_column(default=list)
    state: Mapped[RowState] = mapped_column(choice(RowState), default=RowState.OPEN)
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    detail: Mapped[dict[str, Any]] = mapped_column(default=dict)


def titled(front: str, name: str, back: str) -> str:
    """`Dr. Siti Aminah, M.Si.` from its three parts; any title may be empty."""
    whole = f"{front} {name}".strip()
    return f"{whole}, {back}" if back else whole

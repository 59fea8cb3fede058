"""What is kept of a person, an agency and a unit: the values that forms and imports hand to the services."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from lms.access import Role
from lms.people.models import EmploymentType, PositionType

# What an agency's administrator may give; operators are made by operators alone.
GIVEN_IN_AGENCIES = (Role.INSTRUCTOR, Role.ADMIN, Role.ISSUER, Role.AUDITOR)


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What the directory keeps of a person besides number, agency and status."""

    full_name: str
    front_title: str = ""
    back_title: str = ""
    email: str | None = None
    phone: str | None = None
    employment_type: EmploymentType = EmploymentType.PNS
    grade: str | None = None
    rank_name: str | None = None
    position: str = ""
    position_type: PositionType | None = None
    position_level: str = ""
    position_since: date | None = None
    unit_id: uuid.UUID | None = None
    superior_id: uuid.UUID | None = None


@dataclass(frozen=True, kw_only=True)
class AgencyFacts:
    """What is kept of an agency. The three codes belong to three systems and never mix."""

    name: str
    short_name: str
    zone: str
    kemendagri_code: str | None = None
    bps_code: str | None = None
    bkn_code: str | None = None


@dataclass(frozen=True, kw_only=True)
class UnitFacts:
    """What is kept of a unit besides its place in the tree."""

    code: str
    name: str
    kind: str = ""
    zone: str | None = None
    kemendagri_code: str | None = None

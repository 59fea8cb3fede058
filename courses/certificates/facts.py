"""Everything that a certificate prints, as one JSON-able mapping: what is frozen at issue. Pure: rows in, values out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from courses.certificates.wording import fill, shared_hours, span

Facts = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Subject:
    """A line of the back page; hours in JP."""

    title: str
    hours: int | None


def derived_subjects(modules: Sequence[tuple[str, int]], jp: int) -> list[Subject]:
    """The modules of a course (title, minutes) with the course's hours shared among them."""
    hours = shared_hours([minutes for _, minutes in modules], jp)
    return [Subject(title, part) for (title, _), part in zip(modules, hours, strict=True)]


def shared_facts(
    template: Any, cohort: Any, issuer: str, subjects: Sequence[Subject], *, training: int, logo: str | None
) -> Facts:
    """What all certificates of one cohort have in common."""
    return {
        "kind": str(template.kind),
        "issuer": issuer,
        "organiser": template.organiser or issuer,
        "heading": template.heading,
        "legal_basis": template.legal_basis,
        "body": template.body,
        "place": template.place,
        "signatories": template.signatories,
        "logo": logo,
        "course": cohort.course.title,
        "cohort": cohort.name,
        "jp": cohort.course.jp,
        "starts_on": cohort.starts_on.isoformat(),
        "ends_on": cohort.ends_on.isoformat(),
        "subjects": [[subject.title, subject.hours] for subject in subjects],
        "training": training,
    }


def facts_of(shared: Facts, person: Mapping[str, str], number: str, on: date) -> Facts:
    """The facts of one person's certificate. `person` has the keys of queries.people."""
    values = {
        "kursus": shared["course"],
        "kelas": shared["cohort"],
        "penyelenggara": shared["organiser"],
        "tanggal": span(date.fromisoformat(shared["starts_on"]), date.fromisoformat(shared["ends_on"])),
        "jp": str(shared["jp"]),
        "unit": person["unit"],
        "instansi": person["agency"],
    }
    return {
        **shared,
        **person,
        "body": fill(shared["body"], values),
        "number": number,
        "issued_on": on.isoformat(),
    }

"""Who may change a course besides the administrators of its agency: its authors, at least one."""

from __future__ import annotations

import uuid
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from courses.catalogue.events import AuthorAdded, AuthorRemoved
from courses.catalogue.models import Course, CourseStaff
from courses.catalogue.permissions import AUTHOR
from lms.access import Actor
from lms.audit.services import note
from lms.errors import N_, Conflict, Invalid, NotFound
from lms.events import publish
from lms.people.models import Grant, Person, PersonStatus


def add_author(session: Session, course: Course, person_id: uuid.UUID, *, by: Actor, now: datetime) -> Person:
    """Let somebody of the course's agency change it; a second time changes nothing.

    Raises NotFound for whoever is no active person of the agency, Invalid for whoever has no role to write courses.
    """
    person = _person(session, course, person_id)
    if person.status is not PersonStatus.ACTIVE:
        raise NotFound
    if not _may_write(session, person):
        raise Invalid(
            N_("%(name)s belum menjadi pengajar. Minta pengelola pelatihan memberi peran itu dahulu."),
            name=person.titled_name,
        )
    row = insert(CourseStaff).values(course_id=course.id, person_id=person.id)
    if session.scalar(row.on_conflict_do_nothing().returning(CourseStaff.person_id)):
        _note(session, "course:author-added", course, person, by, now)
        publish(session, AuthorAdded(course.id, person.id, by.id, now))
    return person


def remove_author(
    session: Session, course: Course, person_id: uuid.UUID, *, by: Actor, now: datetime
) -> Person:
    """Take somebody off a course's authors; the last one stays. Removing twice changes nothing."""
    person = _person(session, course, person_id)
    listed = session.scalars(
        sa.select(CourseStaff).where(CourseStaff.course_id == course.id).with_for_update()
    ).all()
    found = next((row for row in listed if row.person_id == person_id), None)
    if found is None:
        return person
    if len(listed) == 1:
        raise Conflict(
            N_("%(name)s penyusun terakhir kursus ini. Tambahkan penyusun lain dahulu."),
            name=person.titled_name,
        )
    session.delete(found)
    _note(session, "course:author-removed", course, person, by, now)
    publish(session, AuthorRemoved(course.id, person.id, by.id, now))
    return person


def _person(session: Session, course: Course, person_id: uuid.UUID) -> Person:
    person = session.get(Person, person_id)
    if person is None or person.agency_id != course.agency_id:
        raise NotFound
    return person


def _may_write(session: Session, person: Person) -> bool:
    held = sa.select(Grant.id).where(
        Grant.person_id == person.id, Grant.agency_id == person.agency_id, Grant.role.in_(AUTHOR.roles)
    )
    return session.scalar(held.limit(1)) is not None


def _note(session: Session, act: str, course: Course, person: Person, by: Actor, now: datetime) -> None:
    names = {"title": course.title, "person_id": str(person.id)}
    note(session, act, "course", course.id, by=by, now=now, agency_id=course.agency_id, after=names)

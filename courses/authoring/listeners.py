"""Who is told when the authors of a course change."""

from __future__ import annotations

from flask import url_for
from sqlalchemy.orm import Session

from courses.catalogue.events import AuthorAdded, AuthorRemoved
from courses.catalogue.models import Course
from lms.notifications.services import notify
from lms.people.models import Person


def tell_added(session: Session, fact: AuthorAdded) -> None:
    _tell(session, fact, "author_added", url_for("authoring.show", course_id=fact.course_id, _external=False))


def tell_removed(session: Session, fact: AuthorRemoved) -> None:
    _tell(session, fact, "author_removed", "")


def _tell(session: Session, fact: AuthorAdded | AuthorRemoved, name: str, path: str) -> None:
    """Who did it themselves knows it."""
    if fact.person_id == fact.by_id:
        return
    notify(
        session,
        [fact.person_id],
        kind=f"authoring:{name}",
        template=f"authoring/mail/{name}",
        path=path,
        now=fact.now,
        title=session.get_one(Course, fact.course_id).title,
        by=session.get_one(Person, fact.by_id).titled_name,
    )

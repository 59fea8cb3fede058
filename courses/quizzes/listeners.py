"""What quizzes tell people."""

from __future__ import annotations

from flask import url_for
from sqlalchemy.orm import Session

from courses.quizzes.class_queries import person_of
from courses.quizzes.events import QuizMarked
from lms.clock import now
from lms.notifications.services import notify


def tell_learner(session: Session, event: QuizMarked) -> None:
    """Whoever wrote the answers hears that they are marked, and where to read it."""
    person_id, cohort_id, title = person_of(session, event.enrolment_id, event.activity_id)
    path = url_for(
        "quizzes.result",
        cohort_id=cohort_id,
        activity_id=event.activity_id,
        attempt_id=event.attempt_id,
        _external=False,
    )
    notify(
        session,
        [person_id],
        kind="quizzes:marked",
        template="quizzes/mail/marked",
        path=path,
        now=now(),
        title=title,
    )

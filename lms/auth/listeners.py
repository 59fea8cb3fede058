"""What follows the facts of this feature: mails, written by jobs."""

from __future__ import annotations

from sqlalchemy.orm import Session

from lms.auth.events import CredentialChanged, Invited, ResetAsked
from lms.auth.jobs import send_change, send_invitation, send_reset
from lms.auth.services import end_sessions_of_all
from lms.jobs.queue import later, later_each
from lms.people.events import PersonAdded, PersonLeft


def reset_asked(session: Session, fact: ResetAsked) -> None:
    # The name, not an id: whether it belongs to anybody is found out by the job, where nobody can time it.
    later(session, send_reset, name=fact.name)


def invited(session: Session, fact: Invited) -> None:
    later(session, send_invitation, person_id=str(fact.person_id))


def credential_changed(session: Session, fact: CredentialChanged) -> None:
    later(session, send_change, person_id=str(fact.person_id), change=str(fact.change))


def person_added(session: Session, fact: PersonAdded) -> None:
    """Those without an e-mail address are left out by the job."""
    if fact.wants_invite:
        later_each(session, send_invitation, [{"person_id": str(person_id)} for person_id in fact.person_ids])


def person_left(session: Session, fact: PersonLeft) -> None:
    end_sessions_of_all(session, fact.person_ids, now=fact.at)

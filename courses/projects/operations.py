"""What a group's page keeps on the phone: its draft and words for the discussion. Sent twice, each counts once."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from courses.cohorts.queries import Seat, seat_of
from courses.progress.queries import open_row, outline_of
from courses.projects import services
from courses.projects.forms import LONGEST_TEXT, MOST_LINKS, is_link, read_links
from courses.projects.queries import locked_group
from courses.projects.work import Contents
from lms.access import Actor
from lms.errors import Invalid, NotFound
from lms.outbox.batch import uuid_in
from lms.sending import Operation, Outcome, Sent, one_by_one

LONGEST_WORD = 4000


def take_draft(session: Session, sent: Sent, *, by: Actor, now: datetime) -> Outcome:
    """`{"cohort", "activity", "text", "links", "media", "revision"}`: the draft over the revision that was read.

    When somebody else saved in between, it is refused and stays on the phone: the member decides on the page.
    """
    seat, activity_id = _place(session, sent.content, by, now)
    revision = sent.content.get("revision")
    draft = services.save_draft(
        session,
        seat,
        activity_id,
        _contents(sent.content),
        revision=revision if isinstance(revision, int) else 0,
        now=now,
    )
    return Outcome(answer={"revision": draft.revision})


def take_comment(session: Session, sent: Sent, *, by: Actor, now: datetime) -> Outcome:
    """`{"cohort", "activity", "text"}`: a word for the group's discussion; its number is the piece's own."""
    seat, activity_id = _place(session, sent.content, by, now)
    group = locked_group(session, seat, activity_id)
    text = _text(sent.content, "text", LONGEST_WORD).strip()
    services.say(session, group.id, text, client_id=sent.id, by=by.id, now=now)
    return Outcome()


def _place(session: Session, content: Mapping[str, Any], by: Actor, now: datetime) -> tuple[Seat, uuid.UUID]:
    cohort_id, activity_id = uuid_in(content.get("cohort")), uuid_in(content.get("activity"))
    if cohort_id is None or activity_id is None:
        raise NotFound
    seat = seat_of(session, by, cohort_id)
    open_row(outline_of(session, seat, now=now), activity_id)
    return seat, activity_id


def _contents(content: Mapping[str, Any]) -> Contents:
    links = read_links(_text(content, "links", LONGEST_TEXT))
    if len(links) > MOST_LINKS or not all(map(is_link, links)):
        raise Invalid
    media = content.get("media")
    ids = [uuid_in(text) for text in media] if isinstance(media, list) else []
    return Contents(_text(content, "text", LONGEST_TEXT), links, [id_ for id_ in ids if id_])


def _text(content: Mapping[str, Any], name: str, longest: int) -> str:
    text = content.get(name)
    if not isinstance(text, str) or len(text) > longest:
        raise Invalid
    return text.replace("\x00", "")


OPERATIONS = [
    Operation("projects:draft", one_by_one(take_draft)),
    Operation("projects:comment", one_by_one(take_comment)),
]

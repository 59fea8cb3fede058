"""A group's work from a phone's outbox: drafts and words arrive once, and never over somebody else's."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from courses.projects.models import Comment, Draft
from courses.projects.operations import OPERATIONS
from lms.people.models import Person
from lms.sending import Outcome, Sent
from tests.factories.people import actor_for
from tests.factories.projects import Scene

PHONE = uuid.UUID(int=7)
TAKES = {operation.kind: operation.handle for operation in OPERATIONS}


def send(
    scene: Scene, person: Person, kind: str, now: datetime, id_: uuid.UUID | None = None, **content: Any
) -> Outcome:
    here = {"cohort": str(scene.cohort.id), "activity": str(scene.project.activity_id)}
    sent = Sent(id_ or uuid.uuid4(), kind, {**here, **content}, PHONE)
    [outcome] = TAKES[kind](scene.session, [sent], by=actor_for(person), now=now)
    return outcome


def draft(text: str, revision: int = 0, **more: Any) -> dict[str, Any]:
    return {"text": text, "links": "", "media": [], "revision": revision, **more}


def test_a_draft_from_the_phone_is_the_groups_draft(scene: Scene, session: Session, now: datetime) -> None:
    first = send(scene, scene.ayu, "projects:draft", now, **draft("Warga menunggu lama."))
    assert first.status == "saved"
    after = send(scene, scene.ayu, "projects:draft", now, **draft("Lebih singkat.", first.answer["revision"]))
    assert after.answer["revision"] == first.answer["revision"] + 1
    assert session.scalar(sa.select(Draft.text)) == "Lebih singkat."


def test_a_draft_over_another_members_is_refused_and_nothing_is_overwritten(
    scene: Scene, session: Session, now: datetime
) -> None:
    send(scene, scene.bayu, "projects:draft", now, **draft("Tulisan Bayu."))
    refused = send(scene, scene.ayu, "projects:draft", now, **draft("Tulisan Ayu."))
    assert refused.status == "refused"
    assert "Anggota lain" in refused.message
    assert session.scalar(sa.select(Draft.text)) == "Tulisan Bayu."


def test_a_word_for_the_discussion_is_said_once(scene: Scene, session: Session, now: datetime) -> None:
    id_ = uuid.uuid4()
    for _ in range(2):
        assert send(scene, scene.ayu, "projects:comment", now, id_, text=" Setuju. ").status == "saved"
    assert session.scalars(sa.select(Comment.text)).all() == ["Setuju."]


def test_what_is_not_right_or_not_theirs_is_refused(scene: Scene, session: Session, now: datetime) -> None:
    wrong: list[tuple[Person, str, dict[str, Any]]] = [
        (scene.ayu, "projects:comment", {"text": "  "}),
        (scene.ayu, "projects:comment", {"text": 5}),
        (scene.ayu, "projects:draft", draft("x", links="bukan alamat")),
        (scene.ayu, "projects:draft", draft("x", media=[str(uuid.uuid4())])),
        (scene.ayu, "projects:draft", {**draft("x"), "cohort": "x"}),
        (scene.citra, "projects:comment", {"text": "Halo"}),
    ]
    for person, kind, content in wrong:
        assert send(scene, person, kind, now, **content).status == "refused", content
    assert session.scalar(sa.select(sa.func.count()).select_from(Comment)) == 0

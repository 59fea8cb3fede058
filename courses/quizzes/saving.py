"""The two statements of every save, put together once: what an attempt holds, and what is written into it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import aliased, undefer

from courses.cohorts.models import Enrolment
from courses.quizzes.models import Answer, AnswerRevision, Attempt, Quiz
from lms.database import Model

# What the caller says of each place in the journal, and of each question.
REVISION = ("number", "revision", "base", "value", "device", "rev", "made_at", "beside")
STANDING = ("number", "value", "revision", "last", "device", "conflict", "size")


@cache
def held_select(keys: bool) -> sa.Select[*tuple[Any, ...]]:
    """Attempt, quiz, standings by question and what the whole journal comes to, the attempt locked.

    Asks for `attempt`, `person`, `numbers` (the questions), `device` and its `revs`.
    """
    device = sa.bindparam("device", type_=sa.Uuid)
    numbers = sa.bindparam("numbers", type_=sa.ARRAY(sa.Integer))
    revs = sa.bindparam("revs", type_=sa.ARRAY(sa.BigInteger))
    own = aliased(AnswerRevision)
    mine = sa.and_(own.attempt_id == Answer.attempt_id, own.number == Answer.number, own.device == device)
    newest = sa.select(sa.func.max(own.rev)).where(mine).correlate(Answer).scalar_subquery()
    again = sa.func.jsonb_object_agg(own.rev, sa.func.jsonb_build_array(own.revision, own.value))
    seen = sa.select(again).where(mine, own.rev == sa.func.any(revs)).correlate(Answer).scalar_subquery()
    row = sa.func.jsonb_build_array(
        Answer.value, Answer.revision, Answer.last, Answer.device, Answer.conflict, newest, seen
    )
    standings = (
        sa.select(sa.func.jsonb_object_agg(Answer.number, row))
        .where(Answer.attempt_id == Attempt.id, Answer.number == sa.func.any(numbers))
        .correlate(Attempt)
        .scalar_subquery()
    )
    found = (
        sa.select(Attempt, Quiz, standings, _whole())
        .join(Enrolment, Enrolment.id == Attempt.enrolment_id)
        .join(Quiz, Quiz.activity_id == Attempt.activity_id)
        .where(Attempt.id == sa.bindparam("attempt"), Enrolment.person_id == sa.bindparam("person"))
        .with_for_update(of=Attempt)
    )
    return found.options(undefer(Attempt.keys)) if keys else found


def _whole() -> sa.ScalarSelect[Any]:
    """How many changes an attempt's journal holds, how many bytes, and which questions have an open conflict."""
    conflicts = sa.func.jsonb_agg(Answer.number).filter(Answer.conflict.is_not(None))
    told = sa.func.jsonb_build_array(sa.func.sum(Answer.last), sa.func.sum(Answer.size), conflicts)
    return sa.select(told).where(Answer.attempt_id == Attempt.id).correlate(Attempt).scalar_subquery()


@cache
def journal_insert() -> sa.Select[int]:
    """Write `revisions` into the journal, `answers` as they stand after them, and the `holder` into the `attempt`.

    The rows come as two JSON lists (`as_json`), so that it is one prepared statement however many answers a phone brings.
    """
    attempt, holder = sa.bindparam("attempt", type_=sa.Uuid), sa.bindparam("holder", type_=sa.Uuid)
    now = sa.bindparam("now", type_=sa.DateTime(timezone=True))
    new = sa.select(attempt, now, *_rows("revisions", AnswerRevision, REVISION))
    journal = insert(AnswerRevision).from_select(["attempt_id", "saved_at", *REVISION], new)
    final = sa.select(attempt, now, sa.false(), *_rows("answers", Answer, STANDING))
    answers = insert(Answer).from_select(["attempt_id", "saved_at", "waits", *STANDING], final)
    moved = Answer.revision != answers.excluded.revision
    saved_at = sa.case((moved, answers.excluded.saved_at), else_=Answer.saved_at)
    changed: dict[str, Any] = {name: answers.excluded[name] for name in STANDING if name != "number"}
    changed |= {"saved_at": saved_at, "size": Answer.size + answers.excluded.size}
    stands = answers.on_conflict_do_update(index_elements=[Answer.attempt_id, Answer.number], set_=changed)
    others = Attempt.device.is_distinct_from(holder)
    held = sa.update(Attempt).where(Attempt.id == attempt, others).values(device=holder)
    return sa.select(sa.literal(1)).add_cte(journal.cte("journal"), stands.cte("stands"), held.cte("held"))


def _rows(name: str, model: type[Model], columns: Sequence[str]) -> list[sa.ColumnElement[Any]]:
    """The columns of a JSON list of objects, with the types that they have in the table.

    PostgreSQL reads null in an object as no value; an answer that was taken back is the JSON null.
    """
    typed = [sa.column(key, model.__table__.c[key].type) for key in columns]
    given = sa.func.jsonb_to_recordset(sa.bindparam(name, type_=JSONB)).table_valued(*typed)
    rows = given.render_derived(with_types=True)
    null: sa.ColumnElement[Any] = sa.literal_column("'null'::jsonb")
    return [sa.func.coalesce(rows.c[key], null) if key == "value" else rows.c[key] for key in columns]


def as_json(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows as JSON: ids and times as their texts."""
    return [
        {
            name: str(value) if isinstance(value, uuid.UUID | datetime) else value
            for name, value in row.items()
        }
        for row in rows
    ]

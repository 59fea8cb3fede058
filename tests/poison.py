"""Every text that people may write, in every row of the database, replaced by texts that try to run script."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.database import Model
from lms.richtext import clean, from_markdown
from tests.attacks import ATTACKS

# Texts that are HTML which a service cleaned; everything else is escaped where it is shown.
CLEANED = {
    "announcement.body",
    "lesson.html",
    "lesson_version.html",
    "project.brief_html",
    "project_version.html",
    "quiz.intro",
}
CLEANED_KEYS = {"text", "explanation"}  # of a question itself, not of its options
QUESTIONS = {"question.content", "attempt.paper", "attempt.keys"}
# What machines read: words of closed sets, addresses, hashes, zones. No page takes them from a form as free text.
MACHINE = {
    "bps_code",
    "address",
    "checksum",
    "code",
    "content_type",
    "email",
    "fingerprint",
    "key",
    "kind",
    "locale",
    "number",
    "password_hash",
    "path",
    "pdf_key",
    "scope",
    "theme",
    "to",
    "token",
    "totp_secret",
    "zone",
}
MACHINE_COLUMNS = {"media.facts", "media.renditions", "lesson_media.facts", "quiz.draw", "cohort.rule"}
MACHINE_COLUMNS |= {
    "audit_entry.act",
    "audit_entry.subject",
    "certificate_template.number_format",
    "progress.detail",
    "lesson_watched.ranges",
}
MACHINE_COLUMNS |= {"people_import.mapping", "people_import.counts", "credential.recovery_hashes"}
MACHINE_KEYS = {
    "activity",
    "ends_on",
    "employee_number",
    "id",
    "issued_on",
    "kind",
    "number",
    "parts",
    "question",
    "role",
    "starts_on",
    "url",
}

# Attacks in one text; which ones differs from text to text.
IN_ONE = 150
# Characters that fit into an index of PostgreSQL beside others.
INDEXED = 400


@cache
def joined(first: int = 0) -> str:
    """Attacks in one text, another one in front each time: none can hide all others behind it."""
    turned = [*ATTACKS[first:], *ATTACKS[:first]][:IN_ONE]
    return "\n".join(turned).replace("\x00", "")


@cache
def cleaned() -> str:
    """What the cleaner makes of each attack by itself, as Markdown and as pasted HTML, one after the other."""
    return "".join(make(attack.replace("\x00", "")) for attack in ATTACKS for make in (from_markdown, clean))


def spread(session: Session) -> int:
    """Poison every row in the session's transaction; returns how many texts were replaced."""
    order = random.Random(1)
    count = 0
    for table in Model.metadata.sorted_tables:
        columns = [column for column in table.columns if _is_text(column)]
        if columns:
            session.execute(sa.text(f'ALTER TABLE "{table.name}" DISABLE TRIGGER USER'))
        for row in session.execute(sa.select(*table.primary_key, *columns)).mappings().all():
            changed = {c.name: _poisoned(c, row[c.name], order) for c in columns if row[c.name] is not None}
            key = [c == row[c.name] for c in table.primary_key]
            if changed:
                session.execute(sa.update(table).where(*key).values(changed))
            count += len(changed)
    session.commit()
    return count


def _is_text(column: sa.Column[Any]) -> bool:
    place = f"{column.table.name}.{column.name}"
    if (
        column.name in MACHINE
        or place in MACHINE_COLUMNS
        or column.primary_key
        or isinstance(column.type, sa.Enum)
    ):
        return False
    return isinstance(column.type, sa.String | sa.JSON)


def _poisoned(column: sa.Column[Any], value: Any, order: random.Random) -> Any:
    place = f"{column.table.name}.{column.name}"

    def plain() -> str:
        text = joined(order.randrange(len(ATTACKS)))
        return text[:INDEXED] if indexed else text

    indexed = _is_indexed(column)

    if place in CLEANED:
        return cleaned()
    return plain() if isinstance(value, str) else _leaves(value, plain, question=place in QUESTIONS)


def _is_indexed(column: sa.Column[Any]) -> bool:
    kept = [*column.table.indexes, *column.table.constraints]
    return any(
        column.name in each.columns for each in kept if isinstance(each, sa.Index | sa.UniqueConstraint)
    )


def _leaves(value: Any, plain: Callable[[], str], *, question: bool = False) -> Any:
    """The same JSON with every text in it replaced, except what machines read."""
    if isinstance(value, dict):
        return {key: _leaf(key, item, plain, question=question) for key, item in value.items()}
    if isinstance(value, list):
        return [_leaves(item, plain, question=question) for item in value]
    return plain() if isinstance(value, str) else value


def _leaf(key: str, item: Any, plain: Callable[[], str], *, question: bool) -> Any:
    if key in MACHINE_KEYS:
        return item
    if question and key in CLEANED_KEYS:
        return cleaned()
    # Below a question's own keys (its content, or its options) texts are plain.
    return _leaves(item, plain, question=question and key == "content")

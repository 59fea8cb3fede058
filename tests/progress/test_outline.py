"""What stands open, locked, late or done: pure claims."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from courses.progress.outline import DOING, DONE, LATE, LOCKED, TODO, WAITING, Lock, cycle, outline, state_of

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
MODULE = uuid.UUID(int=1)


def record(number: int, **facts: Any) -> SimpleNamespace:
    plain: dict[str, Any] = {
        "id": uuid.UUID(int=number),
        "module_id": MODULE,
        "module_title": "Dasar",
        "kind": "lessons",
        "title": f"Kegiatan {number}",
        "minutes": 5,
        "required": True,
        "completion": "viewed",
        "detail": {},
        "stored": None,
        "percent": None,
        "passed": None,
        "done_at": None,
        "after_id": None,
        "opens_at": None,
        "due_at": None,
    }
    return SimpleNamespace(**{**plain, **facts})


def test_an_activity_opens_when_the_one_before_it_is_done() -> None:
    first, second = record(1), record(2, after_id=uuid.UUID(int=1))
    assert [row.state for row in outline([first, second], now=NOW).rows] == [TODO, LOCKED]
    first.stored = DONE
    assert [row.state for row in outline([first, second], now=NOW).rows] == [DONE, TODO]


def test_a_lock_names_what_opens_it() -> None:
    locked = outline([record(1), record(2, after_id=uuid.UUID(int=1))], now=NOW).rows[1]
    assert locked.lock == Lock(after_title="Kegiatan 1", after_completion="viewed")
    later = outline([record(1, opens_at=NOW + timedelta(days=1))], now=NOW).rows[0]
    assert later.lock == Lock(opens_at=NOW + timedelta(days=1))


def test_what_is_due_and_not_handed_in_is_late_and_what_was_handed_in_is_not() -> None:
    past = NOW - timedelta(days=1)
    assert state_of(None, None, past, NOW) == LATE
    assert state_of(DOING, None, past, NOW) == LATE
    assert state_of(WAITING, None, past, NOW) == WAITING
    assert state_of(DONE, None, past, NOW) == DONE


def test_what_was_done_stays_done_even_if_it_is_locked_later() -> None:
    rows = outline([record(1), record(2, after_id=uuid.UUID(int=1), stored=DONE)], now=NOW).rows
    assert rows[1].state == DONE


def test_the_next_step_is_what_was_begun_before_what_is_late_before_what_is_open() -> None:
    late = record(1, due_at=NOW - timedelta(hours=1))
    begun = record(2, stored=DOING)
    syllabus = outline([late, begun, record(3)], now=NOW)
    assert syllabus.next is not None
    assert syllabus.next.title == "Kegiatan 2"


def test_a_prerequisite_that_is_not_published_locks_nothing() -> None:
    assert outline([record(2, after_id=uuid.UUID(int=9))], now=NOW).rows[0].state == TODO


def test_a_circle_of_prerequisites_is_found_with_its_path() -> None:
    a, b, c = (uuid.UUID(int=n) for n in (1, 2, 3))
    assert list(cycle({a: b, b: c, c: a})) in ([a, b, c, a], [b, c, a, b], [c, a, b, c])
    assert list(cycle({a: a})) == [a, a]
    assert cycle({a: None, b: a, c: b}) == []


@given(st.dictionaries(st.integers(0, 8), st.integers(0, 8) | st.none(), max_size=9))
def test_without_a_circle_every_activity_can_be_reached(after: dict[int, int | None]) -> None:
    ids = {key: uuid.UUID(int=key + 1) for key in range(9)}
    chain = {ids[k]: ids[v] if v is not None else None for k, v in after.items()}
    if cycle(chain):
        return
    records = [record(k + 1, after_id=ids[v] if v is not None else None) for k, v in after.items()]
    for _ in range(len(records) + 1):
        for row in outline(records, now=NOW).rows:
            if row.state == TODO:
                next(r for r in records if r.id == row.id).stored = DONE
    assert outline(records, now=NOW).percent in {0, 100}
    assert outline(records, now=NOW).done == len(records)


@given(st.lists(st.sampled_from([None, DOING, WAITING, DONE]), max_size=30))
def test_a_hundred_percent_means_everything(stored: list[str | None]) -> None:
    syllabus = outline([record(n, stored=s) for n, s in enumerate(stored, 1)], now=NOW)
    assert (syllabus.percent == 100) == (bool(stored) and all(s == DONE for s in stored))

"""When a cohort is what: its phases, the days of enrolment, local times, and the dates of a copy."""

from __future__ import annotations

import enum
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo


class Phase(enum.StrEnum):
    """Draft: not published. Then by its dates: announced, running, finished."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    RUNNING = "running"
    FINISHED = "finished"


def phase(published: bool, starts_on: date, ends_on: date, today: date) -> Phase:
    if not published:
        return Phase.DRAFT
    if today < starts_on:
        return Phase.ANNOUNCED
    return Phase.RUNNING if today <= ends_on else Phase.FINISHED


def today_in(zone: str, now: datetime) -> date:
    """The calendar day in a zone: 23.30 WIB is already tomorrow in Sorong."""
    return now.astimezone(ZoneInfo(zone)).date()


class Window(enum.StrEnum):
    """Whether people may enrol by themselves today."""

    BEFORE = "before"
    OPEN = "open"
    OVER = "over"


def window(enrol_from: date | None, enrol_until: date | None, ends_on: date, today: date) -> Window:
    """Both days belong to the window; it never outlasts the cohort."""
    if today > min(enrol_until or ends_on, ends_on):
        return Window.OVER
    return Window.BEFORE if enrol_from and today < enrol_from else Window.OPEN


class BadMoment(ValueError):
    """A text that is no moment."""


def local_moment(text: str, zone: str) -> datetime | None:
    """What a datetime-local field sent (`2026-11-28T23:59`), as a moment in a zone; None when it is empty."""
    if not text.strip():
        return None
    try:
        parsed = datetime.strptime(text.strip()[:16].replace(" ", "T"), "%Y-%m-%dT%H:%M")  # noqa: DTZ007
    except ValueError as error:
        raise BadMoment(text) from error
    return parsed.replace(tzinfo=ZoneInfo(zone))


def local_text(moment: datetime | None, zone: str) -> str:
    """The other way round."""
    return moment.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M") if moment else ""


@dataclass(frozen=True, slots=True)
class Copied:
    """The dates of a copy: as long as the original, beginning on the same weekday after it ended."""

    starts_on: date
    ends_on: date
    later: timedelta


def copied_dates(starts_on: date, ends_on: date) -> Copied:
    weeks = (ends_on - starts_on).days // 7 + 1
    later = timedelta(weeks=weeks)
    return Copied(starts_on + later, ends_on + later, later)


_LETTERS = ((50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))


def roman(number: int) -> str:
    """1 to 89 in Roman letters, as batches are counted."""
    text = ""
    for value, letters in _LETTERS:
        count, number = divmod(number, value)
        text += letters * count
    return text


# Below 50, so that "Kelas C" and "Kelas L" stay letters.
_ROMANS = {roman(number): number for number in range(1, 50)}


def next_name(name: str) -> str:
    """The name of the batch after this one: "Angkatan III" gives "Angkatan IV", "Kelas 9" gives "Kelas 10"."""
    head, _, tail = name.strip().rpartition(" ")
    if tail in _ROMANS:
        return f"{head} {roman(_ROMANS[tail] + 1)}".strip()
    if re.fullmatch(r"\d{1,6}", tail):
        return f"{head} {int(tail) + 1}".strip()
    return f"{name.strip()} II"

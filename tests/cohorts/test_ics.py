"""What we write, a strict reader reads back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from courses.cohorts.ics import Entry, calendar, folded
from tests.cohorts.icalendar import parsed

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 28, 23, 59, tzinfo=ZoneInfo("Asia/Jayapura"))
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=200)


def test_a_moment_is_written_in_utc_and_a_day_as_a_day() -> None:
    entries = [Entry("due-1@bina", DUE, "Tenggat"), Entry("starts-1@bina", date(2026, 11, 30), "Mulai")]
    due, starts = parsed(calendar("Bina", entries, now=NOW))
    assert due["DTSTART"] == "20261128T145900Z"
    assert "DTEND" not in due
    assert (starts["DTSTART"], starts["DTEND"]) == ("20261130", "20261201")
    assert starts["DTSTAMP"] == "20261121T010000Z"


def test_an_empty_calendar_is_a_calendar() -> None:
    assert parsed(calendar("Bina", [], now=NOW)) == []


@given(TEXT, TEXT, TEXT)
def test_any_text_comes_back_as_it_was(summary: str, description: str, location: str) -> None:
    entry = Entry("a@bina", DUE, summary, 3, description, location)
    (event,) = parsed(calendar(summary, [entry], now=NOW))
    assert event["SUMMARY"] == summary
    assert event.get("DESCRIPTION", "") == description
    assert event.get("LOCATION", "") == location
    assert event["SEQUENCE"] == "3"


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_even_control_characters_and_line_ends_break_nothing(text: str) -> None:
    assert len(parsed(calendar("Bina", [Entry("a@bina", DUE, text)], now=NOW))) == 1


def test_nobody_can_write_an_event_into_a_title() -> None:
    title = "Ujian\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:x"
    (event,) = parsed(calendar("Bina", [Entry("a@bina", DUE, title)], now=NOW))
    assert event["UID"] == "a@bina"
    assert event["SUMMARY"] == "Ujian\nEND:VEVENT\nBEGIN:VEVENT\nUID:x"


@given(st.text(st.sampled_from("aé漢𝄞"), min_size=1, max_size=400))
def test_folding_loses_nothing_and_cuts_no_character(text: str) -> None:
    lines = folded(text).split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    assert lines[0] + "".join(line.removeprefix(" ") for line in lines[1:]) == text

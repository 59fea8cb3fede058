"""A small, strict reader of iCalendar (RFC 5545): whatever it does not like is an assertion."""

from __future__ import annotations

import re

# name *(";" param) ":" value (3.1), for the parameters that we write.
CONTENT_LINE = re.compile(r"([A-Z][A-Z-]*)((?:;[A-Z]+=[A-Z]+)*):(.*)", re.DOTALL)
ONCE = ("UID", "DTSTAMP", "DTSTART", "SUMMARY", "SEQUENCE")
UTC_MOMENT = re.compile(r"\d{8}T\d{6}Z")
DAY = re.compile(r"\d{8}")
TEXTS = {"SUMMARY", "DESCRIPTION", "LOCATION", "NAME", "X-WR-CALNAME"}


def parsed(text: str) -> list[dict[str, str]]:
    """The events of a calendar, texts unescaped; `DTSTART` of whole days is eight digits."""
    names = [_content(line) for line in _unfolded(text)]
    assert names[0] == ("BEGIN", "", "VCALENDAR")
    assert names[-1] == ("END", "", "VCALENDAR")
    head = {name: value for name, _, value in names[1 : _first_event(names)]}
    assert head["VERSION"] == "2.0"
    assert head["PRODID"]
    return _events(names[_first_event(names) : -1])


def _first_event(names: list[tuple[str, str, str]]) -> int:
    starts = [index for index, line in enumerate(names) if line == ("BEGIN", "", "VEVENT")]
    return starts[0] if starts else len(names) - 1


def _unfolded(text: str) -> list[str]:
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    assert "\r" not in text.replace("\r\n", "")
    physical = text.split("\r\n")[:-1]
    for line in physical:
        assert len(line.encode()) <= 75, line
        assert line
    assert not physical[0].startswith(" ")
    return re.sub(r"\r\n ", "", text).split("\r\n")[:-1]


def _content(line: str) -> tuple[str, str, str]:
    match = CONTENT_LINE.fullmatch(line)
    assert match, line
    name, parameters, value = match.groups()
    return name, parameters, _unescaped(value) if name in TEXTS else value


def _unescaped(value: str) -> str:
    assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value), value
    assert not re.search(r"(?<!\\)(?:\\\\)*\\(?![\\;,nN])", value), value
    return re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)


def _events(lines: list[tuple[str, str, str]]) -> list[dict[str, str]]:
    events: list[dict[str, str]] = []
    inside = False
    for name, parameters, value in lines:
        if name == "BEGIN":
            assert (value, inside) == ("VEVENT", False)
            events.append({})
        elif name != "END":
            assert name not in events[-1], name
            assert name != "DTSTART" or bool(parameters) == bool(DAY.fullmatch(value))
            events[-1][name] = value
        inside = name != "END"
    for event in events:
        assert set(ONCE) <= event.keys()
        assert UTC_MOMENT.fullmatch(event["DTSTAMP"])
        assert UTC_MOMENT.fullmatch(event["DTSTART"]) or DAY.fullmatch(event["DTSTART"])
    assert len({event["UID"] for event in events}) == len(events)
    return events

"""What every question type promises, and the few pieces that they share.

A question is stored as JSON: kind, text (HTML), points, explanation (HTML), picture, picture_alt and the keys of its
kind. Texts of options, items and rubric levels are plain; an option may have a picture and picture_alt too. Ids of options and items are opaque (new_id): they say
nothing about order or correctness, so they may travel to the learner's phone.
"""

from __future__ import annotations

import html
import random
import re
import secrets
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Protocol

from lms.errors import N_
from lms.problems import Problem

Content = Mapping[str, Any]
Shown = dict[str, Any]
Raw = Mapping[str, list[str]]
Answer = str | bool | list[str] | dict[str, str] | dict[str, int]
Row = Mapping[str, Any]
Say = Callable[[str], str]

MAX_POINTS = 1000
MAX_DIGITS = 40
MAX_SHORT = 500  # characters of a one-line answer
NONE, FULL = Decimal(0), Decimal(1)

_ID_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_OPAQUE = re.compile(r"[a-z2-7]{8}")
_ID_LISTS = ("options", "items", "left", "right")
_PICTURE_KEYS = ("picture", "picture_alt")
_WORDLESS = re.compile(r'<img\b[^>]* alt=""')
_PAPER_KEYS = ("kind", "text", "points", *_PICTURE_KEYS)


class Kind(Protocol):
    """One question type. No method raises on what a learner sent; all of them are pure.

    An answer is plain JSON in one normal form per kind; None means unanswered.
    """

    name: str  # as stored in content["kind"]
    label: str  # msgid for authors
    auto: bool  # False: a person decides the mark

    def check(self, content: Content) -> list[Problem]:
        """What the author must still repair, in this kind's own keys; never raises, whatever the content is."""

    def shown(self, content: Content, *, rng: random.Random, shuffle: bool = True) -> Shown:
        """What a learner's paper holds; independent of the key. `shuffle` is the author's wish for option order."""

    def parse(self, shown: Content, raw: Raw, name: str) -> Answer | None:
        """Read the fields `name` and `name_<id>` of an ordinary HTML form."""

    def normalised(self, shown: Content, value: object) -> Answer | None:
        """Read an answer from the offline client's JSON; parse() ends here as well."""

    def fields(self, answer: Answer | None, name: str) -> dict[str, list[str]]:
        """The form fields that parse() reads as this answer, for filling a page again."""

    def score(self, content: Content, answer: Answer | None) -> Decimal | None:
        """The share of the points, 0..1; None when a person has to decide."""

    def reveal(self, content: Content, answer: Answer | None, *, say: Say = str) -> dict[str, Any]:
        """What may be shown afterwards: `right` (in words), `explanation` and the kind's own rows; `say` translates."""

    def says(self, content: Content, answer: Answer | None, *, say: Say = str) -> str:
        """The answer as plain text for review tables and exports; empty when unanswered; `say` translates."""


def new_id() -> str:
    """An opaque id for an option or item: 40 random bits."""
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(8))


def with_ids(content: Content) -> dict[str, Any]:
    """The content with an opaque id on every option and item; good ids stay, and a matching key follows its rows."""
    fresh = dict(content)
    renamed: dict[str, dict[str, str]] = {}
    for name in _ID_LISTS:
        if isinstance(content.get(name), list):
            fresh[name], renamed[name] = _with_ids(rows(content, name))
    if isinstance(content.get("key"), Mapping) and {"left", "right"} <= renamed.keys():
        left, right = renamed["left"], renamed["right"]
        fresh["key"] = {
            left.get(str(a), str(a)): right.get(str(b), str(b)) for a, b in content["key"].items()
        }
    return fresh


def _with_ids(listed: Sequence[Row]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    taken: set[str] = set()
    renamed: dict[str, str] = {}
    result = []
    for row in listed:
        old = str(row.get("id", ""))
        kept = old if _OPAQUE.fullmatch(old) and old not in taken else new_id()
        taken.add(kept)
        renamed.setdefault(old, kept)
        result.append({**row, "id": kept})
    return result, renamed


def rows(content: Content, name: str) -> list[Row]:
    """The list `name` of a content; what is not a row in it is left out."""
    listed = content.get(name)
    return [row for row in listed if isinstance(row, Mapping)] if isinstance(listed, list) else []


def texts(listed: Iterable[Row]) -> dict[str, str]:
    """Id to text, in the order of the rows."""
    return {str(row.get("id", "")): str(row.get("text", "")) for row in listed}


def exact(value: object) -> Decimal | None:
    """A stored number as Decimal; None for anything that is not a finite number of sane size."""
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        number = Decimal(str(value))
    except (ArithmeticError, ValueError):
        return None
    # A few characters such as 1e999999 would otherwise print as a megabyte.
    return number if number.is_finite() and abs(number.adjusted()) < MAX_DIGITS else None


def points_of(content: Content) -> Decimal:
    """What a full answer earns; 0 when the content does not say."""
    return exact(content.get("points")) or Decimal(0)


def plain(markup: object) -> str:
    """HTML without its tags, for asking whether it says anything."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", str(markup or ""))).split())


def clean_text(value: object, limit: int) -> str | None:
    """A typed text as we keep it: no control characters, \\n line ends, no outer space, at most `limit` characters."""
    if not isinstance(value, str):
        return None
    lines = value.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(mark for mark in lines if mark in "\n\t" or unicodedata.category(mark) not in {"Cc", "Cs"})
    return kept.strip()[:limit].strip() or None


def one_line(value: object) -> str | None:
    """A typed line as we keep it, with single spaces."""
    text = clean_text(value, MAX_SHORT)
    return " ".join(text.split()) if text else None


def first(raw: Raw, name: str) -> str | None:
    """The first value of a form field."""
    sent = raw.get(name)
    return sent[0] if sent else None


def paper(content: Content, **own: object) -> Shown:
    """The part of the paper that all kinds share, plus the kind's own; nothing else of the content gets through."""
    return {name: content.get(name) for name in _PAPER_KEYS} | own


def labels(listed: Iterable[Row]) -> list[dict[str, str]]:
    """Rows reduced to id and text, with their picture if they have one."""
    found = {str(row.get("id", "")): row for row in listed}
    return [
        {"id": key, "text": str(row.get("text", ""))}
        | {name: str(row.get(name) or "") for name in _PICTURE_KEYS if row.get("picture")}
        for key, row in found.items()
    ]


def shuffled(listed: Iterable[dict[str, str]], rng: random.Random) -> list[dict[str, str]]:
    """The rows in an order that owes nothing to the stored one.

    Sorted by id first, because the stored order can be the key. random() is the one method of Random whose numbers
    Python promises to keep for a seed, so a paper can be drawn again years later.
    """
    fixed = sorted(listed, key=lambda row: row["id"])
    return [row for _, row in sorted(((rng.random(), row) for row in fixed), key=lambda pair: pair[0])]


def common_problems(content: Content) -> list[Problem]:
    """What is wrong in the keys that every kind has."""
    found = []
    if (
        not plain(content.get("text"))
        and not content.get("picture")
        and "<img" not in str(content.get("text"))
    ):
        found.append(Problem(N_("Soal belum berisi pertanyaan."), "text"))
    points = exact(content.get("points"))
    if points is None or not 0 < points <= MAX_POINTS:
        found.append(
            Problem(N_("Poin harus lebih dari 0 dan paling besar %(most)s."), "points", {"most": MAX_POINTS})
        )
    if any(_lacks_words(row) for row in (content, *rows(content, "options"))):
        found.append(Problem(N_("Gambar belum diberi keterangan bagi pembaca layar."), "picture_alt"))
    sentence = N_("Gambar di dalam teks belum diberi keterangan: ![keterangan](…).")
    texts = ("text", "explanation")
    return found + [
        Problem(sentence, name) for name in texts if _WORDLESS.search(str(content.get(name) or ""))
    ]


def _lacks_words(row: Row) -> bool:
    return bool(row.get("picture")) and not plain(row.get("picture_alt"))


def row_problems(content: Content, name: str) -> list[Problem]:
    """What is wrong with a list of options or items: too few, empty, twice the same, ids that are not opaque."""
    listed = rows(content, name)
    ids = [str(row.get("id", "")) for row in listed]
    said = [" ".join(unicodedata.normalize("NFC", str(row.get("text") or "")).split()) for row in listed]
    found = []
    if len(listed) < 2:
        found.append(Problem(N_("Isi paling sedikit dua baris."), name))
    if "" in said:
        found.append(Problem(N_("Baris %(number)s masih kosong."), name, {"number": said.index("") + 1}))
    twice = next((text for text in said if text and said.count(text) > 1), None)
    if twice:
        found.append(Problem(N_("“%(text)s” tertulis dua kali."), name, {"text": twice}))
    if len(set(ids)) < len(ids) or not all(map(_OPAQUE.fullmatch, ids)):
        found.append(Problem(N_("Tanda pengenal baris tidak sah. Simpan ulang soal ini."), name))
    return found


def has_id(listed: Iterable[Row], value: object) -> bool:
    """Whether one of the rows carries this id."""
    return isinstance(value, str) and any(row.get("id") == value for row in listed)


class TypedLine:
    """What kinds share whose answer is one typed line. It is kept as typed, so that nothing a learner wrote is lost."""

    def parse(self, shown: Content, raw: Raw, name: str) -> Answer | None:
        return one_line(first(raw, name))

    def normalised(self, shown: Content, value: object) -> Answer | None:
        return one_line(value)

    def fields(self, answer: Answer | None, name: str) -> dict[str, list[str]]:
        return {name: [answer]} if isinstance(answer, str) else {}

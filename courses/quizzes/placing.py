"""Where the pictures of a question stand while its author writes it: below its words, inside a text, at an option. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from courses.quizzes.drafts import BELOW, Draft, Row, as_markdown, content_of, is_below_or_at_an_option
from courses.quizzes.kinds.base import rows
from lms.errors import N_
from lms.problems import Problem

# A text of the question: the picture goes to its end as Markdown, where its author may move it.
TEXTS = ("text", "explanation")
NOWHERE = "none"
# Kinds whose options may have a picture each.
WITH_OPTIONS = ("single", "multiple")
MOST = 20  # pictures of one question

_NAMED = re.compile(r'<img src="media:([0-9a-z-]+)"')


def brought(draft: Draft, media_ids: Iterable[str]) -> Draft:
    """The draft with new pictures: the first one below the words, the others for their author to place."""
    listed = list(draft.lists["pictures"])
    for id_ in dict.fromkeys(media_ids):
        if len(listed) < MOST and all(row["media"] != id_ for row in listed):
            free = all(row["place"] != BELOW for row in listed)
            listed.append({"media": id_, "alt": "", "place": BELOW if free else "text"})
    return _with(draft, listed)


def settled(draft: Draft) -> Draft:
    """Described pictures that belong into a text stand in it as Markdown; those that belong nowhere are gone."""
    fields, kept = dict(draft.fields), []
    for row in draft.lists["pictures"]:
        if row["place"] in TEXTS and row["alt"]:
            before = fields[row["place"]]
            fields[row["place"]] = (before + "\n\n" if before else "") + as_markdown(row["media"], row["alt"])
        elif row["place"] != NOWHERE:
            kept.append(row)
    return _with(replace(draft, fields=fields), kept)


def places(draft: Draft) -> list[str]:
    """What an author may choose for a picture, as values: options by their number from 0."""
    options = draft.lists.get("options", []) if draft.kind in WITH_OPTIONS else []
    return [BELOW, *TEXTS, *(str(at) for at in range(len(options))), NOWHERE]


def problems(draft: Draft) -> list[Problem]:
    """What is wrong with a draft's pictures that its content would not show."""
    listed = [row for row in draft.lists["pictures"] if row["place"] != NOWHERE]
    found = []
    if any(not row["alt"] for row in listed):
        found.append(Problem(N_("Gambar belum diberi keterangan bagi pembaca layar."), "pictures"))
    taken = [row["place"] for row in listed if is_below_or_at_an_option(row["place"])]
    if len(set(taken)) < len(taken):
        found.append(
            Problem(
                N_("Dua gambar menempati tempat yang sama. Pindahkan salah satunya ke dalam teks."),
                "pictures",
            )
        )
    return found


def named(content: Mapping[str, Any]) -> dict[str, set[str]]:
    """The ids of the pictures that a question shows, by the field of the editor that they belong to."""
    own = {str(row["picture"]) for row in (content, *rows(content, "options")) if row.get("picture")}
    return {"pictures": own} | {name: set(_NAMED.findall(str(content.get(name) or ""))) for name in TEXTS}


def shown_while_writing(draft: Draft) -> list[Mapping[str, Any]]:
    """The contents in which the editor's page looks its pictures up, those not yet placed among them."""
    return [content_of(draft), *({"picture": row["media"]} for row in draft.lists["pictures"])]


def _with(draft: Draft, pictures: list[Row]) -> Draft:
    return replace(draft, lists={**draft.lists, "pictures": pictures})

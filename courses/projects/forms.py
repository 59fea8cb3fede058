"""What the pages of projects send: a member's work, an assessor's judgement, groups, and the author's rows."""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, MultipleFileField, SelectField, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from courses.projects.work import Contents, SharedDraft, Work
from lms.errors import N_
from lms.web import Form

LONGEST_TEXT = 100_000
MOST_LINKS = 20
FINAL = N_("Laporan akhir")


class WorkForm(Form):
    """Text, links, note and stage of what a group writes.

    Files that are here already come beside it as `media`; those that are sent with the form itself as `berkas`.
    """

    stage = SelectField(_l("Tahap"))
    text = TextAreaField(
        _l("Tulisan kelompok"),
        [Length(max=LONGEST_TEXT, message=_l("Tulisan terlalu panjang. Lampirkan sebagai berkas."))],
    )
    berkas = MultipleFileField(_l("Tambah berkas"))
    links = TextAreaField(_l("Tautan"))
    note = StringField(
        _l("Catatan untuk penilai"), [Length(max=500, message=_l("Catatan paling panjang 500 huruf."))]
    )
    client_id = HiddenField()
    revision = HiddenField()

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        # What was wrong with files that came with the form.
        self.refused_files: list[str] = []

    def offer(self, work: Work) -> None:
        """The stages one may hand in for, by the values of the select."""
        self.stage.choices = [(str(stage.id or ""), stage.title or _(FINAL)) for stage in work.stages]

    def show(self, draft: SharedDraft, stage: uuid.UUID | None, client_id: uuid.UUID) -> None:
        self.text.data, self.links.data = draft.text, "\n".join(draft.links)
        self.stage.data, self.revision.data = str(stage or ""), str(draft.revision)
        self.client_id.data = str(client_id)

    def validate_links(self, field: TextAreaField) -> None:
        lines = read_links(field.data or "")
        if len(lines) > MOST_LINKS:
            raise ValidationError(_("Paling banyak 20 tautan."))
        wrong = next((line for line in lines if not is_link(line)), None)
        if wrong:
            raise ValidationError(
                _("“%(link)s” bukan alamat web. Tulis lengkap, diawali https://", link=wrong[:60])
            )

    def contents(self, media_ids: list[uuid.UUID]) -> Contents:
        return Contents(self.text.data or "", read_links(self.links.data or ""), media_ids)

    @property
    def read_revision(self) -> int:
        return int(self.revision.data) if (self.revision.data or "").isdigit() else 0


def read_links(text: str) -> list[str]:
    """One address on each line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def is_link(text: str) -> bool:
    """Whether a text is the address of a page: http or https, with a host, without spaces."""
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and not re.search(r"\s", text)
    except ValueError:
        return False


class NameForm(Form):
    """The name of a group."""

    name = StringField(_l("Nama kelompok"))


class ListForm(Form):
    """A pasted list of NIP and group."""

    text = TextAreaField(_l("Daftar NIP dan kelompok"))


def judged_fields(form: Mapping[str, str], prefix: str) -> dict[str, str]:
    """The values of the fields `<prefix>-<id>` by id."""
    start = f"{prefix}-"
    return {name.removeprefix(start): value.strip() for name, value in form.items() if name.startswith(start)}


_ROW = re.compile(r"(?P<what>milestone|criterion)-(?P<row>\d{1,3})-(?P<part>id|title|days|weight|most|text)")
_LEVEL = re.compile(r"criterion-(?P<row>\d{1,3})-level-(?P<level>\d{1,3})-(?P<part>text|points)")


def read_rows(form: Mapping[str, str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The author's rows as they stand on the page: stages {id, title, days} and criteria in the form of a rubric."""
    rows: dict[str, dict[int, dict[str, Any]]] = {"milestone": {}, "criterion": {}}
    levels: dict[int, dict[int, dict[str, str]]] = {}
    for name, value in form.items():
        if found := _ROW.fullmatch(name):
            rows[found["what"]].setdefault(int(found["row"]), {})[found["part"]] = value.strip()
        elif found := _LEVEL.fullmatch(name):
            level = levels.setdefault(int(found["row"]), {}).setdefault(int(found["level"]), {})
            level[found["part"]] = value.strip()
    milestones = [_milestone(row) for _number, row in sorted(rows["milestone"].items())]
    criteria = [
        _criterion(row, [level for _place, level in sorted(levels.get(number, {}).items())])
        for number, row in sorted(rows["criterion"].items())
    ]
    return milestones, criteria


def _milestone(row: Mapping[str, str]) -> dict[str, Any]:
    return {"id": row.get("id", ""), "title": row.get("title", ""), "days": row.get("days", "")}


def _criterion(row: Mapping[str, str], levels: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "id": row.get("id", ""),
        "criterion": row.get("title", ""),
        "text": row.get("text", ""),
        "weight": row.get("weight", ""),
        "most": row.get("most", ""),
        "levels": [{"text": level.get("text", ""), "points": level.get("points", "")} for level in levels],
    }

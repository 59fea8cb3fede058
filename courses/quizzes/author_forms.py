"""Forms for quizzes: settings, and the rows of a draw plan."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, HiddenField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from courses.quizzes.decimals import read_number, written
from courses.quizzes.drawing import Line
from courses.quizzes.models import Counts, Quiz, QuizRole, Reveal
from lms.richtext import clean, from_markdown
from lms.web import Form

MOST_LINES = 30


class Whole:
    """A whole number from `least` to `most`; `value()` reads it, None when the field is empty."""

    def __init__(self, least: int, most: int, *, empty: bool) -> None:
        self.least, self.most, self.empty = least, most, empty

    def __call__(self, form: Any, field: Field) -> None:
        number = value(field)
        if number is None and self.empty and not field.data:
            return
        if number is None or not self.least <= number <= self.most:
            raise ValidationError(
                _l("Isi bilangan bulat dari %(least)s sampai %(most)s.", least=self.least, most=self.most)
            )


def value(field: Field) -> int | None:
    text = (field.data or "").strip()
    return int(text) if re.fullmatch(r"[0-9]{1,6}", text) else None


def _percent(form: Any, field: Field) -> None:
    number = read_number(field.data or "")
    if number is None or not 0 <= number <= 100:
        raise ValidationError(_l("Isi angka dari 0 sampai 100."))


class SettingsForm(Form):
    """The settings of a quiz; what is empty means "no limit". `seen` is a print of what was stored when it was opened."""

    seen = HiddenField()
    intro = TextAreaField(_l("Pengantar"), validators=[Length(max=20_000)])
    role = SelectField(
        _l("Peran"),
        choices=[
            SelectChoice(QuizRole.PRACTICE.value, _l("Latihan atau kuis biasa")),
            SelectChoice(QuizRole.PRE.value, _l("Tes awal, tidak menentukan kelulusan")),
            SelectChoice(QuizRole.POST.value, _l("Tes akhir")),
        ],
    )
    time_limit_minutes = StringField(_l("Batas waktu"), validators=[Whole(1, 600, empty=True)])
    grace_minutes = StringField(_l("Masa tenggang"), validators=[Whole(0, 120, empty=False)])
    attempts_allowed = StringField(_l("Banyaknya percobaan"), validators=[Whole(1, 100, empty=True)])
    counts = SelectField(
        _l("Nilai yang dipakai"),
        choices=[
            SelectChoice(Counts.BEST.value, _l("Yang terbaik")),
            SelectChoice(Counts.LAST.value, _l("Yang terakhir")),
            SelectChoice(Counts.FIRST.value, _l("Yang pertama")),
            SelectChoice(Counts.AVERAGE.value, _l("Rata-rata")),
        ],
    )
    pass_mark = StringField(_l("Batas lulus"), validators=[_percent])
    shuffle = BooleanField(_l("Acak urutan soal dan pilihan"))
    offline = BooleanField(_l("Boleh dikerjakan tanpa jaringan"))
    reveal = SelectField(
        _l("Kunci dan pembahasan terbuka"),
        choices=[
            SelectChoice(Reveal.SUBMITTED.value, _l("setelah dikumpulkan")),
            SelectChoice(Reveal.CLOSED.value, _l("setelah kelas berakhir")),
            SelectChoice(Reveal.NEVER.value, _l("tidak pernah")),
        ],
    )

    def settings(self) -> dict[str, Any]:
        """The columns of Quiz, once the form is valid."""
        mark = read_number(self.pass_mark.data)
        return {
            "intro": clean(from_markdown(self.intro.data or "")),
            "intro_source": self.intro.data or "",
            "role": QuizRole(self.role.data),
            "time_limit_minutes": value(self.time_limit_minutes),
            "grace_minutes": value(self.grace_minutes) or 0,
            "attempts_allowed": value(self.attempts_allowed),
            "counts": Counts(self.counts.data),
            "pass_mark": round(mark if mark is not None else Decimal(70), 2),
            "shuffle": self.shuffle.data,
            "reveal": Reveal(self.reveal.data),
            "offline": self.offline.data,
        }

    def is_stale(self, stored: SettingsForm) -> bool:
        """Whether somebody else saved since, and something else than what is sent."""
        moved = bool(self.seen.data) and self.seen.data != stored.seen.data
        return moved and self.settings() != stored.settings()

    def now_at(self, stored: SettingsForm) -> None:
        """Carry the print of what is stored now, so that saving once more is done knowingly."""
        self.seen.data = stored.seen.data

    def unlike(self, stored: SettingsForm) -> list[tuple[str, str]]:
        """What is stored and was typed differently here: labels and words."""
        fields = [field for field in stored if field is not stored.seen]
        return [(str(f.label.text), _words(f)) for f in fields if f.data != self[f.short_name].data]


def _words(field: Field) -> str:
    if isinstance(field, BooleanField):
        return str(_l("Ya") if field.data else _l("Tidak"))
    if isinstance(field, SelectField):
        return next(str(choice.label) for choice in field.iter_choices() if choice.value == field.data)
    return field.data or "–"


def settings_of(quiz: Quiz, intro: str) -> dict[str, Any]:
    """What the form shows of a stored quiz."""
    shown = {
        "intro": intro,
        "role": quiz.role.value,
        "time_limit_minutes": str(quiz.time_limit_minutes or ""),
        "grace_minutes": str(quiz.grace_minutes),
        "attempts_allowed": str(quiz.attempts_allowed or ""),
        "counts": quiz.counts.value,
        "pass_mark": written(quiz.pass_mark),
        "shuffle": quiz.shuffle,
        "reveal": quiz.reveal.value,
        "offline": quiz.may_leave,
    }
    seen = hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]
    return {**shown, "seen": seen}


def chosen_in(form: MultiDict[str, str]) -> list[uuid.UUID]:
    """The chosen questions in the order of their numbers (`use` and `place_<id>`); without a number they come last."""
    ids = [uuid.UUID(sent) for sent in form.getlist("use") if re.fullmatch(r"[0-9a-f-]{36}", sent)]
    places = {id_: form.get(f"place_{id_}", "") for id_ in ids}
    return sorted(ids, key=lambda id_: int(places[id_]) if re.fullmatch(r"[0-9]{1,4}", places[id_]) else 9999)


def plan_in(form: MultiDict[str, str]) -> list[dict[str, str]]:
    """The rows of a draw plan as typed (`plan_<row>_tag`, `plan_<row>_count`)."""
    at = range(MOST_LINES)
    rows = [
        {"tag": form.get(f"plan_{n}_tag", ""), "count": form.get(f"plan_{n}_count", "").strip()} for n in at
    ]
    return [row for row in rows if row["tag"] or row["count"]]


def lines_of(rows: list[dict[str, str]]) -> list[Line]:
    """The plan that the rows mean; a row without a number asks for 0, which the plan's check refuses. "*" is any label."""
    return [
        (
            None if row["tag"] in ("", "*") else row["tag"],
            int(row["count"]) if re.fullmatch(r"[0-9]{1,3}", row["count"]) else 0,
        )
        for row in rows
    ]

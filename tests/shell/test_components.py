"""The sheet of parts shows each of them, and each can be written without an application behind it."""

import re
from pathlib import Path
from types import SimpleNamespace

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from wtforms import (
    BooleanField,
    FileField,
    Form,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    widgets,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from lms.shell import icons

ROOT = Path(__file__).parents[2]
SHELL = ROOT / "templates" / "shell"
PLACES = [
    ("Beranda", "home", "main"),
    ("Kelas", "users", "main"),
    ("Kursus", "book", "main"),
    ("Pegawai", "user", "main"),
    ("Sertifikat", "award", "main"),
    ("Laporan", "bars", "manage"),
    ("Pemberitahuan", "bell", "bar"),
]


class SheetForm(Form):
    """One field of every sort."""

    reason = StringField("Alasan pencabutan", [Length(min=10, message="Tulis alasan, minimal 10 huruf.")])
    zone = SelectField("Zona waktu kelas", choices=[SelectChoice("wit", "WIT"), SelectChoice("wib", "WIB")])
    name = StringField("Nama panggilan")
    password = PasswordField("Kata sandi")
    score = StringField("Nilai")
    method = RadioField("Cara belajar", choices=[SelectChoice("a", "Mandiri"), SelectChoice("b", "Bersama")])
    days = SelectMultipleField(
        "Hari",
        choices=[SelectChoice("1", "Senin"), SelectChoice("2", "Selasa")],
        widget=widgets.ListWidget(),
        option_widget=widgets.CheckboxInput(),
    )
    level = RadioField("Kejelasan masalah", choices=[SelectChoice("1", "Kurang"), SelectChoice("2", "Baik")])
    agree = BooleanField("Saya setuju")
    file = FileField("Berkas laporan")
    note = TextAreaField("Catatan")


@pytest.fixture
def pages() -> Environment:
    made = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_null_translations(newstyle=True)  # type: ignore[attr-defined]
    icons.register(made)
    made.globals["url_for"] = lambda endpoint, filename="": f"/{endpoint}/{filename}"
    made.globals["get_flashed_messages"] = lambda with_categories: [
        ("success", "Tersimpan."),
        ("error", "Gagal."),
    ]
    return made


def sheet(pages: Environment, staff: bool) -> str:
    form = SheetForm()
    form.validate()
    actor = SimpleNamespace(id="7", name="Nurul Hidayati", initials="NH", is_staff=staff, large_text=False)
    nav = [
        SimpleNamespace(
            label=label, url=f"/{icon}", icon=icon, current=icon == "home", group=group, count=None
        )
        for label, icon, group in PLACES
        if staff or group == "main"
    ]
    return pages.get_template("shell/components.html").render(
        actor=actor,
        nav=nav,
        unread=120,
        theme="auto",
        locale="id",
        csp_nonce="n0nce",
        agency_name="Pemerintah Kota Sorong",
        form=form,
        page_url="?page={}".format,
    )


def exported() -> list[str]:
    return re.findall(r"set (\w+) = \w+\.\w+", (SHELL / "_ui.html").read_text())


@pytest.mark.parametrize("name", exported())
def test_every_part_is_shown_on_the_sheet_or_in_the_frame(name: str) -> None:
    elsewhere = {"band": "only on the sign-in page", "chart_legend": "inside ui.bar_chart"}
    sheet = [SHELL / name for name in ("components.html", "_components.html", "base.html")]
    shown = "".join(file.read_text() for file in sheet)
    assert f"ui.{name}(" in shown or name in elsewhere


@pytest.mark.parametrize("staff", [True, False], ids=["staff", "learner"])
def test_the_sheet_is_written_with_nothing_undefined(pages: Environment, staff: bool) -> None:
    assert "Komponen" in sheet(pages, staff)


def test_a_badge_never_counts_beyond_99_but_the_hidden_words_do(pages: Environment) -> None:
    written = sheet(pages, staff=True)
    assert ">99</span>" in written
    assert "120 baru" in written


def test_more_than_four_places_put_the_rest_behind_one_link(pages: Environment) -> None:
    assert 'href="#menu"' in sheet(pages, staff=True)


def test_the_summary_and_the_field_say_the_same_words(pages: Environment) -> None:
    written = sheet(pages, staff=False)
    assert '<a href="#reason">Tulis alasan, minimal 10 huruf.</a>' in written
    assert 'id="reason-error"' in written
    assert re.search(
        r'<input[^>]*aria-describedby="reason-hint reason-error"[^>]*aria-invalid="true"', written
    )


def test_the_title_of_a_form_that_came_back_begins_with_the_error(pages: Environment) -> None:
    assert "<title>Kesalahan: Komponen" in sheet(pages, staff=False)


def test_staff_load_their_own_stylesheet_and_learners_one_file(pages: Environment) -> None:
    head = pages.get_template("shell/base.html").render(
        actor=None, nav=[], unread=0, theme="dark", locale="id", csp_nonce="n", agency_name=""
    )
    assert head.count('rel="stylesheet"') == 1
    assert 'data-theme="dark"' in head


def test_a_class_keeps_its_cover(pages: Environment) -> None:
    cover = pages.get_template("shell/_parts.html").module.cover  # type: ignore[attr-defined]
    assert cover("019f-a3") == cover("019f-a3")
    assert len({cover(number) for number in range(4)}) == 4


def test_an_unknown_icon_is_an_error(pages: Environment) -> None:
    with pytest.raises(KeyError):
        pages.from_string("{{ icon('unicorn') }}").render()

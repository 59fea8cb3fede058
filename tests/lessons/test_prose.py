"""Text between authors, the store and readers."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from courses.lessons.markdown import to_markdown
from courses.lessons.pasting import with_lists
from courses.lessons.prose import Shown, for_reader, media_in, pictures_in, rendered, without_words
from lms.richtext import clean, text_of

NAME = "0197aaaa-0000-7000-8000-000000000000"
PHOTO = Shown("/berkas/foto?s=1&e=2", 720, 405, 42_000)
INLINE = st.recursive(
    st.text(st.sampled_from("ab 1.-#*_[]()<&`|~!\\\n“”"), min_size=1, max_size=12).map(
        lambda text: text.replace("&", "&amp;").replace("<", "&lt;")
    ),
    lambda inner: st.tuples(st.sampled_from(["strong", "em", "code", "s"]), inner).map(
        lambda made: f"<{made[0]}>{made[1]}</{made[0]}>"
    ),
    max_leaves=4,
)
BLOCKS = st.lists(
    st.one_of(
        INLINE.map(lambda inner: f"<p>{inner}</p>"),
        INLINE.map(lambda inner: f"<h2>{inner}</h2>"),
        st.lists(INLINE, min_size=1, max_size=3).map(
            lambda items: "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"
        ),
        st.lists(INLINE, min_size=2, max_size=2).map(
            lambda cells: "<table><tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr></table>"
        ),
    ),
    min_size=1,
    max_size=4,
).map("".join)


def words_of(html: str) -> list[str]:
    return text_of(html).split()


@given(BLOCKS)
@settings(deadline=None)
def test_no_letter_is_lost_on_the_way_to_markdown_and_back(html: str) -> None:
    prose = clean(html)
    assert "".join(words_of(rendered(to_markdown(prose)))) == "".join(words_of(prose))


@pytest.mark.parametrize(
    "source",
    [
        "## Judul\n\nSatu **tebal**, *miring*, ~~coret~~, `kode` dan [tautan](https://contoh.invalid).",
        "- satu\n- dua\n  - tiga\n\n3. tiga\n4. empat",
        "> kutipan\n>\n> berdua\n\n---\n\n```\nbaris\n```",
        "| a | b |\n| --- | --- |\n| 1 | 2 |",
        f'![Foto loket](media:{NAME} "Loket pagi hari")',
    ],
)
def test_what_authors_write_comes_back_as_the_same_page(source: str) -> None:
    assert rendered(to_markdown(rendered(source))) == rendered(source)


def test_text_from_word_keeps_its_shape_and_loses_its_looks() -> None:
    pasted = (
        "<html><head><style>p.MsoNormal{mso-style-name:x}</style></head><body><p class=MsoTitle>Judul</p>"
        '<h1 style="mso-outline-level:1">Bab satu</h1><p class="MsoNormal" style="mso-margin-top-alt:auto">'
        "<b>Penting</b><o:p></o:p></p><table><tr><td>A</td><td>B</td></tr></table><script>alert(1)</script></body></html>"
    )
    markdown = to_markdown(clean(pasted))
    assert "## Bab satu" in markdown
    assert "**Penting**" in markdown
    assert "| A | B |" in markdown
    assert "mso" not in markdown
    assert "alert" not in markdown


def item(level: int, mark: str, text: str) -> str:
    """A list paragraph as Word on Windows puts it on the clipboard."""
    return (
        f"<p class=MsoListParagraphCxSpMiddle style='text-indent:-18.0pt;mso-list:l0 level{level} lfo1'>"
        f"<![if !supportLists]><span style='font-family:Symbol'><span style='mso-list:Ignore'>{mark}"
        f"<span style='font:7.0pt \"Times New Roman\"'>&nbsp;&nbsp; </span></span></span><![endif]>{text}<o:p></o:p></p>\n"
    )


def test_lists_from_word_stay_lists() -> None:
    pasted = "".join(
        [
            "<p class=MsoNormal>Siapkan:</p>",
            item(1, "·", "Map <b>biru</b>"),
            item(2, "o", "Salinan KTP &amp; KK"),
            item(2, "o", "Pas foto"),
            item(1, "·", "Materai"),
            "<p class=MsoNormal>Lalu:</p>",
            item(1, "1.", "Ambil nomor"),
            item(1, "2.", "Tunggu"),
            item(1, "·", "Selesai"),
        ]
    )
    assert to_markdown(clean(with_lists(pasted))).strip().splitlines() == [
        "Siapkan:",
        "",
        "- Map **biru**",
        "  - Salinan KTP & KK",
        "  - Pas foto",
        "- Materai",
        "",
        "Lalu:",
        "",
        "1. Ambil nomor",
        "2. Tunggu",
        "",
        "- Selesai",
    ]


@given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["·", "1.", "b)", "(iv)", ""])), max_size=12))
def test_every_word_of_a_pasted_list_arrives_once_and_in_order(rows: list[tuple[int, str]]) -> None:
    texts = [f"kata{number} lagi" for number in range(len(rows))]
    pasted = "".join(
        item(level, mark, text) if level else f"<p>{text}</p>"
        for (level, mark), text in zip(rows, texts, strict=True)
    )
    assert words_of(clean(with_lists(pasted))) == " ".join(texts).split()


@pytest.mark.parametrize(
    "html", ["", "<ul><li>Satu</ul>", "<p>mso-list</p>", "a < b & c", "<p style='mso-x:1'>Ya"]
)
def test_what_has_no_list_of_words_own_kind_is_left_alone(html: str) -> None:
    assert with_lists(html) == html


def test_a_merged_cell_leaves_every_other_cell_in_its_column() -> None:
    table = (
        "<table><tr><th>Hari</th><th>Pagi</th><th>Siang</th></tr>"
        '<tr><td rowspan="2">Senin</td><td>08.00</td><td>13.00</td></tr><tr><td>09.00</td><td>14.00</td></tr>'
        '<tr><td>Selasa</td><td colspan="2">Libur</td></tr></table>'
    )
    assert to_markdown(table).splitlines()[2:] == [
        "| Senin | 08.00 | 13.00 |",
        "|  | 09.00 | 14.00 |",
        "| Selasa | Libur |  |",
    ]


def test_a_line_break_at_the_end_of_a_paragraph_leaves_nothing_behind() -> None:
    assert to_markdown("<p><br>Selesai.<br><br></p><ul><li>Satu<br></li></ul>") == "Selesai.\n\n- Satu\n"
    assert rendered(to_markdown("<p>Baris satu<br>baris dua<br></p>")) == "<p>Baris satu<br>\nbaris dua</p>"


def test_a_picture_with_a_title_gets_a_caption() -> None:
    html = rendered(f'![Foto](media:{NAME} "Loket & warga")')
    assert "<figcaption>Loket &amp; warga</figcaption>" in html
    assert media_in(html) == [NAME]


def test_pictures_without_words_are_counted() -> None:
    assert without_words(rendered(f"![](media:{NAME})\n\n![Foto](media:{NAME})")) == 1


def test_a_reader_gets_a_sized_picture_that_loads_late() -> None:
    html = for_reader(rendered(f"![Foto](media:{NAME})"), {NAME: PHOTO}.get)
    assert 'src="/berkas/foto?s=1&amp;e=2"' in html
    assert 'width="720" height="405" loading="lazy"' in html


def test_a_saving_reader_gets_a_link_that_costs_nothing_yet() -> None:
    html = for_reader(
        rendered(f"![Foto](media:{NAME})"),
        {NAME: PHOTO}.get,
        saver=lambda alt, shown: f"Tampilkan {shown.weight}",
    )
    assert "<img" not in html
    assert "Tampilkan 42000" in html


def test_a_picture_of_somebody_else_is_not_shown() -> None:
    assert "<img" not in for_reader(rendered(f"![Foto](media:{NAME})"), lambda name: None)


def test_pictures_are_found_however_they_are_written() -> None:
    assert pictures_in("![a](x.webp) ![b \\] c](<y z.webp> 'judul') [bukan](z.png)") == {
        "x.webp": "a",
        "y": "b ] c",
    }

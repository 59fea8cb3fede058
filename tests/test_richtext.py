"""Lesson prose: whatever comes in, what goes out is safe, well structured and stable."""

from __future__ import annotations

import html
import itertools
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.richtext import Shown, clean, from_markdown, reading_minutes, text_of, with_pictures, words
from tests.attacks import ATTACKS

CONTENT = Path(__file__).resolve().parents[1] / "../shared/content"
REGION = '<div class="table-scroll" role="region" tabindex="0" aria-label="Tabel 1">'
UUID = "0192f3a1-7c1e-7b52-9d3a-2f60c1a4e001"

ALLOWED: dict[str, set[str]] = {
    **{
        name: set()
        for name in ("h2", "h3", "h4", "p", "ul", "li", "blockquote", "strong", "em", "u", "s", "code")
    },
    **{
        name: set()
        for name in ("pre", "table", "thead", "tbody", "tr", "figure", "figcaption", "hr", "br", "sup", "sub")
    },
    "a": {"href", "rel"},
    "div": {"class", "role", "tabindex", "aria-label"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}


class Judge(HTMLParser):
    """Another parser than the cleaner's, which lists what does not belong into a lesson."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.wrong: list[str] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name not in ALLOWED.get(tag, set()):
                self.wrong.append(f"{tag} {name}")
            if name in ("href", "src") and not re.match(
                r"https?://|mailto:|media:|(?![a-z0-9+.-]*:)", value or ""
            ):
                self.wrong.append(f"{name}={value}")
        if tag not in ALLOWED:
            self.wrong.append(tag)

    def handle_comment(self, data: str) -> None:
        self.wrong.append("comment")

    def handle_decl(self, decl: str) -> None:
        self.wrong.append("declaration")

    def handle_pi(self, data: str) -> None:
        self.wrong.append("instruction")


def test_there_are_attacks_enough() -> None:
    assert len(ATTACKS) >= 150


@pytest.mark.asvs("V1.3.1")
@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_survives_anywhere_in_a_lesson(attack: str) -> None:
    for around in ("%s", "<p>a %s b</p>", "<ul><li>%s</ul>", "<table><tr><td>%s</table>", "# a\n\n%s\n\nb"):
        source = around.replace("%s", attack)
        for cleaned in (clean(source), from_markdown(source)):
            assert Judge(cleaned).wrong == []
            assert clean(cleaned) == cleaned


@pytest.mark.parametrize("attack", ["<script>alert(1)</script>", "<STYLE>p{}</STYLE >", "<script>alert(1)"])
def test_a_script_leaves_no_text_behind(attack: str) -> None:
    assert clean(f"<p>sebelum</p>{attack}") == "<p>sebelum</p>"


PIECES = st.sampled_from(
    [
        *[
            f"<{tag}>"
            for tag in ("p", "div", "b", "i", "a href=/x", "a", "ul", "ol", "li", "pre", "code", "sub", "u")
        ],
        *[
            f"</{tag}>"
            for tag in ("p", "div", "b", "i", "a", "ul", "ol", "li", "pre", "code", "sub", "table", "td")
        ],
        *[
            f"<{tag}>"
            for tag in ("table", "tr", "td", "th scope=col", "thead", "tbody", "h1", "h3", "h4", "h6")
        ],
        *[f"</{tag}>" for tag in ("tr", "h1", "h3", "h6", "blockquote", "figure", "caption")],
        *[
            "<blockquote>",
            "<figure>",
            "<figcaption>",
            "<hr>",
            "<br>",
            "<img src=media:1>",
            "<img>",
            "<caption>",
        ],
        *[
            "<svg>",
            "<math>",
            "<style>",
            "<script>",
            "<select>",
            "<!--",
            "-->",
            "<template>",
            "<form>",
            "<button>",
        ],
        *[
            "\n",
            "\n\n",
            " ",
            "&nbsp;",
            "&amp;",
            "&lt;",
            "&",
            "<",
            ">",
            '"',
            "'",
            "\x00",
            "\r\n",
            "é",
            "\u202e",
            "]]>",
        ],
    ]
)
SOUP = st.lists(PIECES | st.text(max_size=8), max_size=24).map("".join)


@settings(max_examples=400, deadline=None)
@given(SOUP)
def test_cleaning_twice_is_cleaning_once_whatever_was_pasted(soup: str) -> None:
    cleaned = clean(soup)
    assert clean(cleaned) == cleaned
    assert Judge(cleaned).wrong == []


@settings(max_examples=150, deadline=None)
@given(SOUP)
def test_markdown_is_as_clean_as_html(soup: str) -> None:
    cleaned = from_markdown(soup)
    assert clean(cleaned) == cleaned
    assert Judge(cleaned).wrong == []


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(1, 6), min_size=1, max_size=12))
def test_headings_start_at_two_and_skip_no_level(levels: list[int]) -> None:
    cleaned = clean("".join(f"<h{level}>x</h{level}>" for level in levels))
    got = [int(level) for level in re.findall(r"<h(\d)>", cleaned)]
    assert len(got) == len(levels)
    assert got[0] == 2
    assert max(got) <= 4
    assert all(after <= before + 1 for before, after in itertools.pairwise(got))


@given(st.text(st.characters(categories=["L", "M", "N", "P", "S", "Zs"])))
def test_any_text_survives_as_text(text: str) -> None:
    kept = text_of(clean(html.escape(text)))
    assert "".join(kept.split()) == "".join(text.split())


def test_what_a_lesson_needs_is_kept() -> None:
    lesson = (
        "<h2>Asas</h2><p>Satu <strong>tebal</strong>, <em>miring</em>, <u>garis</u>, <s>coret</s>, <code>kode</code>,"
        ' x<sup>2</sup>, H<sub>2</sub>O.<br>Baris.</p><ol start="3"><li>tiga</li></ol><blockquote><p>Kutipan</p>'
        '</blockquote><pre><code>a &lt; b\n  c</code></pre><hr><figure><img src="media:1" alt="Bagan" width="640" '
        'height="480"><figcaption>Bagan 1</figcaption></figure>'
    )
    assert clean(lesson) == lesson


def test_links_go_out_without_following_and_stay_inside_plain() -> None:
    assert clean('<p><a href="https://bkn.go.id/?a=1&copy=2">BKN</a></p>') == (
        '<p><a href="https://bkn.go.id/?a=1&amp;copy=2" rel="nofollow noopener">BKN</a></p>'
    )
    assert clean('<p><a href="/kursus/1">K</a> <a href="mailto:a@b.id">S</a></p>') == (
        '<p><a href="/kursus/1">K</a> <a href="mailto:a@b.id">S</a></p>'
    )


@pytest.mark.parametrize("href", ["#bagian-2", "", "tel:110", "//contoh.id", "ftp://contoh.id/x"])
def test_a_link_that_leads_nowhere_is_only_text(href: str) -> None:
    assert clean(f'<p>lihat <a href="{href}">ini</a></p>') == "<p>lihat ini</p>"


@pytest.mark.parametrize("src", [f"media:{UUID}", "media:0", "/media/a/b.webp", "/static/img/x.svg"])
def test_our_own_pictures_stay(src: str) -> None:
    assert clean(f'<p><img src="{src}"></p>') == f'<p><img src="{src}" alt=""></p>'


@pytest.mark.parametrize(
    "src", ["https://x.id/a.png", "a.png", "/logout", "/media/../logout", "media:A B", "data:,"]
)
def test_pictures_from_elsewhere_go(src: str) -> None:
    assert clean(f'<p>x<img src="{src}"></p>') == "<p>x</p>"


def test_a_table_stands_in_a_region_that_scrolls() -> None:
    cleaned = clean('<table><tr><th scope="col" colspan="2">A<tr><td rowspan="0" align=left>1<td>2</table>')
    assert cleaned == (
        f'{REGION}<table><tbody><tr><th colspan="2" scope="col">A</th></tr><tr><td>1</td><td>2</td></tr></tbody>'
        "</table></div>"
    )
    assert clean(cleaned) == cleaned


def test_each_table_has_its_own_label_and_a_table_inside_has_none() -> None:
    cleaned = clean("<table><td>a<table><td>b</table></table><table><td>c</table>")
    assert re.findall('aria-label="([^"]+)"', cleaned) == ["Tabel 1", "Tabel 2"]


def test_pasted_divisions_become_paragraphs_and_empty_ones_vanish() -> None:
    pasted = "<div>satu</div><div><div>dua</div></div><p>&nbsp;</p><div><br></div><p><b></b></p>tiga"
    assert clean(pasted) == "<p>satu</p><p>dua</p><p>tiga</p>"


def test_deeply_nested_text_is_lifted_and_not_lost() -> None:
    cleaned = clean("<blockquote>" * 3000 + "inti" + "</blockquote>" * 3000)
    assert text_of(cleaned) == "inti"
    assert cleaned.count("<blockquote>") < 50


def test_markdown_has_tables_lists_quotes_and_struck_text() -> None:
    cleaned = from_markdown(
        "# Judul\n\n- a\n- b\n\n> kutip\n\n~~lama~~\n\n| A | B |\n| --- | --- |\n| 1 | 2 |\n"
    )
    assert cleaned.startswith("<h2>Judul</h2>")
    for part in ("<li>a</li>", "<blockquote>", "<s>lama</s>", "<thead>", REGION):
        assert part in cleaned


def test_markdown_drops_tags_and_front_matter_and_keeps_their_text() -> None:
    source = "---\ntitle: X\n---\n\n<aside class=q>\nKata *penting*\n</aside>\n\nTeks <b>tebal</b>, `<b>`\n"
    assert from_markdown(source) == "<p>Kata <em>penting</em></p><p>Teks tebal, <code>&lt;b&gt;</code></p>"


@pytest.mark.parametrize("path", sorted(CONTENT.glob("**/*.md")), ids=lambda path: path.stem)
def test_real_lessons_come_through_whole(path: Path) -> None:
    source = path.read_text()
    cleaned = from_markdown(source)
    assert Judge(cleaned).wrong == []
    assert clean(cleaned) == cleaned
    assert words(text_of(cleaned)) > 0.6 * words(source)
    assert "](" not in text_of(cleaned)


def test_there_are_real_lessons() -> None:
    assert list(CONTENT.glob("**/*.md"))


def test_text_of_gives_a_line_for_each_block() -> None:
    cleaned = clean(
        "<h2>A &amp; B</h2><p>satu<br>dua</p><ul><li>x</li><li>y</li></ul><table><tr><td>1<td>2</table>"
    )
    assert text_of(cleaned) == "A & B\nsatu\ndua\nx\ny\n1 2"


@pytest.mark.parametrize(
    ("text", "count"),
    [("", 0), ("buku-buku itu", 2), ("Rp1.250 — pasal 3/2024", 3), ("Jum’at, 5", 2), ("—", 0)],
)
def test_words_are_counted_as_a_reader_would(text: str, count: int) -> None:
    assert words(text) == count


def test_reading_time_is_in_whole_minutes() -> None:
    assert reading_minutes("") == 0
    assert reading_minutes("<p>kata</p>") == 1
    assert reading_minutes(f"<p>{'kata ' * 360}</p>") == 2
    assert reading_minutes(f"<p>{'kata ' * 361}</p>") == 3


def test_pictures_get_their_address_and_those_without_one_are_left_out() -> None:
    cleaned = clean(
        f'<p>&lt;img src="media:0" alt=""&gt;<img src="media:{UUID}" alt="a > b"><img src="media:1"></p>'
    )
    placed = with_pictures(cleaned, {UUID: Shown("https://s3.example/a?b=1&c=2")}.get)
    assert placed == (
        '<p>&lt;img src="media:0" alt=""&gt;<img src="https://s3.example/a?b=1&amp;c=2" alt="a &gt; b"></p>'
    )


def test_a_picture_is_named_and_sized_when_it_is_stored_and_stays_so() -> None:
    named = with_pictures(clean('<p><img src="media:0"></p>'), {"0": Shown(f"media:{UUID}", 720, 405)}.get)
    assert named == clean(named) == f'<p><img src="media:{UUID}" alt="" width="720" height="405"></p>'
    shown = with_pictures(named, lambda name: Shown(f"/media/{name}"))
    assert shown == f'<p><img src="/media/{UUID}" alt="" width="720" height="405"></p>'


def test_text_that_never_stands_still_becomes_plain_paragraphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """No such text is known; the way out is walked all the same."""
    monkeypatch.setattr("lms.richtext._ROUNDS", 0)
    plain = clean("<h2>A &amp; B</h2><p>c <a href=/x>d</a><script>e</script>")
    assert plain == "<p>A &amp; B</p><p>c d</p>"

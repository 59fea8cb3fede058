"""Captions are read forgivingly, refused with the line, and written so that they read the same."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.media.captions import MOST_CUES, Cue, decoded, from_srt, from_vtt, to_srt, to_vtt, transcript
from lms.media.refusals import FileRefusal, Reason

SAID = (
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1)
    .map(str.strip)
    .filter(bool)
)
TEXTS = st.lists(SAID, min_size=1, max_size=3).map("\n".join)
HUNDRED_HOURS = 100 * 3_600_000


@st.composite
def cues(draw: st.DrawFn, texts: st.SearchStrategy[str] = TEXTS) -> Cue:
    start, end = sorted(
        draw(st.lists(st.integers(0, HUNDRED_HOURS - 1), min_size=2, max_size=2, unique=True))
    )
    return Cue(start, end, draw(texts))


@given(st.lists(cues(), min_size=1))
def test_what_is_written_as_vtt_reads_the_same(written: list[Cue]) -> None:
    assert from_vtt(to_vtt(written)) == written


@given(st.lists(cues(TEXTS.filter(lambda text: not set(text) & set("<{"))), min_size=1))
def test_what_is_written_as_srt_reads_the_same(written: list[Cue]) -> None:
    assert from_srt(to_srt(written)) == written


@given(st.text() | st.text(st.sampled_from("WEBVTT\n01:.,-> <b>&amp;")))
def test_any_text_is_captions_or_is_refused(text: str) -> None:
    for read in (from_vtt, from_srt):
        try:
            found = read(text)
        except FileRefusal:
            continue
        assert all(cue.start < cue.end and cue.text for cue in found)


def test_a_written_file_looks_as_players_want_it() -> None:
    assert to_vtt([Cue(1005, 3_723_004, "A & <b>\n\n-->")]) == (
        "WEBVTT\n\n00:00:01.005 --> 01:02:03.004\nA &amp; &lt;b&gt;\n--&gt;\n"
    )
    assert to_srt([Cue(1005, 2000, "A")]) == "1\n00:00:01,005 --> 00:00:02,000\nA\n"


VTT = """\ufeffWEBVTT Modul 1
Kind: captions

NOTE dibuat
oleh tim

STYLE
::cue { color: red }

bagian-1
00:01.500 --> 00:03.000 line:0 position:20%
<v Narator>Selamat <i>pagi</i> &amp; selamat <00:00:02.000><c.x>datang</c>
baris dua

01:00:00.000 --> 01:00:01.000

01:00:02.000 --> 01:00:03.000
Akhir 3 < 4
"""


def test_vtt_of_the_wild_is_read_without_its_dress() -> None:
    assert from_vtt(VTT.replace("\n", "\r\n")) == [
        Cue(1500, 3000, "Selamat pagi & selamat datang\nbaris dua"),
        Cue(3_602_000, 3_603_000, "Akhir 3 < 4"),
    ]


def test_vtt_may_start_without_a_blank_line() -> None:
    assert from_vtt("WEBVTT\n00:00.000 --> 00:01.000\nA\n") == [Cue(0, 1000, "A")]


def test_srt_of_the_wild_is_read_too() -> None:
    text = "1\r\n00:00:01,5 --> 00:00:02,50\r\n{\\an8}<font color=red>Pagi</font>\r\n\r\n\r\n0:00:03.000 --> 0:00:04.000\r\n7"
    assert from_srt(text) == [Cue(1500, 2500, "Pagi"), Cue(3000, 4000, "7")]


@pytest.mark.parametrize(
    ("text", "reason", "line"),
    [
        ("", Reason.NOT_CAPTIONS, None),
        ("WEBVTTX\n", Reason.NOT_CAPTIONS, None),
        ("\nWEBVTT\n", Reason.NOT_CAPTIONS, None),
        ("1\n00:00:01,000 --> 00:00:02,000\nA\n", Reason.NOT_CAPTIONS, None),
        ("WEBVTT\n\nNOTE kosong\n", Reason.NO_CUES, None),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\n<b></b>\n", Reason.NO_CUES, None),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\nA\n\nlepas\n", Reason.CAPTION_ORPHAN, 6),
        ("WEBVTT\n\n00:01 --> 00:02\nA\n", Reason.CAPTION_TIME, 3),
        ("WEBVTT\n\nid\n00:01.000 --> 99:99.000\nA\n", Reason.CAPTION_TIME, 4),
        ("WEBVTT\n\n\n00:02.000 --> 00:02.000\nA\n", Reason.CAPTION_ORDER, 4),
        ("WEBVTT\n\n00:03.000 --> 00:02.000\nA\n", Reason.CAPTION_ORDER, 3),
    ],
)
def test_a_refusal_names_the_line(text: str, reason: Reason, line: int | None) -> None:
    with pytest.raises(FileRefusal) as refused:
        from_vtt(text)
    assert refused.value.reason is reason
    assert refused.value.values.get("line") == line
    assert line is None or f"baris {line} " in str(refused.value)


def test_captions_longer_than_a_day_of_talk_are_refused() -> None:
    with pytest.raises(FileRefusal) as refused:
        from_vtt(to_vtt([Cue(0, 1, "x")] * (MOST_CUES + 1)))
    assert refused.value.reason is Reason.TOO_LARGE


def test_bytes_are_utf8_with_or_without_a_mark() -> None:
    assert decoded(b"\xef\xbb\xbfJum\xe2\x80\x99at") == decoded("Jum’at".encode())
    for data, reason in ((b"Jum\x92at", Reason.NOT_UTF8), (bytes(5_000_000), Reason.TOO_LARGE)):
        with pytest.raises(FileRefusal) as refused:
            decoded(data)
        assert refused.value.reason is reason


def test_a_transcript_reads_in_paragraphs() -> None:
    said = [
        Cue(1000, 2000, "Selamat\npagi."),
        Cue(2500, 3000, "Kita mulai."),
        Cue(3000, 3500, "Kita mulai."),
        Cue(9000, 9500, "Setelah jeda."),
        Cue(0, 900, "Pembuka."),
    ]
    assert transcript(said) == "Pembuka. Selamat pagi. Kita mulai.\nSetelah jeda."
    assert transcript([]) == ""


def test_a_long_paragraph_ends_with_a_sentence() -> None:
    said = [Cue(n * 1000, n * 1000 + 900, f"Kalimat nomor {n} yang agak panjang.") for n in range(30)]
    lines = transcript(said).split("\n")
    assert len(lines) > 1
    assert all(line.endswith(".") and len(line) < 500 for line in lines)

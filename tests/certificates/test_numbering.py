"""Certificate numbers: the agency's own pattern, never twice the same; codes that survive paper and haste."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.certificates.numbering import (
    ROMAN_MONTHS,
    Numbered,
    check,
    grouped,
    normalised,
    render,
    verification_code,
)
from lms.errors import Invalid

USUAL = "{klasifikasi}/{urut:04}/{unit}/{bulan_romawi}/{tahun}"


def numbered(sequence: int = 148, month: int = 11, year: int = 2026, unit: str = "BKPSDM") -> Numbered:
    return Numbered(sequence, "800.2.4", unit, datetime.date(year, month, 21))


def test_a_number_reads_as_the_agency_writes_it() -> None:
    assert check(USUAL) == []
    assert render(USUAL, numbered()) == "800.2.4/0148/BKPSDM/XI/2026"
    assert render("No. {urut}/{bulan}/{tahun}", numbered(7, month=3)) == "No. 7/03/2026"


def test_a_number_outgrows_its_width() -> None:
    assert render("{urut:02}/{tahun}", numbered(12345)) == "12345/2026"


def test_months_are_roman() -> None:
    spoken = [render("{bulan_romawi}-{urut}-{tahun}", numbered(1, month)) for month in range(1, 13)]
    assert spoken == [f"{month}-1-2026" for month in ROMAN_MONTHS]
    assert ROMAN_MONTHS[3] == "IV"
    assert ROMAN_MONTHS[8] == "IX"


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("", "Format nomor berisi 1 sampai 120 tanda tanpa spasi di ujung."),
        (" {urut}/{tahun}", "Format nomor berisi 1 sampai 120 tanda tanpa spasi di ujung."),
        ("{urut}\n{tahun}", "Format nomor berisi 1 sampai 120 tanda tanpa spasi di ujung."),
        ("x" * 121 + "{urut}{tahun}", "Format nomor berisi 1 sampai 120 tanda tanpa spasi di ujung."),
        ("{urut}/{tahun", "Kurung kurawal pada format nomor tidak berpasangan."),
        ("{{urut}}/{tahun}", "Kurung kurawal pada format nomor tidak berpasangan."),
        ("{urut}/{tahun}}", "Kurung kurawal pada format nomor tidak berpasangan."),
        (
            "{urut}/{tahun}/{}",
            "{} tidak dikenal. Yang dapat dipakai: {bulan}, {bulan_romawi}, {klasifikasi}, {tahun}, {unit}, {urut}.",
        ),
        ("{urut}/{tahun}/{unit.__class__}", "{unit.__class__} tidak dikenal."),
        ("{urut}/{tahun}/{0}", "{0} tidak dikenal."),
        ("{urut}/{tahun}/{unit!r}", "{unit!r} tidak dikenal."),
        ("{urut}/{tahun}/{Unit}", "{Unit} tidak dikenal."),
        (
            "{urut:4}/{tahun}",
            "Lebar hanya untuk nomor urut, misalnya {urut:04}; {urut:4} tidak dapat dipakai.",
        ),
        ("{urut:}/{tahun}", "Lebar hanya untuk nomor urut, misalnya {urut:04}; {urut:} tidak dapat dipakai."),
        (
            "{urut:099}/{tahun}",
            "Lebar hanya untuk nomor urut, misalnya {urut:04}; {urut:099} tidak dapat dipakai.",
        ),
        (
            "{urut}/{tahun:02}",
            "Lebar hanya untuk nomor urut, misalnya {urut:04}; {tahun:02} tidak dapat dipakai.",
        ),
        ("{unit}/{tahun}", "Format nomor harus memuat {urut}."),
        ("{urut}/{bulan}", "Format nomor harus memuat {tahun}."),
        ("{urut:04}", "Format nomor harus memuat {tahun}."),
    ],
)
def test_a_pattern_that_cannot_work_is_refused_with_its_reason(pattern: str, sentence: str) -> None:
    assert any(str(problem).startswith(sentence) for problem in check(pattern))
    with pytest.raises(Invalid) as refusal:
        render(pattern, numbered())
    assert refusal.value.field == "pattern"


def test_a_running_number_starts_at_one() -> None:
    with pytest.raises(ValueError, match="starts at 1"):
        render(USUAL, numbered(0))


def test_braces_in_a_value_stay_braces() -> None:
    assert render("{unit}/{urut}/{tahun}", numbered(unit=r"{tahun}\1")) == r"{tahun}\1/148/2026"


parts = st.sampled_from(
    ["{klasifikasi}", "{urut:03}", "{unit}", "{bulan}", "{bulan_romawi}", "{urut}", "/", "-", "I", "1"]
)


@given(st.permutations(["{urut:02}", "{tahun}"]), st.lists(parts, max_size=5), st.data())
def test_no_number_comes_twice(must: list[str], more: list[str], data: st.DataObject) -> None:
    pattern = "".join(data.draw(st.permutations(must + more)))
    issued = st.tuples(st.integers(1, 20_000), st.integers(2020, 2030))
    (one, year), (other, later) = data.draw(st.lists(issued, min_size=2, max_size=2, unique=True))
    month, another = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 12))
    assert render(pattern, numbered(one, month, year)) != render(pattern, numbered(other, another, later))


@given(st.text(max_size=40))
def test_no_pattern_makes_the_check_raise(pattern: str) -> None:
    if not check(pattern):
        assert "148" in render(pattern, numbered())


def test_codes_differ_and_have_no_lookalikes() -> None:
    codes = {verification_code() for _ in range(200)}
    assert len(codes) == 200
    assert not set("".join(codes)) & set("ILOU")
    assert {len(code) for code in codes} == {16}


@given(st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=16, max_size=16))
def test_a_code_typed_from_paper_is_found(code: str) -> None:
    printed = grouped(code)
    assert [len(part) for part in printed.split("-")] == [4, 4, 4, 4]
    hurried = printed.lower().replace("0", "o").replace("1", "l")
    for typed in (
        code,
        printed,
        f" {printed} ",
        printed.replace("-", " "),
        printed.replace("-", "–"),
        hurried,
    ):
        assert normalised(typed) == code
    assert normalised(printed.replace("1", "I").replace("0", "O")) == code


@pytest.mark.parametrize(
    "typed",
    ["", "ABCD", "ABCD-EFGH-JKMN-PQR", "ABCD-EFGH-JKMN-PQRSX", "UUUU-UUUU-UUUU-UUUU", "ABCD-EFGH-JKMN-PQR*"],
)
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert normalised(typed) is None


@given(st.text())
def test_any_text_is_a_code_or_none(text: str) -> None:
    code = normalised(text)
    assert code is None or normalised(grouped(code)) == code

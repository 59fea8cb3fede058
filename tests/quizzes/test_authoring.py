"""What an author is told before a question may reach a learner."""

from __future__ import annotations

from typing import Any

import pytest

from courses.quizzes.kinds.base import Content
from courses.quizzes.kinds.registry import check


def question(kind: str, **own: object) -> dict[str, Any]:
    return {"kind": kind, "text": "<p>Soal</p>", "points": 1, **own}


def listed(*texts: str, **own: list[Any]) -> list[dict[str, Any]]:
    """Rows with good ids; each keyword gives one value per row."""
    return [
        {"id": f"abcdefg{'abcdefghij'[at]}", "text": text, **{key: values[at] for key, values in own.items()}}
        for at, text in enumerate(texts)
    ]


def messages(content: Content) -> list[str]:
    return [str(problem) for problem in check(content)]


LEVELS = [{"text": "kurang", "points": 0}, {"text": "baik", "points": 2}]


@pytest.mark.parametrize(
    ("content", "field", "sentence"),
    [
        ({"kind": "teka-teki"}, "kind", "Pilih jenis soal."),
        ({"kind": ["single"]}, "kind", "Pilih jenis soal."),
        (question("true_false", answer=True, text="<p> &nbsp;</p>"), "text", "Soal belum berisi pertanyaan."),
        (
            question("true_false", answer=True, points=0),
            "points",
            "Poin harus lebih dari 0 dan paling besar 1000.",
        ),
        (
            question("true_false", answer=True, points="1e999"),
            "points",
            "Poin harus lebih dari 0 dan paling besar 1000.",
        ),
        (
            question("true_false", answer=True, picture=7, picture_alt=" "),
            "picture_alt",
            "Gambar belum diberi keterangan bagi pembaca layar.",
        ),
        (question("true_false"), "answer", "Tentukan apakah pernyataan ini benar atau salah."),
        (question("single", options=listed("a", correct=[True])), "options", "Isi paling sedikit dua baris."),
        (
            question("single", options=listed("a", " ", correct=[True, False])),
            "options",
            "Baris 2 masih kosong.",
        ),
        (
            question("single", options=listed("a b", " a  b", correct=[True, False])),
            "options",
            "“a b” tertulis dua kali.",
        ),
        (
            question("single", options=listed("a", "b", correct=[False, False])),
            "options",
            "Tandai satu pilihan sebagai jawaban benar.",
        ),
        (
            question("single", options=listed("a", "b", correct=[True, True])),
            "options",
            "Hanya satu pilihan boleh benar. Untuk lebih dari satu, pakai pilihan jamak.",
        ),
        (
            question("multiple", options=listed("a", "b", weight=[1, "x"])),
            "options",
            "Bobot baris 2 bukan angka.",
        ),
        (
            question("multiple", options=listed("a", "b", weight=[0, -1])),
            "options",
            "Beri bobot di atas 0 pada setiap jawaban benar.",
        ),
        (
            question("multiple", options=listed("a", "b", weight=[1, 0])),
            "options",
            "Pilihan salah perlu bobot di bawah 0, agar memilih semuanya tidak mendapat nilai penuh.",
        ),
        (question("short_text", accepted=[]), "accepted", "Isi paling sedikit satu jawaban yang diterima."),
        (
            question("short_text", accepted=["ya", "…"]),
            "accepted",
            "Jawaban “…” tidak berisi huruf atau angka.",
        ),
        (question("number", answer="dua"), "answer", "Isi angka yang benar."),
        (question("number", answer=True), "answer", "Isi angka yang benar."),
        (question("number", answer=2, tolerance=-1), "tolerance", "Toleransi harus angka 0 atau lebih."),
        (question("number", answer=2, unit="10 km"), "unit", "Satuan tidak boleh diawali angka."),
        (
            question("matching", left=listed("a", "b"), right=listed("c", "d"), key={"abcdefga": "abcdefga"}),
            "key",
            "“b” belum punya pasangan.",
        ),
        (question("ordering", items=listed("a")), "items", "Isi paling sedikit dua baris."),
        (question("essay", min_words=-1), "min_words", "Jumlah kata harus bilangan bulat 0 atau lebih."),
        (question("essay", max_words="x"), "max_words", "Jumlah kata harus bilangan bulat 0 atau lebih."),
        (
            question("essay", min_words=9, max_words=5),
            "max_words",
            "Batas kata terbanyak lebih kecil daripada batas tersedikit.",
        ),
        (question("essay", rubric=[{"levels": LEVELS}]), "rubric", "Beri nama pada setiap kriteria rubrik."),
        (
            question("essay", rubric=[{"criterion": "Isi", "levels": LEVELS[:1]}]),
            "rubric",
            "Kriteria “Isi” perlu paling sedikit dua tingkat dengan poin 0 atau lebih.",
        ),
    ],
)
def test_the_author_reads_what_to_repair(content: dict[str, Any], field: str, sentence: str) -> None:
    assert [(problem.field, str(problem)) for problem in check(content)] == [(field, sentence)]


def test_all_options_may_be_right() -> None:
    assert messages(question("multiple", options=listed("a", "b", weight=[1, 1]))) == []


def test_a_picture_alone_can_be_the_question() -> None:
    assert (
        messages(question("true_false", answer=False, text="", picture=7, picture_alt="Denah kantor")) == []
    )


def test_ids_that_tell_the_order_are_refused() -> None:
    content = question("ordering", items=[{"id": "1", "text": "a"}, {"id": "2", "text": "b"}])
    assert messages(content) == ["Tanda pengenal baris tidak sah. Simpan ulang soal ini."]

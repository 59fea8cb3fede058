"""Hostile files: each is refused with its reason, or handled; nothing else is ever raised, and memory stays small."""

from __future__ import annotations

import io
import multiprocessing
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from lms.media.archive import open_archive
from lms.media.docx import read_docx
from lms.media.images import for_phone, thumbnail
from lms.media.names import LONGEST
from lms.media.pdf import open_pdf
from lms.media.pptx import read_pptx
from lms.media.refusals import FileRefusal, Reason
from lms.media.sniff import HEAD, Kind, kind_of
from tests.media import disguises
from tests.media.hostile import Hostile, everything
from tests.media.quine import quine

MB = 1024 * 1024
FILES = list(everything())
DISGUISES = list(disguises.everything())


def take_in(file: Hostile) -> Reason | None:
    """What an upload goes through: its kind, then whatever opens that kind."""
    data = file.make()
    try:
        kind = kind_of(data[:HEAD], file.name, whole=lambda: data)
        if kind in OPENED:
            OPENED[kind](data)
    except FileRefusal as refusal:
        return refusal.reason
    return None


def _open_pdf(data: bytes) -> None:
    with open_pdf(data) as document:
        for page in document.pages():
            assert page.picture.width <= 720


def _open_zip(data: bytes) -> None:
    with open_archive(data) as archive:
        assert all(len(entry.name.encode()) <= LONGEST for entry in archive.entries)


def _open_picture(data: bytes) -> None:
    assert for_phone(data).weight <= 60 * 1024
    assert thumbnail(data).weight <= 8 * 1024


OPENED: dict[Kind, Callable[[bytes], object]] = {
    Kind.PDF: _open_pdf,
    Kind.ZIP: _open_zip,
    Kind.DOCX: read_docx,
    Kind.PPTX: read_pptx,
    **dict.fromkeys((Kind.JPEG, Kind.PNG, Kind.WEBP, Kind.GIF), _open_picture),
}


def test_there_are_hostile_files_enough() -> None:
    assert len(FILES) >= 180
    assert len(DISGUISES) >= 350


def test_the_quine_unpacks_to_itself_for_ever() -> None:
    data = quine()
    for _ in range(50):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            (name,) = archive.namelist()
            assert archive.testzip() is None
            assert archive.read(name) == data


@pytest.mark.asvs("V5.2.2")
@pytest.mark.parametrize("file", FILES, ids=[f"{at}-{file.name[:20]!a}" for at, file in enumerate(FILES)])
def test_a_hostile_file_is_refused_with_its_reason_or_does_no_harm(file: Hostile) -> None:
    assert take_in(file) is file.reason


@pytest.mark.asvs("V5.2.2")
def test_a_disguise_is_seen_through_or_does_no_harm() -> None:
    """Some hundreds of small files by the table; told together, because each takes a millisecond."""
    found = [(name, take_in(Hostile(name, make, reason))) for name, make, reason in DISGUISES]
    assert found == [(name, reason) for name, _make, reason in DISGUISES]


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_says_what_to_do(reason: Reason) -> None:
    values = {"named": "jpg", "found": ".png", "limit": 5, "pages": 6, "line": 7}
    sentence = str(FileRefusal(reason, **values))
    assert sentence.count("%") == 0
    assert len(sentence) < 220
    assert not any(word in sentence.lower() for word in ("!", "maaf", "ups", "gagal total"))


@pytest.mark.asvs("V5.2.6")
def test_no_hostile_file_takes_two_hundred_megabytes() -> None:
    """In a process of its own, one after the other; the peak of all is the kernel's own count."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        heaviest, _ = pool.apply(_heaviest)
    assert heaviest < 200 * MB


def _heaviest() -> tuple[int, str]:
    peaks = []
    for file in FILES:
        before = _resident("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")
        take_in(file)
        peaks.append((_resident("VmHWM") - before, file.name))
    return max(peaks)


def _resident(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))

"""Honest archives open and read; what they say about themselves is not believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.media.archive import MB, Limits, open_archive
from lms.media.refusals import FileRefusal, Reason
from tests.media.files import named, zip_of, zipped


def test_entries_are_listed_and_read_from_memory_and_from_a_path(tmp_path: Path) -> None:
    data = zip_of(
        [(named("bukti/"), b""), (named("bukti/foto 1.jpg"), b"satu"), (named("catatan.txt"), b"dua")]
    )
    path = tmp_path / "arsip"
    path.write_bytes(data)
    for source in (data, path):
        with open_archive(source) as archive:
            assert [(entry.path, entry.name, entry.size) for entry in archive.entries] == [
                ("bukti/foto 1.jpg", "foto 1.jpg", 4),
                ("catatan.txt", "catatan.txt", 3),
            ]
            assert archive.read("bukti/foto 1.jpg") == b"satu"
            with archive.stream("catatan.txt") as stream:
                assert stream.read() == b"dua"


def test_one_archive_inside_another_is_allowed_two_are_not() -> None:
    inner = zipped({"a.txt": "x"})
    with open_archive(zipped({"b.zip": inner})) as archive:
        assert archive.read("b.zip") == inner
    assert _refused(zipped({"c.zip": zipped({"b.zip": inner})})) is Reason.NESTED


def test_the_bytes_of_inner_archives_count_too() -> None:
    inner = zipped({"a.bin": bytes(range(256)) * 3000})
    for total in (len(inner) + 1000, 768_000 + len(inner) - 1):
        assert _refused(zipped({"b.zip": inner}), Limits(total=total)) is Reason.TOO_LARGE
    with open_archive(zipped({"b.zip": inner}), Limits(total=768_000 + len(inner))) as archive:
        assert len(archive.entries) == 1


def test_limits_are_inclusive() -> None:
    three = zipped({"a": "x", "b": "x", "c": "x"})
    with open_archive(three, Limits(entries=3)) as archive:
        assert len(archive.entries) == 3
    assert _refused(three, Limits(entries=2)) is Reason.TOO_MANY_ENTRIES


def test_an_archive_that_lies_about_its_number_of_entries_is_found_out() -> None:
    data = bytearray(zipped({"a": "x", "b": "x", "c": "x"}))
    end = data.rfind(b"PK\x05\x06")
    data[end + 8 : end + 12] = bytes((1, 0, 1, 0))
    assert _refused(bytes(data), Limits(entries=2)) is Reason.TOO_MANY_ENTRIES


def test_a_small_file_may_shrink_a_thousandfold_and_a_large_one_may_not() -> None:
    with open_archive(zipped({"putih.bmp": bytes(MB)})) as archive:
        assert archive.entries[0].size == MB
    assert _refused(zipped({"putih.bmp": bytes(MB + 1)})) is Reason.BOMB


def test_an_entry_larger_than_asked_for_is_not_unpacked() -> None:
    with open_archive(zipped({"a": "12345"})) as archive:
        assert archive.read("a", limit=5) == b"12345"
        with pytest.raises(FileRefusal) as refused:
            archive.read("a", limit=4)
    assert refused.value.reason is Reason.TOO_LARGE


def test_nothing_at_all_and_something_else_are_refused(tmp_path: Path) -> None:
    for data, reason in ((b"", Reason.EMPTY), (b"%PDF-1.7", Reason.DAMAGED), (b"PK\x03\x04", Reason.DAMAGED)):
        path = tmp_path / "arsip"
        path.write_bytes(data)
        assert _refused(data) is reason
        with pytest.raises(FileRefusal), open_archive(path):
            pass


def _refused(data: bytes, limits: Limits | None = None) -> Reason:
    with pytest.raises(FileRefusal) as refused, open_archive(data, limits or Limits()):
        pass
    return refused.value.reason

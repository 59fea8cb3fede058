"""The outermost boxes of MP4 and QuickTime files (ISO/IEC 14496-12, 4.2): whole, and ready to play while it loads?"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from lms.media.refusals import FileRefusal, Reason

_MOST_BOXES = 10_000


def boxes(path: Path) -> Iterator[tuple[bytes, int, int]]:
    """Type, place and length of each box. Raises FileRefusal where one reaches past the end: the file was cut off."""
    size = path.stat().st_size
    with path.open("rb") as file:
        at = 0
        for _ in range(_MOST_BOXES):
            if size - at < 8:  # some cameras leave a few bytes of nothing
                return
            file.seek(at)
            kind, length = _header(file.read(16), size - at)
            if length < 8 or at + length > size:
                raise FileRefusal(Reason.DAMAGED)
            yield kind, at, length
            at += length
    raise FileRefusal(Reason.DAMAGED)


def starts_at_once(path: Path) -> bool:
    """Whether the index stands before the pictures, so that a player need not fetch the end first."""
    order = [kind for kind, _, _ in boxes(path)]
    if b"moov" not in order:
        raise FileRefusal(Reason.DAMAGED)
    return b"mdat" not in order or order.index(b"moov") < order.index(b"mdat")


def _header(head: bytes, left: int) -> tuple[bytes, int]:
    length, kind = struct.unpack(">I4s", head[:8])
    if length == 0:  # to the end of the file
        return kind, left
    if length == 1 and len(head) == 16:  # 64 bits
        return kind, struct.unpack(">Q", head[8:])[0]
    return kind, length

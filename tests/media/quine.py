"""A zip that unpacks to itself, for ever: the deepest archive there is, in half a kilobyte.

Deflate is used as a small machine: a stored block says "print what follows", a match says "print the last n bytes again".
A program of both prints a head, itself and a tail. Its checksum lies inside of it; because CRC-32 is linear over bits, the
one value that is true of itself is found by solving 32 equations.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from itertools import count

NAME = b"dalam.zip"
# (first length, code, extra bits) and (first distance, code, extra bits) of RFC 1951, 3.2.5, as far as they are needed.
LENGTHS = [(3 + at, 257 + at, 0) for at in range(8)]
LENGTHS += [(11, 265, 1), (13, 266, 1), (15, 267, 1), (17, 268, 1), (19, 269, 2), (23, 270, 2), (27, 271, 2)]
LENGTHS += [(31, 272, 2), (35, 273, 3), (43, 274, 3), (51, 275, 3), (59, 276, 3), (67, 277, 4), (83, 278, 4)]
DISTANCES = [(17, 8, 3), (25, 9, 3), (33, 10, 4), (49, 11, 4), (65, 12, 5), (97, 13, 5)]


class Bits:
    """Bits as deflate packs them: from the lowest of each byte."""

    def __init__(self) -> None:
        self.bits: list[int] = []

    def number(self, value: int, width: int) -> Bits:
        self.bits += [value >> at & 1 for at in range(width)]
        return self

    def code(self, value: int, width: int) -> Bits:
        """A Huffman code, which begins with its highest bit."""
        self.bits += [value >> at & 1 for at in reversed(range(width))]
        return self

    def bytes(self) -> bytes:
        padded = self.bits + [0] * (-len(self.bits) % 8)
        return bytes(
            sum(bit << at for at, bit in enumerate(padded[i : i + 8])) for i in range(0, len(padded), 8)
        )


def literal(length: int) -> bytes:
    """What goes before so many bytes that are printed as they are."""
    return b"\0" + struct.pack("<HH", length, length ^ 0xFFFF)


def again(parts: Sequence[int], *, size: int) -> bytes:
    """Print the last sum(parts) bytes once more, in matches of these lengths; exactly `size` bytes of code."""
    bits, distance = Bits().number(0, 1).number(1, 2), sum(parts)
    for part in parts:
        start, symbol, extra = max(one for one in LENGTHS if one[0] <= part)
        bits.code(symbol - 256, 7).number(part - start, extra)
        start, symbol, extra = max(one for one in DISTANCES if one[0] <= distance)
        bits.code(symbol, 5).number(distance - start, extra)
    return filled(bits.code(0, 7), size)


def filled(bits: Bits, size: int) -> bytes:
    """Blocks that print nothing behind the others, until the size is right."""
    while len(bits.bits) + 10 <= size * 8 and (size * 8 - len(bits.bits)) % 10 == 0:
        bits.number(0, 1).number(1, 2).code(0, 7)
    if len(bits.bits) < size * 8:
        code = bits.number(0, 3).bytes() + b"\0\0\xff\xff"
    else:
        code = bits.bytes()
    assert len(code) == size
    return code


def headers(crc: int, packed: int, whole: int, stamp: int) -> tuple[bytes, bytes]:
    """What stands before and behind the packed bytes of an archive with one entry (APPNOTE.TXT 4.3)."""
    facts = struct.pack("<5H3L2H", 20, 0, 8, stamp, 0x5A21, crc, packed, whole, len(NAME), 0)
    head = b"PK\x03\x04" + facts + NAME
    entry = b"PK\x01\x02" + struct.pack("<H", 20) + facts + struct.pack("<3H2L", 0, 0, 0, 0, 0) + NAME
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), len(head) + packed, 0)
    return head, entry + end


def program(head: bytes, tail: bytes) -> bytes:
    """Code that prints the head, itself and the tail."""
    n = len(head) + 5
    start, repeat_start = literal(n), again([19, 19, n - 38], size=9)
    one, two, four = literal(9), literal(5), literal(24)
    repeat = again([11, 10, 3], size=7)
    finish = b"\x03\0"
    repeat_tail = again([9 + len(finish) + len(tail)], size=9)
    last = repeat_tail + finish + tail
    nothing = filled(
        Bits().number(0, 1).number(1, 2).code(0, 7).number(0, 1).number(1, 2).code(0, 7), 7
    ) + literal(0)
    return b"".join(
        [
            start + head + start,
            repeat_start,
            one + repeat_start,
            two + one,
            four + repeat_start + two + one + four,
            repeat,
            four + repeat + four + repeat + four,
            repeat,
            four + repeat + nothing + literal(len(last)),
            repeat,
            nothing,
            literal(len(last)) + last,
            repeat_tail,
            finish,
        ]
    )


def quine() -> bytes:
    """The archive whose only entry is the archive."""
    packed = len(program(*headers(0, 0, 0, 0)))
    whole = packed + sum(map(len, headers(0, 0, 0, 0)))

    def made(crc: int, stamp: int) -> bytes:
        head, tail = headers(crc, packed, whole, stamp)
        return head + program(head, tail) + tail

    for stamp in count():
        crc = fixed_point([zlib.crc32(made(value, stamp)) for value in [0, *(1 << bit for bit in range(32))]])
        if crc is not None:
            return made(crc, stamp)
    raise AssertionError


def fixed_point(checksums: Sequence[int]) -> int | None:
    """The value whose checksum is itself, from those of 0 and of each single bit: one equation per bit, by elimination."""
    nothing, *bits = checksums
    # Row: which bits of the value take part, and in bit 32 what they must come to.
    rows = []
    for at in range(32):
        row = sum(((bits[bit] ^ nothing) >> at & 1) << bit for bit in range(32)) ^ 1 << at
        rows.append(row | (nothing >> at & 1) << 32)
    for bit in range(32):
        pivot = next((at for at in range(bit, 32) if rows[at] >> bit & 1), None)
        if pivot is None:
            return None
        rows[bit], rows[pivot] = rows[pivot], rows[bit]
        rows = [row ^ rows[bit] if at != bit and row >> bit & 1 else row for at, row in enumerate(rows)]
    return sum((rows[bit] >> 32) << bit for bit in range(32))

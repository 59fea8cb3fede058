"""What a browser's script sends about an upload → typed values."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from lms.errors import N_, Invalid
from lms.media.parts import Arrival
from lms.media.sniff import HEAD
from lms.storage.store import MOST_PARTS

# Part addresses given out in one answer.
AT_ONCE = 50
_LONGEST_FINGERPRINT = 200
_CHECKSUM = re.compile(r"[0-9a-f]{64}")

UNREADABLE = N_("Permintaan unggahan tidak lengkap. Muat ulang halaman, lalu pilih berkas lagi.")


def arrival_of(sent: object) -> Arrival:
    """`{"name", "size", "fingerprint", "head"}`; `head` is the first bytes in Base64 and may be missing, as may the print."""
    facts = _facts(sent)
    name, size, fingerprint = facts.get("name"), facts.get("size"), facts.get("fingerprint", "")
    if not isinstance(name, str) or type(size) is not int or not isinstance(fingerprint, str):
        raise Invalid(UNREADABLE)
    return Arrival(name, size, fingerprint[:_LONGEST_FINGERPRINT], _head(facts.get("head", "")))


def numbers_of(sent: object) -> list[int]:
    """`{"numbers": [3, 4]}`, at most `AT_ONCE` of them."""
    numbers = _facts(sent).get("numbers")
    if not isinstance(numbers, list) or not 0 < len(numbers) <= AT_ONCE:
        raise Invalid(UNREADABLE)
    if not all(type(number) is int and 0 < number <= MOST_PARTS for number in numbers):
        raise Invalid(UNREADABLE)
    return numbers


def digests_of(sent: object) -> list[str]:
    """`{"digests": ["…"]}`, the SHA-256 of the parts asked for, in the order of `numbers`; may be missing: [] then."""
    digests = _facts(sent).get("digests", [])
    if not isinstance(digests, list) or len(digests) not in (0, len(numbers_of(sent))):
        raise Invalid(UNREADABLE)
    if not all(isinstance(digest, str) and _CHECKSUM.fullmatch(digest) for digest in digests):
        raise Invalid(UNREADABLE)
    return digests


def piece_of(arguments: Mapping[str, str]) -> tuple[int, int]:
    """`bagian` (a part's number) and `mulai` (bytes after its beginning)."""
    number, start = arguments.get("bagian", ""), arguments.get("mulai", "")
    if not all(re.fullmatch(r"\d{1,9}", figure, re.ASCII) for figure in (number, start)):
        raise Invalid(UNREADABLE)
    if not 0 < int(number) <= MOST_PARTS:
        raise Invalid(UNREADABLE)
    return int(number), int(start)


def checksum_of(sent: object) -> str:
    """`{"checksum"}`, which may be missing: "" then."""
    checksum = _facts(sent).get("checksum", "")
    if checksum and not (isinstance(checksum, str) and _CHECKSUM.fullmatch(checksum)):
        raise Invalid(UNREADABLE)
    return str(checksum)


def _facts(sent: object) -> Mapping[str, Any]:
    if not isinstance(sent, dict):
        raise Invalid(UNREADABLE)
    return sent


def _head(encoded: object) -> bytes:
    if not isinstance(encoded, str) or len(encoded) > 2 * HEAD:
        raise Invalid(UNREADABLE)
    try:
        return base64.b64decode(encoded, validate=True)[:HEAD]
    except (binascii.Error, ValueError) as error:
        raise Invalid(UNREADABLE) from error

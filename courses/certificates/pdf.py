"""The PDF of a certificate, from its frozen facts: the same facts give the same bytes (PDF/A-2a, PDF/UA-1).

Only the worker calls this. The typesetter is large, so it is loaded at the first certificate and never by a web
process; one compiler serves the whole process, one certificate at a time.
"""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from courses.certificates.numbering import grouped
from courses.certificates.wording import Signatory, day, grouped_number, rank_row
from lms.lazy import lazy
from lms.people.employee_number import named

if TYPE_CHECKING:
    import segno
    import typst
else:
    segno, typst = lazy("segno"), lazy("typst")

SOURCE = Path(__file__).with_name("certificate.typ")
STANDARDS = ["a-2a", "ua-1"]

_lock = threading.Lock()
_compilers: list[Any] = []


class Unprintable(Exception):
    """The typesetter refused: a logo that is no picture, or a fault of ours."""


def render(facts: Mapping[str, Any], code: str, address: str, *, logo: bytes | None = None) -> bytes:
    """The PDF of an issued certificate. `address` is where anybody checks it, without `https://` it is printed."""
    return _compiled(facts, code, address, logo, format="pdf", pdf_standards=STANDARDS)


def picture(facts: Mapping[str, Any], code: str, address: str, *, logo: bytes | None = None) -> bytes:
    """The front page as a PNG of some 1000 px width, for the screen."""
    front = {**facts, "subjects": []}
    return _compiled(front, code, address, logo, format="png", ppi=88)


def _compiled(facts: Mapping[str, Any], code: str, address: str, logo: bytes | None, **wanted: Any) -> bytes:
    inputs = {"facts": json.dumps(_printed(facts, code, address, logo)), "qr": _qr(address)}
    moment = datetime.combine(date.fromisoformat(facts["issued_on"]), time(), UTC)
    with _lock:
        if not _compilers:
            _compilers.append(
                typst.Compiler(
                    str(SOURCE), root=str(SOURCE.parent), ignore_system_fonts=True, sys_inputs=inputs
                )
            )
        try:
            made = _compilers[0].compile(sys_inputs=inputs, timestamp=int(moment.timestamp()), **wanted)
        except typst.TypstError as error:
            raise Unprintable(str(error)) from error
    return bytes(made)


def _qr(address: str) -> str:
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", border=0, xmldecl=False, dark="#1b211e", svgclass=None, lineclass=None
    )
    return out.getvalue().decode()


def _printed(facts: Mapping[str, Any], code: str, address: str, logo: bytes | None) -> dict[str, Any]:
    issued = date.fromisoformat(facts["issued_on"])
    return {
        "title": f"{facts['heading'].capitalize()} {facts['number']}",
        "on": [issued.year, issued.month, issued.day],
        "date": day(issued),
        "code": grouped(code),
        "address": address,
        "check": address.partition("://")[2].rpartition("/")[0],
        "logo": list(logo) if logo else None,
        "sample": bool(facts.get("sample")),
        "rows": _rows(facts),
        "signatories": [_signatory(one) for one in facts["signatories"]],
        **{name: facts[name] for name in ("issuer", "organiser", "heading", "number", "legal_basis", "name")},
        **{name: facts[name] for name in ("body", "place", "course", "jp", "subjects")},
    }


def _rows(facts: Mapping[str, Any]) -> list[list[str]]:
    work = ", ".join(part for part in (facts["unit"], facts["agency"]) if part)
    return [
        [named(facts["employee_number"]), grouped_number(facts["employee_number"])],
        [*rank_row(facts["rank"], facts["grade"])],
        ["Jabatan", facts["position"] or "-"],
        ["Unit kerja", work or "-"],
    ]


def _signatory(stored: Mapping[str, str]) -> dict[str, str]:
    who = Signatory(**stored)
    return {
        "on_behalf": who.on_behalf,
        "title": who.title,
        "name": who.name,
        "rank": who.rank,
        "number": f"{named(who.number)} {grouped_number(who.number)}" if who.number else "",
    }

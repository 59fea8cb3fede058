"""One's own certificates, and the check that anybody may make. Everything shown was frozen at issue."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import get_locale
from werkzeug.wrappers import Response

from courses.certificates import queries
from courses.certificates.jobs import PDF
from courses.certificates.numbering import grouped, normalised, verification_address
from courses.certificates.queries import Checked
from courses.certificates.siasn import file_name
from courses.certificates.wording import grouped_number, masked_number, signatories_of, span
from lms.access import ANYONE, SIGNED_IN, needs
from lms.shell.words import day
from lms.web import actor, session, settings, store

blueprint = Blueprint("certificates", __name__)

# How long (seconds) an address of a PDF works: enough for a slow phone to begin.
LIFE = 300


@blueprint.get("/sertifikat")
@needs(SIGNED_IN)
def mine() -> str:
    return render_template("certificates/mine.html", certificates=queries.mine(session(), actor()))


@blueprint.get("/sertifikat/<uuid:certificate_id>/pdf")
@needs(SIGNED_IN)
def pdf(certificate_id: uuid.UUID) -> str | Response:
    """The PDF, for its owner and the staff of the agency; a waiting page until it is there."""
    certificate = queries.readable(session(), actor(), certificate_id)
    if certificate.pdf_key is None:
        return render_template("certificates/preparing.html", certificate=certificate)
    name = file_name(certificate.facts)
    return redirect(store().url(certificate.pdf_key, seconds=LIFE, content_type=PDF, filename=name))


@blueprint.get("/sertifikat/<uuid:certificate_id>/bagikan")
@needs(SIGNED_IN)
def share(certificate_id: uuid.UUID) -> str:
    certificate = queries.own(session(), actor(), certificate_id)
    address = verification_address(settings().base_url, certificate.code)
    return render_template("certificates/share.html", certificate=certificate, address=address)


@blueprint.get("/v")
@needs(ANYONE)
def check() -> str | Response | tuple[str, int]:
    """A form for the code on the paper. What cannot be a code is told at once."""
    typed = request.args.get("kode", "").strip()
    if not typed:
        return render_template("certificates/check.html")
    code = normalised(typed)
    if code is None:
        return _unknown(typed)
    return redirect(url_for(".verify", code=code))


@blueprint.get("/v/<code>")
@needs(ANYONE)
def verify(code: str) -> str | tuple[str, int]:
    """One indexed look-up; 80 random bits in the code are what keeps others from guessing."""
    found = queries.by_code(session(), code)
    return render_template("certificates/verify.html", **_shown(found)) if found else _unknown(code)


def _unknown(typed: str) -> tuple[str, int]:
    return render_template("certificates/check.html", unknown=typed[:40]), 404


def _shown(found: Checked) -> dict[str, Any]:
    facts = found.certificate.facts
    return {
        "found": found,
        "facts": facts,
        "masked": masked_number(facts["employee_number"]),
        "period": period(date.fromisoformat(facts["starts_on"]), date.fromisoformat(facts["ends_on"])),
        "code": grouped(found.certificate.code),
        "signers": "; ".join(f"{who.name}, {who.title}" for who in signatories_of(facts)) or "-",
    }


def period(starts: date, ends: date) -> str:
    """The days of a class in the reader's language."""
    if str(get_locale()) == "id":
        return span(starts, ends)
    return day(ends) if starts == ends else f"{day(starts)} – {day(ends)}"


@blueprint.app_template_filter("nip")
def nip(number: str) -> str:
    """An employee number as it is printed, in groups."""
    return grouped_number(number)

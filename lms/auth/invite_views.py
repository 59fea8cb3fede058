"""Letting somebody in: an invitation by mail, or a link that is handed over. Pages of the blueprint `auth`."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.access import needs
from lms.auth import services, totp
from lms.auth.factor_views import blueprint
from lms.auth.queries import Account, account
from lms.clock import now
from lms.errors import N_, Forbidden, Invalid
from lms.people.models import Person
from lms.people.permissions import KEEP
from lms.people.queries import person_of
from lms.people.services import spare_operators
from lms.web import actor, session

__all__ = ["blueprint"]


@blueprint.get("/kelola/pegawai/<uuid:person_id>/akses")
@needs(KEEP)
def access(person_id: uuid.UUID) -> str:
    """How somebody gets in, and what can be done so that they do."""
    person, who = _kept(person_id)
    return render_template("auth/access.html", person=person, who=who)


@blueprint.post("/kelola/pegawai/<uuid:person_id>/undangan")
@needs(KEEP)
def send_invitation(person_id: uuid.UUID) -> Response:
    person, who = _kept(person_id)
    if not who.email:
        raise Invalid(N_("Pegawai ini belum punya alamat surel. Buat tautan untuk diserahkan langsung."))
    services.invite(session(), who.id, by=actor(), now=now())
    flash(_("Undangan dikirim ke %(email)s. Tautannya berlaku 24 jam.", email=who.email), "success")
    return redirect(url_for("people.person", person_id=person.id), 303)


@blueprint.post("/kelola/pegawai/<uuid:person_id>/tautan")
@needs(KEEP, fresh=True)
def hand_over(person_id: uuid.UUID) -> str:
    """The link, shown this once: whoever opens it first sets the password."""
    person, who = _kept(person_id)
    token = services.hand_over_link(session(), who, by=actor(), now=now())
    address = url_for(".set_password", token=token, _external=True)
    return render_template(
        "auth/hand_over.html", person=person, address=address, picture=totp.picture(address)
    )


def _kept(person_id: uuid.UUID) -> tuple[Person, Account]:
    """Somebody active of an agency that the actor keeps; an operator only by another one."""
    person = person_of(session(), actor(), person_id, KEEP)
    try:
        spare_operators(session(), person, actor(), "person")
    except Invalid as refusal:
        raise Forbidden(
            N_("Orang ini operator sistem. Hanya operator lain yang dapat membuatkan tautan untuknya.")
        ) from refusal
    return person, account(session(), person_id)

"""Agencies, for those who run the installation."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _

from lms.access import needs
from lms.clock import now
from lms.errors import Invalid
from lms.people import structure
from lms.people.forms import AgencyForm
from lms.people.permissions import AGENCIES
from lms.people.queries import agencies_for, agency_of
from lms.people.views import Answer, refused
from lms.web import actor, session

blueprint = Blueprint("agencies", __name__, url_prefix="/kelola/instansi")


@blueprint.get("")
@needs(AGENCIES)
def show() -> str:
    return render_template("people/agencies.html", agencies=agencies_for(session(), actor()))


@blueprint.route("/baru", methods=["GET", "POST"])
@needs(AGENCIES)
def add() -> Answer:
    form = AgencyForm()
    if form.validate_on_submit():
        try:
            made = structure.add_agency(session(), form.facts(), by=actor(), now=now())
        except Invalid as refusal:
            refused(form, refusal)
        else:
            flash(_("%(name)s sudah terdaftar.", name=made.name), "success")
            return redirect(url_for(".show"), 303)
    return render_template("people/agency.html", form=form, agency=None), 422 if form.errors else 200


@blueprint.route("/<uuid:agency_id>", methods=["GET", "POST"])
@needs(AGENCIES)
def edit(agency_id: uuid.UUID) -> Answer:
    agency = agency_of(session(), actor(), agency_id)
    names = ("name", "short_name", "zone", "kemendagri_code", "bps_code", "bkn_code")
    form = AgencyForm(data={name: getattr(agency, name) or "" for name in names})
    if form.validate_on_submit():
        try:
            structure.edit_agency(session(), agency, form.facts(), by=actor(), now=now())
        except Invalid as refusal:
            refused(form, refusal)
        else:
            flash(_("Perubahan data %(name)s tersimpan.", name=agency.name), "success")
            return redirect(url_for(".show"), 303)
    return render_template("people/agency.html", form=form, agency=agency), 422 if form.errors else 200

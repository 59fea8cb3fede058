"""The unit tree of an agency."""

from __future__ import annotations

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from lms.access import needs
from lms.clock import now
from lms.errors import N_, Invalid
from lms.people import structure
from lms.people.forms import CloseForm, UnitForm, unit_choices
from lms.people.models import Unit
from lms.people.permissions import KEEP, SEE
from lms.people.queries import heads, scope_of, serves, unit_of, units_in
from lms.people.services import today
from lms.people.tree import below, branches, flat
from lms.people.views import Answer, refused, wanted_agency
from lms.web import actor, session

blueprint = Blueprint("units", __name__, url_prefix="/kelola/unit")


@blueprint.get("")
@needs(SEE)
def show() -> str:
    scope = scope_of(session(), actor(), SEE, wanted_agency())
    units = units_in(session(), scope.agency.id, past=True)
    present = [unit for unit in units if unit.valid_to is None]
    return render_template(
        "people/units.html",
        scope=scope,
        roots=branches(present, heads(session(), scope.agency.id)),
        count=len(present),
        past=[unit for unit in units if unit.valid_to],
        may_keep=serves(actor(), KEEP, scope.agency.id),
    )


@blueprint.route("/baru", methods=["GET", "POST"])
@needs(KEEP)
def add() -> Answer:
    scope = scope_of(session(), actor(), KEEP, wanted_agency())
    form = UnitForm(parent_id=request.args.get("induk", ""))
    _offer_parents(form, scope.agency.id)
    if form.validate_on_submit():
        try:
            made = structure.add_unit(
                session(),
                scope.agency.id,
                form.facts(),
                parent_id=form.place,
                since=form.meant.get("since"),
                by=actor(),
                now=now(),
            )
        except Invalid as refusal:
            refused(form, refusal)
        else:
            flash(_("Unit %(name)s sudah ditambahkan.", name=made.name), "success")
            return redirect(_tree(scope.agency.id), 303)
    return render_template("people/unit_new.html", form=form, scope=scope), 422 if form.errors else 200


@blueprint.route("/<uuid:unit_id>", methods=["GET", "POST"])
@needs(SEE)
def edit(unit_id: uuid.UUID) -> Answer:
    permission = KEEP if request.method == "POST" else SEE
    unit = unit_of(session(), actor(), unit_id, permission)
    form = UnitForm(
        code=unit.code,
        name=unit.name,
        kind=unit.kind,
        zone=unit.zone or "",
        parent_id=str(unit.parent_id or ""),
        kemendagri_code=unit.kemendagri_code or "",
    )
    _offer_parents(form, unit.agency_id, apart_from=unit)
    if form.validate_on_submit():
        try:
            kept = structure.edit_unit(
                session(),
                unit,
                form.facts(),
                parent_id=form.place,
                since=form.meant.get("since"),
                by=actor(),
                now=now(),
            )
        except Invalid as refusal:
            refused(form, refusal)
        else:
            flash(_("Perubahan unit %(name)s tersimpan.", name=kept.name), "success")
            return redirect(_tree(unit.agency_id), 303)
    return render_template(
        "people/unit.html",
        form=form,
        unit=unit,
        may_keep=serves(actor(), KEEP, unit.agency_id),
    ), 422 if form.errors else 200


@blueprint.route("/<uuid:unit_id>/tutup", methods=["GET", "POST"])
@needs(KEEP)
def close(unit_id: uuid.UUID) -> Answer:
    unit = unit_of(session(), actor(), unit_id, KEEP)
    day = today(now(), unit.agency)
    form = CloseForm(last_day=day.isoformat())
    if form.validate_on_submit():
        try:
            if not form.is_past(day):
                raise Invalid(
                    N_("Hari terakhir paling lambat hari ini. Tutup unit ini pada harinya."),
                    field="last_day",
                )
            structure.close_unit(session(), unit, last_day=form.meant["last_day"], by=actor(), now=now())
        except Invalid as refusal:
            refused(form, refusal)
        else:
            flash(_("Unit %(name)s ditutup dan tetap tercatat.", name=unit.name), "success")
            return redirect(_tree(unit.agency_id), 303)
    return render_template("people/unit_close.html", form=form, unit=unit), 422 if form.errors else 200


def _offer_parents(form: UnitForm, agency_id: uuid.UUID, *, apart_from: Unit | None = None) -> None:
    units = units_in(session(), agency_id)
    hidden = below(units, apart_from.id) if apart_from else set()
    rows = flat(branches([unit for unit in units if unit.id not in hidden], {}))
    form.parent_id.choices = unit_choices(rows, _("Langsung di bawah instansi"))


def _tree(agency_id: uuid.UUID) -> str:
    own = agency_id == actor().agency_id
    return url_for(".show") if own else url_for(".show", instansi=agency_id)

"""The directory: finding persons, their records, and what may be done with them."""

from __future__ import annotations

import uuid
from typing import TypeVar

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from lms.access import ROLE_NAMES, Role, needs
from lms.clock import now
from lms.errors import N_, Invalid, NotFound
from lms.people import outcomes, reads, services
from lms.people.employee_number import grouped
from lms.people.forms import NewPersonForm, NumberForm, PersonForm, StatusForm, person_values, unit_choices
from lms.people.models import (
    EMPLOYMENT_NAMES,
    POSITION_NAMES,
    STATUS_NAMES,
    EmploymentType,
    Person,
    PersonStatus,
)
from lms.people.permissions import KEEP, SEE
from lms.people.queries import (
    Search,
    directory,
    numbers_of,
    person_of,
    roles_of,
    scope_of,
    serves,
    units_in,
)
from lms.people.tree import Branch, branches, flat
from lms.web import Form, actor, asked_again, page_number, session

Answer = str | Response | tuple[str, int]
FormKind = TypeVar("FormKind", bound=Form)

blueprint = Blueprint("people", __name__, url_prefix="/kelola/pegawai")


def wanted_agency() -> uuid.UUID | None:
    """The agency that an address names, for those who serve several."""
    return request.args.get("instansi", type=uuid.UUID)


def unit_rows(agency_id: uuid.UUID) -> list[Branch]:
    """The present units of an agency, top to bottom."""
    return flat(branches(units_in(session(), agency_id), {}))


def refused(form: Form, refusal: Invalid) -> None:
    """Say at its field what a service refused."""
    form.refuse(refusal.field, _(refusal.message) % refusal.values)


@blueprint.get("")
@needs(SEE)
def show() -> str:
    scope = scope_of(session(), actor(), SEE, wanted_agency())
    search = _search()
    found = directory(session(), scope.agency.id, search)
    return render_template(
        "people/directory.html",
        scope=scope,
        search=search,
        found=found,
        units=unit_rows(scope.agency.id),
        employments=EMPLOYMENT_NAMES,
        statuses=STATUS_NAMES,
        may_keep=serves(actor(), KEEP, scope.agency.id),
        page_url=lambda page: asked_again(page=page),
    )


def _search() -> Search:
    asked = request.args
    status = asked.get("status", PersonStatus.ACTIVE.value)
    employment = asked.get("jenis", "")
    return Search(
        text=asked.get("q", ""),
        unit_id=asked.get("unit", type=uuid.UUID),
        employment=EmploymentType(employment) if employment in set(EmploymentType) else None,
        status=PersonStatus(status) if status in set(PersonStatus) else None,
        page=page_number(),
    )


@blueprint.get("/<uuid:person_id>")
@needs(SEE)
def person(person_id: uuid.UUID) -> str:
    found = person_of(session(), actor(), person_id)
    reads.noted(actor(), found.id)
    roles = roles_of(session(), found.id)
    of_operator = any(grant.role is Role.OPERATOR for grant in roles)
    return render_template(
        "people/person.html",
        person=found,
        numbers=numbers_of(session(), found.id),
        roles=roles,
        lets_in=found.status is PersonStatus.ACTIVE and (not of_operator or Role.OPERATOR in actor().roles),
        employments=EMPLOYMENT_NAMES,
        positions=POSITION_NAMES,
        role_names=ROLE_NAMES,
        statuses=STATUS_NAMES,
        may_keep=found.agency_id is not None and serves(actor(), KEEP, found.agency_id),
    )


@blueprint.route("/baru", methods=["GET", "POST"])
@needs(KEEP)
def add() -> Answer:
    scope = scope_of(session(), actor(), KEEP, wanted_agency())
    form = _with_units(NewPersonForm(), scope.agency.id)
    if form.validate_on_submit():
        try:
            made = services.add_person(
                session(),
                scope.agency,
                form.profile(_superior(form, scope.agency.id)),
                number=form.number.data or "",
                wants_invite=form.invite.data,
                by=actor(),
                now=now(),
            )
        except Invalid as refusal:
            refused(form, refusal)
        else:
            flash(_("%(name)s sudah tercatat.", name=made.titled_name), "success")
            _warn(form.number.data)
            return redirect(url_for(".person", person_id=made.id), 303)
    return _form_page("people/new.html", form, scope=scope)


@blueprint.route("/<uuid:person_id>/ubah", methods=["GET", "POST"])
@needs(KEEP)
def edit(person_id: uuid.UUID) -> Answer:
    found = person_of(session(), actor(), person_id, KEEP, lock=request.method == "POST")
    if found.agency_id is None:  # an operator who belongs to no agency is kept from the terminal
        raise NotFound
    reads.noted(actor(), found.id)
    form = _with_units(PersonForm(data=person_values(found, _superior_number(found))), found.agency_id)
    if form.validate_on_submit():
        try:
            ungraded = None if found.grade else found.rank_name  # a file may name a rank and no grade
            profile = form.profile(_superior(form, found.agency_id), ungraded)
            services.edit_person(session(), found, profile, by=actor(), now=now())
        except Invalid as refusal:
            refused(form, refusal)
        else:
            flash(_("Perubahan data %(name)s tersimpan.", name=found.titled_name), "success")
            return redirect(url_for(".person", person_id=person_id), 303)
    return _form_page("people/edit.html", form, person=found)


@blueprint.route("/<uuid:person_id>/nip", methods=["GET", "POST"])
@needs(KEEP)
def number(person_id: uuid.UUID) -> Answer:
    found = person_of(session(), actor(), person_id, KEEP, lock=request.method == "POST")
    reads.noted(actor(), found.id)
    here = services.today(now(), found.agency) if found.agency else now().date()
    form = NumberForm(since=here.isoformat())
    if form.validate_on_submit():
        try:
            services.give_number(
                session(), found, form.number.data, since=form.meant["since"], by=actor(), now=now()
            )
        except Invalid as refusal:
            refused(form, refusal)
        else:
            flash(_("Nomor baru berlaku. Nomor lama tetap tercatat sebagai riwayat."), "success")
            _warn(form.number.data)
            return redirect(url_for(".person", person_id=person_id), 303)
    return _form_page("people/number.html", form, person=found, numbers=numbers_of(session(), person_id))


@blueprint.route("/<uuid:person_id>/status", methods=["GET", "POST"])
@needs(KEEP)
def status(person_id: uuid.UUID) -> Answer:
    found = person_of(session(), actor(), person_id, KEEP, lock=request.method == "POST")
    reads.noted(actor(), found.id)
    form = StatusForm()
    if form.validate_on_submit():
        try:
            services.mark_left(
                session(),
                found,
                PersonStatus(form.status.data),
                reason=form.reason.data or "",
                by=actor(),
                now=now(),
            )
        except Invalid as refusal:
            refused(form, refusal)
        else:
            flash(
                _("%(name)s tidak dapat masuk lagi. Riwayat belajarnya tetap ada.", name=found.titled_name),
                "success",
            )
            return redirect(url_for(".person", person_id=person_id), 303)
    return _form_page("people/status.html", form, person=found)


@blueprint.post("/<uuid:person_id>/aktif")
@needs(KEEP)
def take_back(person_id: uuid.UUID) -> Response:
    found = person_of(session(), actor(), person_id, KEEP, lock=True)
    services.take_back(session(), found, by=actor(), now=now())
    flash(_("%(name)s aktif kembali dan dapat masuk lagi.", name=found.titled_name), "success")
    return redirect(url_for(".person", person_id=person_id), 303)


def _warn(number: str | None) -> None:
    """A number that is odd but possible is kept, and its digits are worth a second look (domain 1.2)."""
    if doubt := outcomes.doubt_of(number or "", today=now().date()):
        flash(_("%(doubt)s Nomornya tetap tersimpan; periksa sekali lagi.", doubt=doubt), "warning")


def _form_page(template: str, form: Form, **values: object) -> Answer:
    return render_template(template, form=form, **values), 422 if form.errors else 200


def _with_units(form: FormKind, agency_id: uuid.UUID) -> FormKind:
    form["unit_id"].choices = unit_choices(unit_rows(agency_id), _("Belum ditempatkan"))
    return form


def _superior(form: PersonForm, agency_id: uuid.UUID) -> uuid.UUID | None:
    """The person whose number was typed. Raises Invalid."""
    typed = form.superior.data
    if not typed:
        return None
    found = services.person_numbered(session(), agency_id, typed)
    if found is None:
        raise Invalid(N_("NIP atasan tidak ditemukan di instansi ini. Periksa angkanya."), field="superior")
    return found.id


def _superior_number(found: Person) -> str:
    if found.superior_id is None:
        return ""
    present = [held.number for held in numbers_of(session(), found.superior_id) if held.valid_to is None]
    return grouped(present[0]) if present else ""

"""Who holds which role, and what each role may do."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from itertools import groupby

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from lms.access import NOWHERE, ROLE_NAMES, Permission, Role, agencies_where, needs
from lms.clock import now
from lms.errors import Invalid
from lms.people.forms import GrantForm, RevokeForm
from lms.people.granting import grant_of, grant_role, revoke_role
from lms.people.models import Grant
from lms.people.permissions import GRANT, SEE_ROLES
from lms.people.queries import Scope, roles_in, scope_of, serves
from lms.people.services import person_named
from lms.people.views import Answer, refused, wanted_agency
from lms.web import actor, session

blueprint = Blueprint("roles", __name__, url_prefix="/kelola/peran")

# The columns of the matrix, from the most to the least.
COLUMNS = (Role.INSTRUCTOR, Role.ADMIN, Role.ISSUER, Role.AUDITOR, Role.OPERATOR)


@blueprint.get("")
@needs(SEE_ROLES)
def show() -> str:
    scope = scope_of(session(), actor(), SEE_ROLES, wanted_agency())
    return _page(scope, _form())


@blueprint.post("")
@needs(GRANT, fresh=True)
def give() -> Answer:
    scope = scope_of(session(), actor(), GRANT, wanted_agency())
    form = _form()
    if form.validate_on_submit():
        try:
            person = person_named(session(), scope.agency.id, form.person.data)
            grant_role(session(), person, Role(form.role.data), by=actor(), now=now())
        except Invalid as refusal:
            refused(form, refusal)
        else:
            flash(
                _(
                    "%(name)s sekarang %(role)s. Peran ini berlaku mulai sekarang.",
                    name=person.titled_name,
                    role=_(ROLE_NAMES[Role(form.role.data)]),
                ),
                "success",
            )
            return redirect(_back(scope), 303)
    return _page(scope, form), 422


@blueprint.route("/<uuid:grant_id>/cabut", methods=["GET", "POST"])
@needs(GRANT, fresh=True)
def take(grant_id: uuid.UUID) -> Answer:
    grant, person = grant_of(session(), actor(), grant_id, lock=request.method == "POST")
    form = RevokeForm()
    if form.validate_on_submit():
        try:
            revoke_role(session(), grant, person, reason=form.reason.data or "", by=actor(), now=now())
        except Invalid as refusal:
            refused(form, refusal)
        else:
            flash(
                _(
                    "Peran %(role)s dicabut dari %(name)s, berlaku mulai sekarang.",
                    role=_(ROLE_NAMES[grant.role]),
                    name=person.titled_name,
                ),
                "success",
            )
            return _after(grant)
    page = render_template(
        "people/revoke.html", form=form, grant=grant, person=person, role=ROLE_NAMES[grant.role]
    )
    return page, 422 if form.errors else 200


@blueprint.get("/wewenang")
@needs(SEE_ROLES)
def matrix() -> str:
    groups = groupby(_permissions(), key=lambda permission: permission.name.partition(":")[0])
    return render_template(
        "people/matrix.html",
        groups=[list(found) for _name, found in groups],
        columns=[(role, ROLE_NAMES[role]) for role in COLUMNS],
    )


def _form() -> GrantForm:
    """Operators are made by operators alone."""
    form = GrantForm()
    if _runs_all():
        form.role.choices = [
            *form.role.choices,
            SelectChoice(Role.OPERATOR.value, _(ROLE_NAMES[Role.OPERATOR])),
        ]
    return form


def _runs_all() -> bool:
    return NOWHERE in agencies_where(actor(), GRANT)


def _permissions() -> list[Permission]:
    """Every permission that a feature of this application names, so that the page cannot tell anything else."""
    return [
        permission for feature in current_app.extensions["features"] for permission in feature.permissions
    ]


def _page(scope: Scope, form: GrantForm) -> str:
    held = roles_in(session(), scope.agency.id)
    operators = roles_in(session(), None) if _runs_all() else []
    groups: list[tuple[Role, Sequence[object]]] = [
        (role, [one for one in held if one.role is role]) for role in COLUMNS if role is not Role.OPERATOR
    ]
    return render_template(
        "people/roles.html",
        scope=scope,
        form=form,
        groups=groups,
        operators=operators,
        names=ROLE_NAMES,
        may_grant=serves(actor(), GRANT, scope.agency.id),
    )


def _back(scope: Scope) -> str:
    own = scope.agency.id == actor().agency_id
    return url_for(".show") if own else url_for(".show", instansi=scope.agency.id)


def _after(grant: Grant) -> Response:
    if grant.person_id == actor().id:  # who gave up a role may not be allowed to see the page any more
        return redirect(url_for("home.show"), 303)
    other = grant.agency_id and grant.agency_id != actor().agency_id
    return redirect(url_for(".show", instansi=grant.agency_id) if other else url_for(".show"), 303)

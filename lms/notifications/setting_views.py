"""How somebody wants to be told: quiet hours, the way of each topic, and the devices that take messages."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from werkzeug.wrappers import Response

from lms.access import SIGNED_IN, needs
from lms.clock import now
from lms.devices import named
from lms.errors import Invalid
from lms.notifications import devices, services
from lms.notifications.devices import Subscription
from lms.notifications.forms import SettingForm, setting_form
from lms.notifications.keys import push_key
from lms.notifications.models import PushDevice
from lms.notifications.queries import device_here, devices_of, wishes_of
from lms.notifications.topics import topics
from lms.web import actor, session, settings

blueprint = Blueprint("settings", __name__, url_prefix="/pengaturan")


@blueprint.route("", methods=["GET", "POST"])
@needs(SIGNED_IN)
def show() -> str | Response | tuple[str, int]:
    form = setting_form(wishes_of(session(), actor()), topics())
    if form.validate_on_submit():
        services.choose(session(), actor(), form.quiet, is_quiet=form.is_quiet.data, choices=form.choices)
        flash(_("Pengaturan pemberitahuan disimpan."), "success")
        return redirect(url_for(".show"), 303)
    return _page(form), 422 if form.errors else 200


def _page(form: SettingForm) -> str:
    found = devices_of(session(), [actor().id], now=now(), with_lost=True)
    here = next((one for one in found if one.sign_in_id == actor().sign_in_id), None)
    return render_template(
        "notifications/settings.html",
        form=form,
        here=here,
        others=[(one, _words(one)) for one in found if one is not here and not one.lost_at],
        key=_key(),
        moment=now(),
    )


def _key() -> str:
    """The key under which browsers subscribe; nothing when this installation sends them no messages."""
    return push_key(settings().push_key).public_text if settings().push_key else ""


def _words(device: PushDevice) -> str:
    """`Chrome di Android`."""
    browser, system = named(device.user_agent)
    if browser and system:
        return str(_("%(browser)s di %(system)s", browser=browser, system=system))
    return browser or system or str(_("Perangkat tidak dikenal"))


@blueprint.get("/perangkat")
@needs(SIGNED_IN)
def here() -> dict[str, object]:
    """What a worker compares its browser's subscription with, and the token to tell of a new one."""
    device = device_here(session(), actor())
    return {
        "on": device is not None,
        "lost": device is not None and device.lost_at is not None,
        "endpoint": device.endpoint if device else "",
        "key": _key(),
        "token": generate_csrf(),
    }


@blueprint.post("/perangkat/baru")
@needs(SIGNED_IN)
def renew() -> dict[str, bool]:
    """The subscription that took the place of this browser's earlier one, as JSON like that of `switch_on`."""
    devices.renew(session(), actor(), _subscription())
    return {"on": True}


@blueprint.post("/perangkat")
@needs(SIGNED_IN)
def switch_on() -> dict[str, str]:
    """A browser's subscription as JSON: `{endpoint, keys: {p256dh, auth}}` (Push API)."""
    agent = request.user_agent.string
    device_id = devices.switch_on(session(), actor(), _subscription(), user_agent=agent, now=now())
    return {"device": str(device_id)}


def _subscription() -> Subscription:
    given: Any = request.get_json(silent=True)
    try:
        return Subscription(str(given["endpoint"]), str(given["keys"]["p256dh"]), str(given["keys"]["auth"]))
    except (TypeError, KeyError):
        raise Invalid from None


@blueprint.post("/perangkat/<uuid:device_id>/matikan")
@needs(SIGNED_IN)
def switch_off(device_id: uuid.UUID) -> Response:
    devices.switch_off(session(), actor(), device_id, now=now())
    flash(_("Perangkat itu tidak lagi menerima pesan."), "success")
    return redirect(url_for(".show"), 303)


@blueprint.post("/perangkat/<uuid:device_id>/coba")
@needs(SIGNED_IN)
def send_test(device_id: uuid.UUID) -> Response:
    devices.send_test(session(), actor(), device_id, now=now())
    flash(_("Pesan percobaan sedang dikirim. Biasanya sampai dalam beberapa detik."), "success")
    return redirect(url_for(".show"), 303)

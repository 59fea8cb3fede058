"""Looking for a class and enrolling in it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from courses.catalogue.covers import covers_in, wide_cover
from courses.cohorts import joining
from courses.cohorts.browsing import Filter, Offer, choices, offer_of, offers
from courses.cohorts.forms import DELIVERY_NAMES
from courses.cohorts.models import Delivery, EnrolmentState
from courses.cohorts.schedule import today_in
from lms.access import SIGNED_IN, needs
from lms.clock import now
from lms.errors import N_
from lms.shell.words import ZONE_LABELS, day
from lms.web import actor, asked_again, page_number, session, settings, store

blueprint = Blueprint("browse", __name__, url_prefix="/jelajah")

JOINED = {
    EnrolmentState.ACTIVE: N_("Anda terdaftar di kelas ini."),
    EnrolmentState.WAITING: N_("Anda masuk daftar tunggu dan akan diberi kabar bila ada tempat."),
    EnrolmentState.REQUESTED: N_("Permintaan dikirim. Anda akan diberi kabar setelah ada keputusan."),
}


@blueprint.get("")
@needs(SIGNED_IN)
def index() -> str:
    wanted, page, moment = _wanted(), page_number(), now()
    found, has_next = offers(session(), actor(), wanted, page=page, now=moment)
    open_now = choices(session(), actor(), now=moment)
    return render_template(
        "cohorts/browse.html",
        found=found,
        cover_of=covers_in(store()),
        has_next=has_next,
        tags=_options(_("Semua topik"), ((tag, tag) for tag in open_now.tags), wanted.tag),
        deliveries=_options(_("Semua bentuk"), _deliveries().items(), wanted.delivery or ""),
        places=_options(_("Semua tempat"), ((place, place) for place in open_now.places), wanted.place),
        wanted=wanted,
        filtered=wanted != Filter(),
        narrowed=replace(wanted, text="") != Filter(),
        delivery_names=_deliveries(),
        moment=moment,
        page=page,
        page_url=lambda number: asked_again(page=number),
    )


def _deliveries() -> dict[str, str]:
    return {one.value: _(word) for one, word in DELIVERY_NAMES.items()}


def _options(everything: str, found: Iterable[tuple[str, str]], chosen: str) -> list[dict[str, object]]:
    """The options of a filter, the first of which does not narrow."""
    pairs = [("", everything), *found]
    return [{"value": value, "label": label, "selected": value == chosen} for value, label in pairs]


def _wanted() -> Filter:
    """The filters of the address; what makes no sense does not narrow."""
    sent = request.args
    return Filter(
        text=sent.get("cari", "").strip()[:100],
        tag=sent.get("topik", "")[:100],
        delivery=next((one for one in Delivery if one.value == sent.get("bentuk")), None),
        place=sent.get("tempat", "")[:300],
        since=_date(sent.get("sejak", "")),
    )


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


@blueprint.get("/<uuid:cohort_id>")
@needs(SIGNED_IN)
def show(cohort_id: uuid.UUID) -> str:
    moment = now()
    offer = offer_of(session(), actor(), cohort_id)
    return render_template(
        "cohorts/offer.html",
        offer=offer,
        cover=wide_cover(store(), offer.cover, reader=actor()),
        standing=offer.standing(moment),
        is_over=today_in(offer.zone, moment) > offer.ends_on,
        sentences=[_sentence(offer, offer.standing(moment))],
        facts=_facts(offer),
        invitation=_invitation(offer),
    )


def _invitation(offer: Offer) -> str:
    """What a learner sends to a colleague: the class and its address, nothing about themselves."""
    address = settings().base_url + url_for(".show", cohort_id=offer.cohort_id)
    return str(
        _(
            "%(title)s, mulai %(day)s: %(address)s",
            title=offer.title,
            day=day(offer.starts_on),
            address=address,
        )
    )


def _sentence(offer: Offer, standing: str) -> str:
    """How one stands with this class, and what follows, in one sentence."""
    sentences = {
        "active": _("Anda peserta kelas ini."),
        "waiting": _(
            "Kuota %(quota)s orang sudah penuh. Anda di daftar tunggu, urutan %(place)s, dan akan diberi kabar bila ada tempat.",
            quota=offer.quota,
            place=offer.place,
        ),
        "requested": _("Menunggu keputusan atasan Anda: %(name)s", name=offer.approver)
        if offer.approver
        else _("Permintaan Anda menunggu keputusan pengelola pelatihan."),
        "declined": _("Permintaan Anda tidak disetujui. Alasan: %(reason)s", reason=offer.reason),
        "closed": _("Peserta kelas ini didaftarkan oleh pengelola pelatihan."),
        "before": _("Pendaftaran dibuka %(day)s.", day=day(offer.enrol_from) if offer.enrol_from else ""),
        "over": _("Pendaftaran kelas ini sudah ditutup."),
        "queue": _(
            "Kuota sudah penuh. Anda dapat masuk daftar tunggu; tempat yang kosong diberikan menurut urutan."
        ),
    }
    if standing in sentences:
        return str(sentences[standing])
    return _free_sentence(offer, standing)


def _free_sentence(offer: Offer, standing: str) -> str:
    if standing == "ask" and offer.free == 0:
        return str(_("Kuota sudah penuh. Setelah atasan menyetujui, Anda masuk daftar tunggu."))
    if standing == "ask":
        return str(_("Atasan langsung Anda mendapat surel untuk menyetujui keikutsertaan Anda."))
    if offer.free is None:
        return str(_("Pendaftaran terbuka; Anda langsung menjadi peserta."))
    return str(_("Sisa %(count)s dari %(quota)s tempat.", count=offer.free, quota=offer.quota))


def _facts(offer: Offer) -> list[tuple[str, str]]:
    """Place names stand with the agency: there are two governments called Sorong."""
    found = [
        (_("Penyelenggara"), offer.agency),
        (_("Beban"), _("%(jp)s JP", jp=offer.jp)),
        (_("Bentuk"), _deliveries()[offer.delivery]),
        (_("Zona waktu"), ZONE_LABELS.get(offer.zone, offer.zone)),
    ]
    if offer.venue:
        found.append((_("Tempat"), f"{offer.venue}, {offer.agency}"))
    if offer.enrol_until:
        found.append((_("Pendaftaran ditutup"), day(offer.enrol_until)))
    if offer.tags:
        found.append((_("Topik"), ", ".join(offer.tags)))
    return found


@blueprint.post("/<uuid:cohort_id>/daftar")
@needs(SIGNED_IN)
def join(cohort_id: uuid.UUID) -> Response:
    enrolment = joining.join(session(), actor(), cohort_id, now=now())
    flash(_(JOINED[enrolment.state]), "success")
    return redirect(url_for(".show", cohort_id=cohort_id), 303)


@blueprint.post("/<uuid:cohort_id>/mundur")
@needs(SIGNED_IN)
def leave(cohort_id: uuid.UUID) -> Response:
    joining.leave(session(), actor(), cohort_id, now=now())
    flash(_("Anda mundur dari kelas ini. Pekerjaan yang sudah tersimpan tetap ada."), "success")
    return redirect(url_for(".index"), 303)

"""Switching messages on and off for one browser, and taking the endpoint that it renewed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lms.access import Actor
from lms.database import new_id
from lms.errors import N_, Invalid, NotFound, TooMany
from lms.notifications.endpoints import is_allowed
from lms.notifications.keys import decode, point, secret
from lms.notifications.models import Outgoing, PushDevice
from lms.notifications.queries import device_of, ended_devices
from lms.notifications.services import push_to, queue
from lms.notifications.wording import word
from lms.web import settings

TEST = "notifications:test"
TEST_AGAIN_AFTER = timedelta(seconds=30)
LONGEST_ENDPOINT = 2000


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a browser sends when it takes messages (Push API): an address, its public key and a secret, as text."""

    endpoint: str
    public_key: str
    secret: str


def switch_on(
    session: Session, actor: Actor, given: Subscription, *, user_agent: str, now: datetime
) -> uuid.UUID:
    """Send messages to the browser of this session from now on. On a shared phone whoever comes last gets them.

    Raises Invalid when it is no subscription of a push service that we may call.
    """
    fresh = {
        "person_id": actor.id,
        "user_agent": user_agent[:300],
        "created_at": now,
        "lost_at": None,
        **_address(given),
    }
    _take_from_others(session, actor, given.endpoint)
    row = insert(PushDevice).values(id=new_id(), sign_in_id=actor.sign_in_id, **fresh)
    kept = row.on_conflict_do_update(index_elements=[PushDevice.sign_in_id], set_=fresh)
    return session.execute(kept.returning(PushDevice.id)).scalar_one()


def renew(session: Session, actor: Actor, given: Subscription) -> None:
    """Take the endpoint that the browser of this session has now in place of the one that it had; twice is once.

    Raises NotFound when messages are not switched on here: only a person does that, and only a person ends it.
    """
    address = _address(given)
    here = sa.update(PushDevice).where(
        PushDevice.sign_in_id == actor.sign_in_id, PushDevice.person_id == actor.id
    )
    _take_from_others(session, actor, given.endpoint)
    if not session.execute(here.values(lost_at=None, **address).returning(PushDevice.id)).all():
        raise NotFound


def _address(given: Subscription) -> dict[str, str | bytes]:
    """Where and for whose eyes messages are sent, as columns."""
    if len(given.endpoint) > LONGEST_ENDPOINT or not is_allowed(given.endpoint, settings().push_services):
        raise Invalid(N_("Layanan pesan peramban ini tidak dikenal. Pemberitahuan tetap sampai lewat surel."))
    try:
        return {
            "endpoint": given.endpoint,
            "public_key": point(decode(given.public_key)),
            "secret": secret(decode(given.secret)),
        }
    except ValueError:
        raise Invalid from None


def _take_from_others(session: Session, actor: Actor, endpoint: str) -> None:
    """A browser is one device: whoever had it before in another session gets nothing there any more."""
    others = PushDevice.sign_in_id != actor.sign_in_id
    session.execute(sa.delete(PushDevice).where(PushDevice.endpoint == endpoint, others))


def switch_off(session: Session, actor: Actor, device_id: uuid.UUID, *, now: datetime) -> None:
    """Send nothing more to one of the actor's devices."""
    session.delete(device_of(session, actor, device_id, now=now))


def send_test(session: Session, actor: Actor, device_id: uuid.UUID, *, now: datetime) -> None:
    """Send a message that only shows that messages arrive; not again within half a minute."""
    to = device_of(session, actor, device_id, now=now)
    recently = sa.select(Outgoing.id).where(
        Outgoing.device_id == to.id, Outgoing.kind == TEST, Outgoing.created_at > now - TEST_AGAIN_AFTER
    )
    if session.scalars(recently.limit(1)).first():
        raise TooMany(
            N_("Pesan percobaan baru saja dikirim. Tunggu sebentar sebelum mengirim lagi."),
            retry_after=int(TEST_AGAIN_AFTER.total_seconds()),
        )
    text = word(
        N_("Pesan dari Bina sampai di perangkat ini. Tidak ada yang perlu Anda lakukan."), actor.locale
    )
    row = push_to(to, word(N_("Pesan percobaan"), actor.locale), text)
    about = {"kind": TEST, "person_id": actor.id, "urgent": True, "path": "/pemberitahuan/pengaturan"}
    queue(session, [row | about | {"created_at": now, "due_at": now}])


def forget_ended(session: Session, *, now: datetime) -> None:
    """Forget the devices whose sessions are over."""
    session.execute(sa.delete(PushDevice).where(PushDevice.id.in_(ended_devices(now))))

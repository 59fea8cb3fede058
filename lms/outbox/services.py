"""Taking work from a phone: each piece once, however often it arrives."""

from __future__ import annotations

import hashlib
import itertools
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from lms.access import Actor
from lms.errors import N_
from lms.outbox.batch import Batch
from lms.outbox.models import Receipt
from lms.sending import Operation, Outcome, Sent

KEPT_FOR = timedelta(days=30)
# Deleted in portions, so that a sweep never holds many rows for long.
PORTION = 10_000

UNKNOWN = Outcome("refused", message=N_("Versi halaman ini sudah lama. Muat ulang halaman, lalu coba lagi."))
DIFFERENT = Outcome("refused", message=N_("Kiriman dengan nomor yang sama sudah diterima dengan isi lain."))


def receive(
    session: Session, kinds: Mapping[str, Operation], batch: Batch, *, by: Actor, now: datetime
) -> dict[uuid.UUID, Outcome] | None:
    """The outcome of each piece of a batch, or None while another batch of the same device is being taken.

    What was taken before is answered as it was then and not done again. Pieces are handed on in their order, neighbours
    of one kind together.
    """
    noted = [sent for sent in batch.sent if not _journal(kinds, sent)]
    earlier: Mapping[uuid.UUID, Receipt] = {}
    if noted:
        if not _alone(session, by.id, batch.device):
            return None
        earlier = _earlier(session, by.id, noted)
    outcomes = {id_: _again(receipt, batch) for id_, receipt in earlier.items()}
    todo = _once_each(sent for sent in batch.sent if sent.id not in outcomes)
    for kind, group in itertools.groupby(todo, key=lambda sent: sent.kind):
        pieces = list(group)
        outcomes |= _handed(session, kinds.get(kind), pieces, by=by, now=now)
    _note(session, [sent for sent in todo if sent in noted and sent.kind in kinds], outcomes, by.id, now)
    return outcomes


def _journal(kinds: Mapping[str, Operation], sent: Sent) -> bool:
    return sent.kind in kinds and kinds[sent.kind].journal


def _alone(session: Session, person_id: uuid.UUID, device: uuid.UUID) -> bool:
    """Whether no other request of this device is at work; held until the transaction ends."""
    key = int.from_bytes(hashlib.sha256(person_id.bytes + device.bytes).digest()[:8], signed=True)
    return bool(session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(key))))


def _earlier(session: Session, person_id: uuid.UUID, sent: Sequence[Sent]) -> dict[uuid.UUID, Receipt]:
    ids = [piece.id for piece in sent]
    found = session.scalars(sa.select(Receipt).where(Receipt.person_id == person_id, Receipt.id.in_(ids)))
    return {receipt.id: receipt for receipt in found}


def _again(receipt: Receipt, batch: Batch) -> Outcome:
    """What a piece was told the first time, or that its number already belongs to another."""
    if any(digest(sent) != receipt.digest for sent in batch.sent if sent.id == receipt.id):
        return DIFFERENT
    return Outcome(**cast(Mapping[str, Any], receipt.told))


def _once_each(sent: Iterable[Sent]) -> list[Sent]:
    """A batch that names a piece twice means it once."""
    return list({piece.id: piece for piece in sent}.values())


def _handed(
    session: Session, operation: Operation | None, pieces: list[Sent], *, by: Actor, now: datetime
) -> dict[uuid.UUID, Outcome]:
    if operation is None:
        return {piece.id: UNKNOWN for piece in pieces}
    outcomes = operation.handle(session, pieces, by=by, now=now)
    return {piece.id: outcome for piece, outcome in zip(pieces, outcomes, strict=True)}


def _note(
    session: Session,
    sent: Sequence[Sent],
    outcomes: Mapping[uuid.UUID, Outcome],
    person_id: uuid.UUID,
    now: datetime,
) -> None:
    """Keep what each piece was told. What was refused may be sent again: the reason may have gone."""
    rows = [
        {
            "person_id": person_id,
            "id": piece.id,
            "digest": digest(piece),
            "told": _told(outcomes[piece.id]),
            "received_at": now,
        }
        for piece in sent
        if outcomes[piece.id].status != "refused"
    ]
    if rows:
        session.execute(insert(Receipt).values(rows))


def _told(outcome: Outcome) -> dict[str, Any]:
    return {
        "status": outcome.status,
        "answer": dict(outcome.answer),
        "message": outcome.message,
        "values": dict(outcome.values),
    }


def digest(sent: Sent) -> bytes:
    """SHA-256 of kind and content, whatever the order of its keys."""
    text = json.dumps([sent.kind, sent.content], sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def forget(session: Session, *, now: datetime) -> int:
    """Delete a portion of the receipts that are older than any phone may send again; returns how many."""
    old = sa.select(Receipt.person_id, Receipt.id).where(Receipt.received_at < now - KEPT_FOR).limit(PORTION)
    gone = sa.delete(Receipt).where(sa.tuple_(Receipt.person_id, Receipt.id).in_(old))
    return len(session.execute(gone.returning(Receipt.id)).all())

"""Taking work from a phone: once each, in order, and nobody else's."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lms.access import Actor
from lms.errors import Conflict, Invalid
from lms.outbox.batch import Batch, batch_in
from lms.outbox.jobs import forget_receipts
from lms.outbox.models import Receipt
from lms.outbox.services import forget, receive
from lms.sending import Operation, Outcome, Sent, one_by_one
from tests.conftest import NOW, Client
from tests.factories.people import make_agency, make_person

PHONE = uuid.UUID(int=7)


class Desk:
    """A feature that takes notes; it refuses the note "no"."""

    def __init__(self, session: Session) -> None:
        self.taken: list[str] = []
        person = make_person(session, make_agency(session), "Ayu Lestari")
        session.commit()
        self.person = person
        self.actor = Actor(person.id, person.agency_id, "Ayu Lestari")
        self.kinds = {
            "notes:take": Operation("notes:take", one_by_one(self._take)),
            "notes:logged": Operation("notes:logged", self._log, journal=True),
        }

    def _take(self, _session: Session, sent: Sent, *, by: Actor, now: datetime) -> Outcome:
        if sent.content["text"] == "no":
            raise Conflict("Tidak %(what)s.", what="bisa")
        self.taken.append(sent.content["text"])
        return Outcome(answer={"place": len(self.taken)})

    def _log(self, _session: Session, sent: Sequence[Sent], *, by: Actor, now: datetime) -> list[Outcome]:
        self.taken += [piece.content["text"] for piece in sent]
        return [Outcome() for _ in sent]


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


def note(text: str, id_: uuid.UUID | None = None, kind: str = "notes:take") -> Sent:
    return Sent(id_ or uuid.uuid4(), kind, {"text": text}, PHONE)


def send(session: Session, desk: Desk, now: datetime, *sent: Sent) -> list[Outcome]:
    outcomes = receive(session, desk.kinds, Batch(desk.person.id, PHONE, tuple(sent)), by=desk.actor, now=now)
    assert outcomes is not None
    return [outcomes[piece.id] for piece in sent]


def test_each_piece_is_answered_in_its_order(session: Session, desk: Desk, now: datetime) -> None:
    first, second = send(session, desk, now, note("a"), note("b"))
    assert (first.answer, second.answer) == ({"place": 1}, {"place": 2})
    assert desk.taken == ["a", "b"]


def test_what_comes_again_is_not_done_again_and_gets_the_same_answer(
    session: Session, desk: Desk, now: datetime
) -> None:
    piece = note("a")
    (first,) = send(session, desk, now, piece)
    (again,) = send(session, desk, now + timedelta(days=29), piece)
    assert again == first
    assert desk.taken == ["a"]


def test_a_piece_that_stands_twice_in_a_batch_is_done_once(
    session: Session, desk: Desk, now: datetime
) -> None:
    piece = note("a")
    send(session, desk, now, piece, piece)
    assert desk.taken == ["a"]


def test_the_same_number_with_other_content_is_refused(session: Session, desk: Desk, now: datetime) -> None:
    piece = note("a")
    send(session, desk, now, piece)
    (answer,) = send(session, desk, now, note("b", piece.id))
    assert answer.status == "refused"
    assert desk.taken == ["a"]


def test_one_refusal_holds_up_nothing_and_may_be_tried_again(
    session: Session, desk: Desk, now: datetime
) -> None:
    bad = note("no")
    refused, taken = send(session, desk, now, bad, note("b"))
    assert (refused.status, refused.message, refused.values) == (
        "refused",
        "Tidak %(what)s.",
        {"what": "bisa"},
    )
    assert taken.status == "saved"
    assert session.scalars(sa.select(Receipt.id)).all() != [bad.id]
    assert send(session, desk, now, bad)[0].status == "refused"


def test_an_unknown_kind_is_refused_and_the_rest_is_taken(
    session: Session, desk: Desk, now: datetime
) -> None:
    unknown, known = send(session, desk, now, note("a", kind="notes:burn"), note("b"))
    assert (unknown.status, known.status) == ("refused", "saved")


def test_a_kind_with_a_journal_of_its_own_keeps_no_receipt(
    session: Session, desk: Desk, now: datetime
) -> None:
    send(session, desk, now, note("a", kind="notes:logged"))
    assert session.scalar(sa.select(sa.func.count()).select_from(Receipt)) == 0
    assert desk.taken == ["a"]


@given(st.lists(st.sampled_from("abcde"), max_size=30))
def test_however_often_and_in_whatever_order_pieces_arrive_each_is_done_once(arrivals: list[str]) -> None:
    done: list[str] = []

    def take(_session: Any, sent: Sent, **_: Any) -> Outcome:
        done.append(sent.content["text"])
        return Outcome()

    kinds = {"k": Operation("k", lambda s, sent, **named: [take(s, p, **named) for p in sent], journal=True)}
    ids = {name: uuid.uuid5(PHONE, name) for name in "abcde"}
    batch = Batch(None, PHONE, tuple(Sent(ids[name], "k", {"text": name}, PHONE) for name in arrivals))
    receive(None, kinds, batch, by=Actor(PHONE, None, ""), now=NOW)  # type: ignore[arg-type]
    assert done == list(dict.fromkeys(arrivals))


def test_receipts_are_forgotten_after_thirty_days(session: Session, desk: Desk, now: datetime) -> None:
    send(session, desk, now - timedelta(days=31), note("old"))
    send(session, desk, now - timedelta(days=29), note("new"))
    session.commit()
    assert forget(session, now=now) == 1
    assert session.scalar(sa.select(sa.func.count()).select_from(Receipt)) == 1
    assert forget_receipts.name == "lms.outbox.forget_receipts"


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"device": "7", "operations": []},
        {"device": str(PHONE)},
        {"device": str(PHONE), "operations": {}},
        {"device": str(PHONE), "operations": [1]},
        {"device": str(PHONE), "operations": [{"id": "x", "kind": "k", "content": {}}]},
        {"device": str(PHONE), "operations": [{"id": str(PHONE), "kind": 1, "content": {}}]},
        {"device": str(PHONE), "operations": [{"id": str(PHONE), "kind": "k", "content": []}]},
        {"device": str(PHONE), "operations": [{"id": str(PHONE), "kind": "k", "content": {}, "order": -1}]},
        {"device": str(PHONE), "operations": [{"id": str(PHONE), "kind": "k", "content": {}}] * 501},
    ],
)
def test_what_is_no_batch_is_refused(body: Any) -> None:
    with pytest.raises(Invalid):
        batch_in(body)


@pytest.mark.parametrize("made", [None, "now", True, float("nan"), 1e300, -1e300])
def test_a_moment_that_is_none_is_no_reason_to_refuse_work(made: Any) -> None:
    body = {
        "device": str(PHONE),
        "operations": [{"id": str(PHONE), "kind": "k", "content": {}, "made": made}],
    }
    assert batch_in(body).sent[0].made is None


def test_the_endpoint_says_who_is_signed_in_and_takes_only_their_work(
    session: Session, client_of: Client
) -> None:
    agency = make_agency(session)
    ayu, budi = make_person(session, agency, "Ayu"), make_person(session, agency, "Budi")
    session.commit()
    client = client_of(ayu)
    assert client.get("/kirim").get_json()["person"] == str(ayu.id)
    body = {"person": str(budi.id), "device": str(PHONE), "operations": []}
    foreign = client.post("/kirim", json=body)
    assert (foreign.status_code, foreign.get_json()["reason"]) == (409, "other-person")
    assert client.post("/kirim", json={**body, "person": str(ayu.id)}).get_json()["receipts"] == {}
    assert client.post("/kirim", json={"operations": 1}).status_code == 422


def test_whoever_is_signed_out_is_told_so(client_of: Client) -> None:
    assert client_of(None).get("/kirim", headers={"Accept": "application/json"}).status_code == 401
    assert client_of(None).post("/kirim", json={}).status_code == 401


def test_while_a_batch_of_a_device_is_taken_its_next_one_waits(
    session: Session, desk: Desk, now: datetime, template_database: sa.URL
) -> None:
    """Two connections, because the lock belongs to a transaction."""
    engine = sa.create_engine(template_database)
    batch = Batch(desk.person.id, PHONE, (note("a"),))
    told: list[Any] = []
    with Session(engine) as other, other.begin():
        key = receive(other, {}, batch, by=desk.actor, now=now)
        assert key is not None
        thread = threading.Thread(
            target=lambda: told.append(receive(session, desk.kinds, batch, by=desk.actor, now=now))
        )
        thread.start()
        thread.join()
    engine.dispose()
    assert told == [None]
    assert desk.taken == []

"""What left and what did not, for operators: ways, times and outcomes, never words or receivers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from lms.access import Role
from lms.audit.models import AuditEntry
from lms.notifications.models import Channel, Outgoing, OutgoingState
from lms.people.models import Person
from tests.conftest import Client
from tests.factories.people import make_agency, make_person
from tests.statements import statements

HERE = "/sistem/kiriman"


@pytest.fixture
def omar(session: Session) -> Person:
    return make_person(session, None, "Omar Said", Role.OPERATOR)


def written(session: Session, now: datetime, state: OutgoingState, *, times: int = 1) -> Outgoing:
    made = [
        Outgoing(
            channel=Channel.MAIL,
            kind="cohorts:announced",
            to="ayu@contoh.invalid",
            subject="Rahasia",
            text="Isi yang pribadi\n",
            created_at=now,
            due_at=now,
            state=state,
            tries=5,
            outcome="SMTP 550",
        )
        for _time in range(times)
    ]
    session.add_all(made)
    session.commit()
    return made[0]


def test_a_quiet_outbox_says_so(omar: Person, client_of: Client) -> None:
    assert "Tidak ada kiriman" in client_of(omar).get(HERE).text
    assert HERE in client_of(omar).get("/sistem").text


def test_each_message_stands_with_its_way_and_outcome_but_without_words_and_receiver(
    omar: Person, session: Session, client_of: Client, now: datetime
) -> None:
    written(session, now, OutgoingState.FAILED)
    page = client_of(omar).get(HERE).text
    for shown in ("Pengumuman kelas", "Surel", "5 percobaan", "SMTP 550", "Gagal"):
        assert shown in page
    for hidden in ("Rahasia", "pribadi", "ayu@", "contoh.invalid"):
        assert hidden not in page


def test_the_list_can_be_narrowed_and_nonsense_does_not_narrow(
    omar: Person, session: Session, client_of: Client, now: datetime
) -> None:
    written(session, now, OutgoingState.SENT)
    client = client_of(omar)
    assert "SMTP 550" not in client.get(f"{HERE}?keadaan=failed").text
    assert "SMTP 550" in client.get(f"{HERE}?keadaan=sent").text
    assert "SMTP 550" in client.get(f"{HERE}?keadaan=apa").text


def test_a_failed_message_can_be_tried_again_and_then_leaves(
    omar: Person, session: Session, client_of: Client, now: datetime, run_jobs: Callable[[], int]
) -> None:
    message = written(session, now, OutgoingState.FAILED)
    assert client_of(omar).post(f"{HERE}/{message.id}/ulang").status_code == 303
    run_jobs()
    session.expire_all()
    assert (message.state, message.tries) == (OutgoingState.SENT, 1)
    assert session.scalars(sa.select(AuditEntry.act)).all() == ["message:resent"]
    assert client_of(omar).post(f"{HERE}/{message.id}/ulang").status_code == 409


def test_a_failed_message_can_be_left_unsent(
    omar: Person, session: Session, client_of: Client, now: datetime, run_jobs: Callable[[], int]
) -> None:
    message = written(session, now, OutgoingState.FAILED)
    client = client_of(omar)
    assert client.post(f"{HERE}/{message.id}/buang").status_code == 303
    assert client.post(f"{HERE}/{message.id}/buang").status_code == 409
    assert run_jobs() == 0
    session.expire_all()
    assert message.state is OutgoingState.DROPPED


@pytest.mark.parametrize("state", [OutgoingState.WAITING, OutgoingState.SENT])
def test_what_is_not_failed_cannot_be_sent_twice_by_hand(
    state: OutgoingState, omar: Person, session: Session, client_of: Client, now: datetime
) -> None:
    message = written(session, now, state)
    assert client_of(omar).post(f"{HERE}/{message.id}/ulang").status_code == 409


def test_nobody_but_operators_sees_it(session: Session, client_of: Client, now: datetime) -> None:
    message = written(session, now, OutgoingState.FAILED)
    dewi = client_of(make_person(session, make_agency(session), "Dewi", Role.ADMIN))
    assert dewi.get(HERE).status_code == 403
    assert dewi.post(f"{HERE}/{message.id}/ulang").status_code == 403


def test_a_hundred_messages_cost_as_many_statements_as_one(
    app: Flask, omar: Person, session: Session, client_of: Client, now: datetime
) -> None:
    client = client_of(omar)
    written(session, now, OutgoingState.SENT)
    with statements(app) as few:
        client.get(HERE)
    written(session, now, OutgoingState.SENT, times=99)
    with statements(app) as many:
        page = client.get(HERE).text
    assert len(many) == len(few) <= 5
    assert "Berikutnya" in page

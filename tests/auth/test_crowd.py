"""Claims about many people who sign in at once: hashing never takes all threads of a web process."""

from __future__ import annotations

from contextlib import ExitStack

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.auth import passwords
from lms.auth.models import Failure
from lms.auth.passwords import HASHING, WAITING
from tests.auth.conftest import NIP, Scene, enter
from tests.conftest import Client


def crowded() -> ExitStack:
    """As many people as may hash and wait, at the door."""
    stack = ExitStack()
    for _ in range(HASHING + WAITING):
        stack.enter_context(passwords._ADMITTED)
    return stack


def test_who_finds_a_crowd_is_told_when_to_come_back_and_keeps_the_name(
    scene: Scene, client_of: Client
) -> None:
    with crowded():
        answer = enter(client_of(None), NIP)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert NIP in answer.text
    assert "Banyak orang sedang masuk." in answer.text


def test_a_crowd_counts_as_nobodys_failure(scene: Scene, client_of: Client, session: Session) -> None:
    with crowded():
        enter(client_of(None), NIP)
    assert session.scalar(sa.select(sa.func.count()).select_from(Failure)) == 0


def test_when_the_crowd_is_gone_everybody_gets_in(scene: Scene, client_of: Client) -> None:
    with crowded():
        enter(client_of(None), NIP)
    assert enter(client_of(None), NIP).status_code == 303

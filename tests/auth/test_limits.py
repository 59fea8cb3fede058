"""Claims about the limiter: how many failures, whose, and for how long."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.auth.limits import LIMITS, Door, Visit, check, count, forget, network
from lms.auth.models import Failure
from lms.errors import TooMany

MINUTE = timedelta(minutes=1)


def visit(account: str = "ayu", address: str = "10.1.2.3", door: Door = Door.PASSWORD) -> Visit:
    return Visit(door, account, address)


def fail(session: Session, tries: int, at: datetime, **where: object) -> None:
    for _ in range(tries):
        count(session, visit(**where), now=at)  # type: ignore[arg-type]


@pytest.mark.asvs("V6.3.1")
def test_the_tenth_failure_of_an_account_closes_it_for_a_quarter_of_an_hour(
    session: Session, now: datetime
) -> None:
    fail(session, 9, now)
    check(session, visit(), now=now)
    fail(session, 1, now + MINUTE)
    with pytest.raises(TooMany) as refusal:
        check(session, visit(), now=now + 2 * MINUTE)
    assert refusal.value.retry_after == 13 * 60
    assert refusal.value.values["minutes"] == 13
    check(session, visit(), now=now + 15 * MINUTE)


@pytest.mark.asvs("V6.3.1")
def test_a_slow_guesser_meets_the_limit_of_the_day(session: Session, now: datetime) -> None:
    for hour in range(12):
        fail(session, 9, now + hour * timedelta(hours=1))
    with pytest.raises(TooMany):
        check(session, visit(), now=now + timedelta(hours=12))
    check(session, visit(), now=now + timedelta(hours=36))


def test_another_account_at_the_same_address_is_not_closed(session: Session, now: datetime) -> None:
    fail(session, 10, now)
    check(session, visit("budi"), now=now)


def test_an_address_that_guesses_many_accounts_is_closed(session: Session, now: datetime) -> None:
    for number in range(100):
        fail(session, 1, now, account=f"korban-{number}")
    with pytest.raises(TooMany):
        check(session, visit("yang-lain"), now=now)
    check(session, visit("yang-lain", "10.1.2.4"), now=now)


def test_a_storm_from_everywhere_is_slowed(session: Session, now: datetime) -> None:
    rows = [{"scope": visit().scope("all"), "at": now} for _ in range(1000)]
    session.execute(sa.insert(Failure), rows)
    with pytest.raises(TooMany):
        check(session, visit("siapa-pun", "192.0.2.1"), now=now)
    check(session, visit("siapa-pun", "192.0.2.1"), now=now + 5 * MINUTE)


@pytest.mark.parametrize("door", list(Door))
def test_every_door_has_limits_of_its_own(session: Session, now: datetime, door: Door) -> None:
    closest = min(limit.most for limit in LIMITS[door] if limit.key in {"account", "address"})
    fail(session, closest, now, door=door)
    with pytest.raises(TooMany):
        check(session, visit(door=door), now=now)
    for other in set(Door) - {door}:
        check(session, visit(door=other), now=now)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("2001:0db8:0001:0002::1", "2001:db8:1:2::5", True),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("::1", "0.0.0.0", False),
        ("fe80::1%eth0", "fe80::2", True),
    ],
)
def test_an_ipv6_address_counts_by_its_subscriber(one: str, other: str, same: bool) -> None:
    assert (network(one) == network(other)) is same


@pytest.mark.parametrize("odd", ["", "unix:", "999.1.1.1", "<script>", "x" * 500])
def test_an_unreadable_address_is_one_key(odd: str) -> None:
    assert network(odd) == "unknown"


def test_what_was_typed_is_not_kept(session: Session, now: datetime) -> None:
    fail(session, 1, now, account="kata sandi di kolom yang salah")
    assert not [scope for scope in session.scalars(sa.select(Failure.scope)) if "salah" in scope]


def test_failures_are_forgotten_after_a_day(session: Session, now: datetime) -> None:
    fail(session, 1, now)
    fail(session, 1, now + timedelta(hours=2))
    forget(session, now=now + timedelta(hours=25))
    assert session.scalar(sa.select(sa.func.count()).select_from(Failure)) == 3

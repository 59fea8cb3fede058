"""How often somebody may fail to prove who they are: one limiter for every door (quality A5).

Only failures count, because a whole office may share one address; an account is the strict key. Failures lie in the
database, so that every process and machine counts the same ones.
"""

from __future__ import annotations

import enum
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from lms.auth.models import Failure
from lms.auth.tokens import hashed
from lms.errors import TooMany


class Door(enum.StrEnum):
    """Where one proves something. Each counts by itself."""

    PASSWORD = "password"  # noqa: S105 a word, not one
    CODE = "code"
    RESET = "reset"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many failures of one kind of key within a window."""

    key: str
    most: int
    window: timedelta


_QUARTER, _HOUR, _DAY = timedelta(minutes=15), timedelta(hours=1), timedelta(days=1)
LIMITS: dict[Door, Sequence[Limit]] = {
    Door.PASSWORD: (
        Limit("account", 10, _QUARTER),
        Limit("account", 100, _DAY),
        Limit("address", 100, _QUARTER),
        Limit("all", 1000, timedelta(minutes=5)),
    ),
    Door.CODE: (
        Limit("account", 10, _QUARTER),
        Limit("account", 50, _DAY),
        Limit("address", 100, _QUARTER),
        Limit("all", 1000, timedelta(minutes=5)),
    ),
    # Here every request counts: an answer that differs would tell who has an account.
    Door.RESET: (
        Limit("account", 5, _HOUR),
        Limit("address", 60, _HOUR),
        Limit("all", 1000, _HOUR),
    ),
    Door.LINK: (Limit("address", 60, _QUARTER), Limit("all", 1000, timedelta(minutes=5))),
}
LONGEST = _DAY


@dataclass(frozen=True, slots=True)
class Visit:
    """One try at a door: which, whose account (an id, or the name as it was typed), from which address."""

    door: Door
    account: str
    address: str

    def scope(self, key: str) -> str:
        """The key under which a failure lies. Names are hashed: people type passwords into the wrong field."""
        parts = {"account": hashed(self.account).hex()[:32], "address": network(self.address), "all": ""}
        return f"{self.door}:{key}:{parts[key]}"


def network(address: str) -> str:
    """The key of an address: an IPv6 address counts by its /64, because a subscriber gets all of it."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(ip) >> 64 << 64, 64)))


def _counted(visit: Visit, place: int, now: datetime) -> sa.Select[int, int, datetime]:
    """The place of a limit in its door's list, how many failures lie in its window, and when the oldest was."""
    limit = LIMITS[visit.door][place]
    return sa.select(sa.literal(place), sa.func.count(), sa.func.min(Failure.at)).where(
        Failure.scope == visit.scope(limit.key), Failure.at > now - limit.window
    )


def check(session: Session, visit: Visit, *, now: datetime) -> None:
    """Refuse with TooMany, and say when to come back, after too many failures. One statement."""
    limits = LIMITS[visit.door]
    found = session.execute(sa.union_all(*(_counted(visit, place, now) for place in range(len(limits)))))
    waits = [
        oldest + limits[place].window - now for place, many, oldest in found if many >= limits[place].most
    ]
    if waits:
        raise TooMany(retry_after=max(1, int(max(waits).total_seconds())))


def count(session: Session, visit: Visit, *, now: datetime) -> None:
    """Keep a failure under each of its keys."""
    keys = dict.fromkeys(limit.key for limit in LIMITS[visit.door])
    session.execute(sa.insert(Failure), [{"scope": visit.scope(key), "at": now} for key in keys])


def forget(session: Session, *, now: datetime) -> None:
    """Delete failures that count no more."""
    session.execute(sa.delete(Failure).where(Failure.at <= now - LONGEST))

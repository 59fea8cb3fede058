"""Learners as scripts: each answers, changes its mind, suffers something, and hands in."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from tests.load.client import Counts, Phone, SignedOut
from tests.load.proof import Ledger
from tests.load.scene import Scene
from tests.load.wire import LOST

STEPS = 26  # answers of one learner, with those that are changed again
OFFLINE = (0.3, 4.0)  # seconds without a network: what takes 5 s to 30 min outside, scaled


class Hand(Phone):
    """A phone whose outbox works by itself beside its owner; the network, the tab or the session may go at any time."""

    offline = False
    _sending: asyncio.Task[None] | None = None

    async def ask_once(self, *request: Any) -> Any:
        if self.offline:
            self.wire.close()
            raise ConnectionResetError("offline")
        return await super().ask_once(*request)

    def kick(self) -> None:
        """Send what waits, unless that is being done."""
        if self._sending is None or self._sending.done():
            self._sending = asyncio.create_task(self.flush())

    async def flush(self) -> None:
        """Like the page: who is signed out sends nothing until signing in again."""
        with suppress(SignedOut):
            await super().flush()

    async def kill_tab(self) -> None:
        """The tab goes in the middle of whatever it was doing; its owner opens the page again."""
        if self._sending:
            self._sending.cancel()
            with suppress(asyncio.CancelledError):
                await self._sending
        self.wire.close()
        await insisting(self.open_attempt)

    async def sent(self) -> None:
        """Everything has left, and its receipts are here."""
        while self.outbox.waiting:
            self.kick()
            if self._sending:
                await self._sending


async def insisting(act: Callable[[], Awaitable[object]]) -> None:
    """A person taps again until the page is there."""
    while True:
        try:
            await act()
            return
        except LOST:
            await asyncio.sleep(0.3)


@dataclass
class Learner:
    """One attempt: its devices, what was meant, and the seconds between two taps."""

    scene: Scene
    name: str
    port: int
    counts: Counts
    chance: random.Random
    pace: float
    cookie: dict[str, str]
    strike: Callable[[str, str], Awaitable[None]]
    ledger: Ledger = field(default_factory=Ledger)

    async def phone(self) -> Hand:
        """Another device, signed in and on the page of the attempt. Some people type their password, most are signed in."""
        hand = Hand(self.scene, self.name, self.port, self.counts, self.chance)
        hand.cookies = dict(self.cookie)
        await insisting(hand.open_cover if self.cookie else hand.sign_in)
        await insisting(hand.start)
        self.ledger.attempt = hand.attempt
        self.ledger.boxes.append(hand.outbox)
        return hand

    async def tap(self, hand: Hand, number: int = 0) -> None:
        """Answer a question, maybe once more, and think."""
        number = number or self.chance.randrange(len(hand.questions)) + 1
        value = hand.questions[number - 1].answered(self.chance)
        hand.answer(number, value)
        self.ledger.meant[number] = value
        if self.chance.random() < 0.6:
            hand.kick()
        await asyncio.sleep(self.pace * self.chance.uniform(0.2, 1.8))

    async def taps(self, hand: Hand, steps: int) -> None:
        for _ in range(steps):
            await self.tap(hand)

    async def hand_in(self, hand: Hand) -> None:
        hand.hand_in()
        await hand.sent()
        self.ledger.handed_in = True

    # What happens to them

    async def nothing(self) -> None:
        hand = await self.phone()
        await self.taps(hand, STEPS)
        await self.hand_in(hand)

    async def network_goes(self) -> None:
        """Twice without a network; the second time the attempt is handed in before it comes back."""
        hand = await self.phone()
        await self.taps(hand, STEPS // 2)
        for last in (False, True):
            hand.offline = True
            await self.taps(hand, STEPS // 4)
            if last:
                hand.hand_in()
            await asyncio.sleep(self.chance.uniform(*OFFLINE))
            hand.offline = False
            hand.kick()
        await hand.sent()
        self.ledger.handed_in = True

    async def tab_is_killed(self) -> None:
        hand = await self.phone()
        for _ in range(3):
            await self.taps(hand, STEPS // 3)
            hand.kick()
            await hand.kill_tab()
        await self.hand_in(hand)

    async def session_ends(self) -> None:
        """Signed out in the middle, by a clerk or by time: the learner signs in again and the queue is still there."""
        hand = await self.phone()
        await self.taps(hand, STEPS // 2)
        await self.strike("session", hand.person)
        await self.taps(hand, STEPS // 2)
        hand.cookies = {}
        await insisting(hand.sign_in)
        await insisting(hand.open_attempt)
        await self.hand_in(hand)

    async def two_devices(self) -> None:
        """Another device takes over while the first still has answers; who meets a conflict decides for the newer one."""
        first = await self.phone()
        await self.taps(first, STEPS // 2)
        first.offline = self.chance.random() < 0.7
        await self.taps(first, STEPS // 4)
        if not first.offline:
            await first.sent()
        second = await self.phone()
        second.take_over()
        chosen: dict[int, Any] = {}
        for number in self.chance.sample(range(1, len(second.questions) + 1), STEPS // 2):
            await self.tap(second, number)
            chosen[number] = self.ledger.meant[number]
        first.offline = False
        await first.sent()
        await second.sent()
        await self._settle(second, chosen)
        await self.hand_in(second)

    async def _settle(self, hand: Hand, chosen: dict[int, Any]) -> None:
        """Choose where two answers stand beside each other: the one given on this device, or the one that came last."""
        while True:
            saved = (await _insisted(hand.standings))["saved"]
            open_ = {int(number): row for number, row in saved.items() if row[2] is not None}
            if not open_:
                return
            for number, (revision, value, _other) in open_.items():
                hand.revisions[number] = revision
                self.ledger.meant[number] = chosen.get(number, value)
                hand.answer(number, self.ledger.meant[number], settles=True)
            await hand.sent()

    async def time_runs_out(self) -> None:
        """What was given before the deadline counts although it arrives later; what was given later waits for a person."""
        hand = await self.phone()
        await self.taps(hand, STEPS // 2)
        await hand.sent()
        hand.offline = True
        await self.taps(hand, 3)
        await self.strike("deadline", hand.attempt)
        await asyncio.sleep(0.1)
        meant = dict(self.ledger.meant)
        waiting = {piece.content["number"] for piece in hand.outbox.waiting.values()}
        await self.tap(hand, next(q.number for q in hand.questions if q.number not in waiting))
        self.ledger.meant = meant
        hand.offline = False
        await self.hand_in(hand)


async def _insisted(act: Callable[[], Awaitable[dict[str, Any]]]) -> dict[str, Any]:
    while True:
        try:
            return await act()
        except LOST:
            await asyncio.sleep(0.3)


# What happens to how many in a hundred.
LIVES: dict[Callable[[Learner], Awaitable[None]], int] = {
    Learner.nothing: 30,
    Learner.network_goes: 25,
    Learner.tab_is_killed: 15,
    Learner.two_devices: 15,
    Learner.session_ends: 5,
    Learner.time_runs_out: 10,
}

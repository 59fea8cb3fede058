"""The exam storm: a thousand learners sign in and start within a minute, save for ten, and hand in within two."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.load.client import Counts, Phone, Trouble
from tests.load.proof import Ledger
from tests.load.scene import Scene
from tests.load.wire import LOST

EVERY = 20.0  # seconds between two saves of one learner
QUEUED, BACK_WITHIN = 20, 10.0  # answers that wait on a phone, and the seconds in which all phones return


@dataclass(frozen=True)
class Plan:
    """How many, and how many seconds each part takes. Rates do not depend on the answers: late is late."""

    learners: int
    opening: float
    saving: float
    closing: float

    @classmethod
    def full(cls, learners: int, minutes: float = 10) -> Plan:
        return cls(learners, opening=60.0, saving=60.0 * minutes, closing=120.0)

    @classmethod
    def short(cls, learners: int) -> Plan:
        """The same rates at a fifth of the size, within 90 seconds."""
        return cls(learners, opening=0.06 * learners, saving=54.0, closing=0.12 * learners)


@dataclass
class Storm:
    """A run: its counts, what each learner was promised, and the times of each kind of act in seconds."""

    plan: Plan
    scene: Scene
    port: int
    chance: random.Random
    counts: Counts = field(default_factory=Counts)
    ledgers: list[Ledger] = field(default_factory=list)
    few: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(8))
    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    # What saves are told apart by: "alone", then "beside" other work; empty while people still arrive.
    phase: str = ""

    async def run(self, beside: Callable[[float], Awaitable[None]] | None = None) -> None:
        """Everybody's exam; in the second half of it `beside` is called with the seconds that are left of it."""
        began = time.monotonic()
        learners = (self._learner(name, place, began) for place, name in enumerate(self.scene.names))
        await asyncio.gather(*learners, self._halves(beside))

    async def _halves(self, beside: Callable[[float], Awaitable[None]] | None) -> None:
        await asyncio.sleep(self.plan.opening)
        if beside is not None:
            half = (self.plan.saving - EVERY) / 2
            self.phase = "alone"
            await asyncio.sleep(half)
            self.phase = "beside"
            await beside(half)
            self.phase = ""

    async def _learner(self, name: str, place: int, began: float) -> None:
        chance = random.Random(f"{self.chance.random()} {name}")
        phone = Phone(self.scene, name, self.port, self.counts, chance)
        ledger = Ledger()
        self.ledgers.append(ledger)
        try:
            await self._sit(phone, ledger, began + self.plan.opening * place / self.plan.learners, began)
        except (Trouble, *LOST) as trouble:
            self.counts.errors.append(f"{name}: {type(trouble).__name__} {trouble}")
        finally:
            phone.wire.close()

    async def _sit(self, phone: Phone, ledger: Ledger, arrives: float, began: float) -> None:
        plan = self.plan
        await self._timed("sign_in", phone.sign_in(), arrives)
        await self._timed("start", phone.start(), time.monotonic())
        ledger.attempt, ledger.boxes, began_at = phone.attempt, [phone.outbox], time.monotonic()
        saves = int(plan.saving / EVERY)
        for save in range(saves):
            last = max(1, (save + 1) * 40 // saves)
            numbers = range(
                min(save * 40 // saves + 1, last), last + 1
            )  # in a long exam some are answered anew
            answers = {n: phone.questions[n - 1].answered(phone.chance) for n in numbers}
            due = began_at + EVERY * (save + phone.chance.random())
            await self._timed("save", self._save(phone, ledger, answers), due)
        due = began + plan.opening + plan.saving + plan.closing * phone.chance.random()
        await self._timed("submit", self._submit(phone), due)
        ledger.handed_in = True

    async def _save(self, phone: Phone, ledger: Ledger, answers: dict[int, Any]) -> None:
        for number, value in answers.items():
            phone.answer(number, value)
            ledger.meant[number] = value
        await phone.flush()

    async def _submit(self, phone: Phone) -> None:
        phone.hand_in()
        await phone.flush()

    async def come_back(self, cookies: Mapping[str, dict[str, str]]) -> None:
        """Everybody is back on the network within seconds, each with answers that waited (quality A9, L4)."""
        phones = await asyncio.gather(*(self._waiting(name, cookies[name]) for name in self.scene.names))
        began = time.monotonic()
        await asyncio.gather(
            *(
                self._timed("return", phone.flush(), began + BACK_WITHIN * phone.chance.random())
                for phone in phones
            )
        )
        self.times["drained"] = [time.monotonic() - began]
        for phone in phones:
            phone.wire.close()

    async def _waiting(self, name: str, cookie: dict[str, str]) -> Phone:
        phone = Phone(
            self.scene, name, self.port, self.counts, random.Random(f"{self.chance.random()} {name}")
        )
        phone.cookies = dict(cookie)
        async with self.few:
            await phone.open_cover()
            await phone.start()
        ledger = Ledger(phone.attempt, [phone.outbox])
        self.ledgers.append(ledger)
        for number in phone.chance.sample(range(1, len(phone.questions) + 1), QUEUED):
            ledger.meant[number] = phone.questions[number - 1].answered(phone.chance)
            phone.answer(number, ledger.meant[number])
        return phone

    async def _timed(self, name: str, act: Awaitable[object], due: float) -> None:
        """Wait until it is due and do it; it took as long as it took since then."""
        await asyncio.sleep(max(0.0, due - time.monotonic()))
        await act
        took = time.monotonic() - due
        self.times[name].append(took)
        if self.phase:
            self.times[f"{name}_{self.phase}"].append(took)

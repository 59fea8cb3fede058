"""One run: an installation, a bad network in front of it, learners and browsers, and somebody who breaks things."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa
from playwright.async_api import Error, async_playwright

from courses.quizzes.authoring import change_question
from courses.quizzes.models import Question
from lms.web import db
from tests.bench.figures import Figure
from tests.chaos.browsers import AT_ONCE, Browser
from tests.chaos.learners import LIVES, Learner
from tests.chaos.proxy import Proxy, Weather, bad_network
from tests.load.client import Counts, Trouble
from tests.load.proof import Ledger, verdict
from tests.load.scene import moment
from tests.load.site import Site, cookie_of
from tests.load.wire import LOST

STRIKES = {
    "session": "UPDATE sign_in SET ended_at = now() WHERE person_id = %s",
    "deadline": "UPDATE attempt SET deadline = now() WHERE id = %s",
}


@dataclass(frozen=True)
class Plan:
    """How many attempts (so many of them in real browsers), over how many seconds, and how often things break.

    A process is killed after so many answers, more or less: a slow machine is not killed before it did anything.
    """

    attempts: int
    browsers: int
    seconds: float
    pace: float = 0.7
    kill_after: int = 80
    crashes: int = 0
    weather: Weather = field(default_factory=Weather)


@dataclass
class Chaos:
    """A run and what it saw."""

    site: Site
    plan: Plan
    chance: random.Random
    counts: Counts = field(default_factory=Counts)
    ledgers: list[Ledger] = field(default_factory=list)
    kills: int = 0
    edits: int = 0
    recoveries: list[float] = field(default_factory=list)
    faults: dict[str, int] = field(default_factory=dict)

    async def run(self) -> None:
        async with bad_network(self.site.server.port, self.plan.weather, self.chance) as proxy:
            trouble = [asyncio.create_task(act) for act in (self._kill(proxy), self._edit(), self._crash())]
            scripted = self.site.scene.names[self.plan.browsers :]
            lives = self.chance.choices(list(LIVES), list(LIVES.values()), k=len(scripted))
            await asyncio.gather(
                *(self._life(proxy, name, life) for name, life in zip(scripted, lives, strict=True)),
                self._in_browsers(proxy, self.site.scene.names[: self.plan.browsers]),
            )
            for task in trouble:
                task.cancel()
            await asyncio.gather(*trouble, return_exceptions=True)
        self.faults = {name: count for name, count in proxy.done.items() if name}

    async def _life(self, proxy: Proxy, name: str, life: Callable[[Learner], Awaitable[None]]) -> None:
        chance = random.Random(f"{self.chance.random()} {name}")
        cookie = {} if chance.random() < 0.1 else cookie_of(self.site, name)
        learner = Learner(
            self.site.scene, name, proxy.port, self.counts, chance, self.plan.pace, cookie, self._strike
        )
        self.ledgers.append(learner.ledger)
        await asyncio.sleep(self.plan.seconds * chance.random())
        try:
            await life(learner)
        except (Trouble, *LOST) as trouble:
            self.counts.errors.append(f"{name} {life.__name__}: {type(trouble).__name__} {trouble}")

    async def _in_browsers(self, proxy: Proxy, names: Sequence[str]) -> None:
        if not names:
            return
        free = asyncio.Semaphore(AT_ONCE)
        # Before the first crash: those who come later would find the database recovering.
        cookies = {name: cookie_of(self.site, name) for name in names}
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            async with async_playwright() as tool:

                async def sit(name: str) -> None:
                    async with free:
                        chance, profile = random.Random(f"{self.chance.random()} {name}"), Path(folder) / name
                        browser = Browser(tool, self.site.scene, proxy.port, cookies[name], profile, chance)
                        self.ledgers.append(browser.ledger)
                        try:
                            await browser.sit()
                        except (Error, OSError) as error:
                            self.counts.errors.append(f"{name} in a browser: {error}")

                await asyncio.gather(*map(sit, names))

    async def _strike(self, what: str, whom: str) -> None:
        def act() -> None:
            with self.site.database.connect() as connection:
                connection.execute(STRIKES[what].encode(), [whom])

        while True:
            with suppress(psycopg.OperationalError):  # it may just have crashed
                return await asyncio.to_thread(act)
            await asyncio.sleep(0.2)

    # What breaks

    async def _kill(self, proxy: Proxy) -> None:
        """`kill -9` of one web process after the other, at any moment."""
        while True:
            enough = proxy.answered + self.plan.kill_after * self.chance.uniform(0.5, 1.5)
            while proxy.answered < enough:
                await asyncio.sleep(0.02)
            workers = self.site.server.processes()[1:]
            if len(workers) > 1:
                with suppress(ProcessLookupError):
                    os.kill(self.chance.choice(workers), signal.SIGKILL)
                    self.kills += 1

    async def _edit(self) -> None:
        """An author turns right answers into wrong ones and back; papers that were begun must not notice."""
        while True:
            await asyncio.sleep(1)
            with suppress(sa.exc.OperationalError):
                await asyncio.to_thread(self._turn_round)
                self.edits += 1

    def _turn_round(self) -> None:
        with self.site.app.app_context(), db.sessionmaker() as session, session.begin():
            questions = session.scalars(sa.select(Question).order_by(Question.id)).all()
            question = self.chance.choice(questions)
            change_question(
                session,
                question,
                turned(question.content),
                source=question.source,
                tags=question.tags,
                now=moment(),
            )

    async def _crash(self) -> None:
        """The database dies as in a power cut and comes back; how long until pages are served again?"""
        for crash in range(1, self.plan.crashes + 1):
            while self._handed_in() < self.plan.attempts * crash / (self.plan.crashes + 1):
                await asyncio.sleep(0.05)
            await asyncio.to_thread(self.site.database.crash)
            began = time.monotonic()
            await asyncio.to_thread(self.site.server.wait_ready)
            self.recoveries.append(time.monotonic() - began)

    def _handed_in(self) -> int:
        return sum(ledger.handed_in for ledger in self.ledgers)

    def figures(self) -> Iterator[Figure]:
        found = asdict(verdict(self.site.database, self.ledgers))
        yield Figure(
            "attempts",
            self._handed_in(),
            "attempts",
            self.plan.attempts,
            least=True,
        )
        yield Figure("acknowledged_saves", found.pop("acknowledged_saves"), "answers")
        for name, value in found.items():
            yield Figure(name, value, "", 0)
        yield Figure("errors", len(self.counts.errors), "errors", 0)
        yield Figure("kills", self.kills, "processes")
        yield Figure("edits", self.edits, "questions")
        yield Figure("database_crashes", len(self.recoveries), "crashes")
        yield Figure("recovery_longest", max(self.recoveries, default=0), "s", 5)
        for name, count in sorted(self.faults.items()):
            yield Figure(f"fault_{name}", count, "requests")
        yield Figure("requests", self.counts.requests, "requests")
        yield Figure("without_answer", self.counts.lost, "requests")
        yield Figure("busy", self.counts.busy, "answers")


def turned(content: dict[str, Any]) -> dict[str, Any]:
    """The question with another right answer."""
    kind = content["kind"]
    if kind == "true_false":
        return {**content, "answer": not content["answer"]}
    if kind == "number":
        return {**content, "answer": int(content["answer"]) + 1}
    if kind == "single":
        flags = [option["correct"] for option in content["options"]]
        turned_flags = flags[1:] + flags[:1]
        return {
            **content,
            "options": [{**o, "correct": f} for o, f in zip(content["options"], turned_flags, strict=True)],
        }
    return {**content, "options": [{**o, "weight": -o["weight"]} for o in content["options"]]}

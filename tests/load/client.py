"""What a learner's phone says to the server, and the only place that knows how: one protocol for storm and chaos."""

from __future__ import annotations

import asyncio
import json
import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from tests.load.outbox import ANSWER, HOLD, SUBMIT, Outbox, Piece, Receipt
from tests.load.scene import PASSWORD, Scene
from tests.load.wire import LOST, Reply, Wire

_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
_PERSON = re.compile(r'data-person="([^"]+)"')
_TICKET = re.compile(r'data-ticket="([^"]+)"')
_QUESTION = re.compile(r'data-number="(\d+)" data-kind="(\w+)"(.*?)</fieldset>', re.DOTALL)
_BASE = re.compile(r'name="base_(\d+)" value="(\d+)"')
_CHOICE = re.compile(r'type="(?:radio|checkbox)" name="[^"]*" value="([^"]+)"')
_STATIC = re.compile(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"')
BUSY = {429, 503}
RUNNING = 409  # another request of this device is still at work
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0  # seconds, after requests without an answer


class Trouble(Exception):
    """An answer of the server that no phone should ever see."""


class SignedOut(Trouble):
    """The session has ended; what waits in the outbox waits for the next one."""


class Stale(Trouble):
    """The token is not this session's: its owner signed in again meanwhile. The page's script asks for a new one."""


@dataclass
class Counts:
    """What all phones of a run lived through."""

    requests: int = 0
    busy: int = 0
    lost: int = 0
    errors: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Question:
    """One question of the paper as its page showed it."""

    number: int
    kind: str
    choices: tuple[str, ...]

    def answered(self, chance: random.Random) -> Any:
        """Some answer, in the form in which the page's script sends it."""
        if self.kind == "true_false":
            return chance.random() < 0.5
        if self.kind == "single":
            return chance.choice(self.choices)
        if self.kind == "multiple":
            return sorted(chance.sample(self.choices, chance.randint(1, len(self.choices))))
        return str(chance.randint(1, 40))


class Phone:
    """One learner's browser: its cookies, its connection, the page it shows, and the outbox behind it."""

    def __init__(self, scene: Scene, name: str, port: int, counts: Counts, chance: random.Random) -> None:
        self.scene, self.name, self.counts, self.chance = scene, name, counts, chance
        self.wire, self.outbox = Wire(port), Outbox(chance)
        self.cookies: dict[str, str] = {}
        self.person = self.token = self.attempt = self.ticket = ""
        self.questions: tuple[Question, ...] = ()
        self.revisions: dict[int, int] = {}
        self._files: set[str] = set()

    # Pages

    async def sign_in(self) -> None:
        """Open the sign-in page, prove oneself and arrive at the cover of the quiz.

        Who is sent away from the page has been signed in by an earlier try, of which only the answer was lost.
        """
        opened = await self.ask("GET", "/masuk")
        if opened.status == 200:
            await self._fetch_files(opened.text)
            self.token = _found(_TOKEN, opened.text)
            reply = await self.form("/masuk", name=self.name, password=PASSWORD, next=self.scene.cover)
            if reply.status != 303 or reply.headers["location"].startswith("/masuk"):
                raise Trouble(f"sign-in answered {reply.status} to {reply.headers.get('location')}")
        await self.open_cover()

    async def open_cover(self) -> None:
        self.person = _found(_PERSON, await self.open(self.scene.cover))

    async def start(self) -> None:
        """Begin the attempt, or find the one that runs, and read its paper."""
        reply = await self.form(f"{self.scene.cover}/mulai")
        if reply.status != 303:
            raise Trouble(f"start answered {reply.status}")
        self.attempt = reply.headers["location"].rpartition("/")[2]
        await self.open_attempt()

    async def open_attempt(self) -> None:
        """Load the page of the attempt, as after a tab was killed; what waits in the outbox is untouched."""
        page = await self.open(self.address)
        self.ticket = _found(_TICKET, page)
        self.revisions = {int(number): int(seen) for number, seen in _BASE.findall(page)}
        self.questions = tuple(
            Question(int(number), kind, tuple(_CHOICE.findall(inside)))
            for number, kind, inside in _QUESTION.findall(page)
        )
        if not self.questions:
            raise Trouble("the attempt page shows no question")

    @property
    def address(self) -> str:
        return f"{self.scene.cover}/percobaan/{self.attempt}"

    async def standings(self) -> dict[str, Any]:
        """What the server has: is the attempt open, who holds it, each answer with its revision and its rival."""
        found: dict[str, Any] = json.loads((await self.ask("GET", f"{self.address}/jawaban")).text)
        return found

    # Work

    def answer(self, number: int, value: Any, **more: Any) -> None:
        content = {"number": number, "value": value, "base": self.revisions.get(number, 0), **more}
        self.outbox.put(ANSWER, f"{self.attempt}:{number}", self._about(content))

    def take_over(self) -> None:
        self.outbox.put(HOLD, self.attempt, self._about({}))

    def hand_in(self) -> None:
        self.outbox.put(SUBMIT, self.attempt, self._about({}))

    def _about(self, content: Mapping[str, Any]) -> dict[str, Any]:
        return {"attempt": self.attempt, "ticket": self.ticket, **content}

    async def flush(self) -> None:
        """Send until nothing waits, however often that takes."""
        failures = 0
        while pieces := self.outbox.batch():
            try:
                self._took(pieces, await self.send(pieces))
                failures = 0
            except LOST:
                failures += 1
                pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**failures)
                await asyncio.sleep(pause * self.chance.uniform(0.5, 1))
            finally:
                self.outbox.landed()

    def _took(self, pieces: Sequence[Piece], receipts: Mapping[str, Receipt]) -> None:
        if missing := [piece.id for piece in pieces if piece.id not in receipts]:
            raise Trouble(f"{len(missing)} of {len(pieces)} pieces got no receipt")
        self.outbox.took(pieces, receipts)
        for piece in pieces:
            told = receipts[piece.id].answer
            if piece.kind == ANSWER and told.get("counts"):
                self.revisions[piece.content["number"]] = told["revision"]

    async def send(self, pieces: Sequence[Piece]) -> dict[str, Receipt]:
        """One delivery; the receipts by the pieces' ids. Raises one of LOST when no answer came."""
        body = {
            "person": self.person,
            "device": self.outbox.device,
            "operations": [piece.sent for piece in pieces],
        }
        sent = json.dumps(body).encode()
        try:
            reply = await self._deliver(sent)
        except Stale:
            self.token = json.loads((await self.ask("GET", "/kirim")).text)["token"]
            reply = await self._deliver(sent)
        told = json.loads(reply.text)["receipts"]
        return {id_: Receipt(**receipt) for id_, receipt in told.items()}

    async def _deliver(self, body: bytes) -> Reply:
        return await self.ask(
            "POST", "/kirim", {"Content-Type": "application/json", "X-CSRFToken": self.token}, body
        )

    # Requests

    async def open(self, path: str) -> str:
        """A page that has a form, and the token with which the next one is sent."""
        page = await self.page(path)
        self.token = _found(_TOKEN, page)
        return page

    async def page(self, path: str) -> str:
        """A page with the style sheets and scripts that it names, each fetched once per phone."""
        reply = await self.ask("GET", path)
        if reply.status != 200:
            raise Trouble(f"{path} answered {reply.status} to {reply.headers.get('location')}")
        await self._fetch_files(reply.text)
        return reply.text

    async def _fetch_files(self, text: str) -> None:
        for file in dict.fromkeys(_STATIC.findall(text)):
            if file not in self._files:
                self._files.add(file)
                await self.ask("GET", file)

    async def form(self, path: str, **fields: str) -> Reply:
        body = urlencode({"csrf_token": self.token, **fields}).encode()
        return await self.ask("POST", path, {"Content-Type": "application/x-www-form-urlencoded"}, body)

    async def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Reply:
        """One request. A server that is busy and says when to come back is asked again then, and a little later."""
        while True:
            reply = await self.ask_once(method, path, headers or {}, body)
            if reply.status not in {*BUSY, RUNNING} or "retry-after" not in reply.headers:
                break
            self.counts.busy += reply.status in BUSY
            await asyncio.sleep(float(reply.headers["retry-after"]) * self.chance.uniform(1, 2))
        if reply.status == 401:
            raise SignedOut(path)
        if reply.status == 400:
            raise Stale(f"{method} {path}: {reply.body[:200]!r}")
        if reply.status > 400:
            raise Trouble(f"{method} {path} answered {reply.status}: {reply.body[:200]!r}")
        return reply

    async def ask_once(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        shared = {"Cookie": cookie, "Accept-Encoding": "br", "Sec-Fetch-Site": "same-origin"}
        self.counts.requests += 1
        try:
            reply = await self.wire.ask(method, path, {**shared, **headers}, body)
        except LOST:
            self.counts.lost += 1
            raise
        self.cookies |= reply.cookies
        return reply


def _found(pattern: re.Pattern[str], page: str) -> str:
    found = pattern.search(page)
    if found is None:
        raise Trouble(f"the page lacks {pattern.pattern}")
    return found[1]

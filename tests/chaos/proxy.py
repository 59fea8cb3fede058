"""A bad network between phones and server: requests arrive twice, late or halved, and answers are lost on the way."""

from __future__ import annotations

import asyncio
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.load.wire import LOST

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CONNECTION = re.compile(rb"\r\nconnection:[^\r]*", re.IGNORECASE)
LATEST = 3.0  # seconds after which a late copy of a request arrives at most


@dataclass(frozen=True)
class Weather:
    """Of a hundred writes so many suffer each fault; pages and files only lose answers, and are slow."""

    twice: int = 8
    late_copy: int = 8
    cut_request: int = 6
    cut_answer: int = 10
    slow: int = 10

    def fault(self, chance: random.Random, *, write: bool) -> str:
        names = ("twice", "late_copy", "cut_request", "cut_answer", "slow") if write else ("slow",)
        shares = [getattr(self, name) for name in names]
        return str(chance.choices([*names, ""], [*shares, max(0, 100 - sum(shares))])[0])


CLEAR = Weather(0, 0, 0, 0, 0)


class Proxy:
    """One open port in front of another. Each request goes its own way; `done` counts the faults."""

    def __init__(self, behind: int, weather: Weather, chance: random.Random) -> None:
        self.behind, self.weather, self.chance = behind, weather, chance
        self.done: Counter[str] = Counter()
        self.port = self.answered = 0
        self._late: set[asyncio.Task[None]] = set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while request := await _request(reader):
                answer = await self._carried(request)
                if answer is None:
                    break
                writer.write(answer)
                await writer.drain()
                break  # one request per connection; the answer says so
        except LOST:
            pass
        finally:
            writer.close()

    async def _carried(self, request: bytes) -> bytes | None:
        """What the phone gets, or nothing at all."""
        fault = self.weather.fault(self.chance, write=request.startswith(b"POST"))
        self.done[fault] += 1
        if fault == "slow":
            await asyncio.sleep(self.chance.uniform(0.05, 1))
        elif fault == "cut_request":
            await self._halved(request)
            return None
        elif fault == "twice":
            return (await asyncio.gather(self._asked(request), self._asked(request)))[
                self.chance.randrange(2)
            ]
        elif fault == "late_copy":
            copy = asyncio.create_task(self._again(request))
            self._late.add(copy)
            copy.add_done_callback(self._late.discard)
        answer = await self._asked(request)
        return None if fault == "cut_answer" else answer

    async def _asked(self, request: bytes) -> bytes | None:
        writer = None
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.behind, limit=1 << 20)
            writer.write(request)
            answer = await asyncio.wait_for(reader.read(-1), 60)
            self.answered += bool(answer)
            return answer or None
        except LOST:
            return None
        finally:
            if writer:
                writer.close()

    async def _halved(self, request: bytes) -> None:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.behind)
            writer.write(request[: len(request) // 2])
            await writer.drain()
            writer.close()
        except LOST:
            return

    async def _again(self, request: bytes) -> None:
        await asyncio.sleep(self.chance.uniform(0.2, LATEST))
        await self._asked(request)

    async def settle(self) -> None:
        """Let every late copy arrive."""
        while self._late:
            await asyncio.gather(*self._late)


async def _request(reader: asyncio.StreamReader) -> bytes:
    """A whole request that asks for the end of the connection; nothing when the phone has no more."""
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""
    found = _LENGTH.search(head)
    body = await reader.readexactly(int(found[1])) if found else b""
    return _CONNECTION.sub(b"", head[:-4]) + b"\r\nConnection: close\r\n\r\n" + body


@asynccontextmanager
async def bad_network(behind: int, weather: Weather, chance: random.Random) -> AsyncIterator[Proxy]:
    proxy = Proxy(behind, weather, chance)
    server = await asyncio.start_server(proxy._serve, "127.0.0.1", 0, limit=1 << 20)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
        await proxy.settle()
    finally:
        server.close()

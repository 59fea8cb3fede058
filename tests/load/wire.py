"""HTTP as cheaply as a thousand phones on one machine need it: asyncio streams, one connection per phone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import brotli

# A server closes connections that nobody uses; one that was idle for so long (seconds) is not trusted any more.
IDLE = 1.0
# Nobody waits longer for an answer (seconds).
PATIENCE = 30.0
LOST = (OSError, EOFError, TimeoutError, asyncio.IncompleteReadError)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. Header names are in small letters; cookies are told apart."""

    status: int
    headers: Mapping[str, str]
    cookies: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        packed = self.headers.get("content-encoding") == "br"
        return (brotli.decompress(self.body) if packed else self.body).decode()


class Wire:
    """One phone's way to the server. A call that fails (one of LOST) closes the connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._used = 0.0
        self._turn = asyncio.Lock()

    async def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> Reply:
        async with self._turn:
            return await self._ask(
                _request(method, path, {**headers, "Host": f"127.0.0.1:{self.port}"}, body)
            )

    async def _ask(self, request: bytes) -> Reply:
        try:
            async with asyncio.timeout(PATIENCE):
                reader, writer = await self._open()
                writer.write(request)
                reply = await _reply(reader)
        except BaseException:
            self.close()
            raise
        self._used = asyncio.get_running_loop().time()
        if reply.headers.get("connection") == "close":
            self.close()
        return reply

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._streams and asyncio.get_running_loop().time() - self._used > IDLE:
            self.close()
        self._streams = self._streams or await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        return self._streams

    def close(self) -> None:
        if self._streams:
            self._streams[1].close()
        self._streams = None


def _request(method: str, path: str, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _reply(reader: asyncio.StreamReader) -> Reply:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    pairs = [(name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in head[1:-2])]
    cookies = [value.partition(";")[0].partition("=") for name, value in pairs if name == "set-cookie"]
    headers = dict(pairs)
    if headers.get("transfer-encoding") == "chunked":
        body = await _chunks(reader)
    else:
        body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Reply(int(head[0].split(" ")[1]), headers, {name: value for name, _, value in cookies}, body)


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    parts = []
    while size := int(await reader.readline(), 16):
        parts.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(parts)

"""Requests to the server under measurement: one after the other, or from 16 connections at once."""

from __future__ import annotations

import asyncio
import http.client
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass

from tests.bench.server import Server

LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)")


@dataclass(frozen=True)
class Answer:
    """What came back: status, headers and body."""

    status: int
    headers: dict[str, str]
    body: bytes


def get(connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str]) -> Answer:
    connection.request("GET", path, headers=dict(headers))
    answer = connection.getresponse()
    return Answer(answer.status, dict(answer.getheaders()), answer.read())


def cpu_per_request(server: Server, path: str, headers: Mapping[str, str], *, requests: int = 400) -> float:
    """Milliseconds of server processor time for one request, after a warm-up."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    for _ in range(40):
        answer = get(connection, path, headers)
    if answer.status != 200:
        raise RuntimeError(f"{path} answered {answer.status}")
    before = server.cpu_seconds()
    for _ in range(requests):
        get(connection, path, headers)
    return (server.cpu_seconds() - before) * 1000 / requests


def percentile_95(
    server: Server, path: str, headers: Mapping[str, str], *, connections: int = 16, each: int = 40
) -> float:
    """Milliseconds within which 95 of 100 requests from many connections were answered.

    One thread asks for all of them: sixteen would wait for each other and count that as the server's time.
    """
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: localhost",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    request = ("\r\n".join(lines) + "\r\n\r\n").encode()

    async def visits() -> list[list[float]]:
        return await asyncio.gather(*(_visit(server.port, request, each) for _ in range(connections)))

    times = [time for visit in asyncio.run(visits()) for time in visit]
    return sorted(times)[int(len(times) * 0.95)] * 1000


async def _visit(port: int, request: bytes, each: int) -> list[float]:
    """Seconds of so many requests, one after the other over one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    times = []
    for _ in range(each):
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if b" 200 " not in head.partition(b"\r\n")[0]:
            raise RuntimeError(head.decode())
        await reader.readexactly(int(LENGTH.findall(head)[0]))
        times.append(time.perf_counter() - began)
    writer.close()
    return times

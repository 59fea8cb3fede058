"""Requests to the server under measurement: one after the other, or from 16 connections at once."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from tests.bench.server import Server


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
    """Milliseconds within which 95 of 100 requests from many connections were answered."""
    times: list[float] = []
    threads = [
        threading.Thread(target=_visit, args=(server, path, headers, each, times)) for _ in range(connections)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(times)[int(len(times) * 0.95)] * 1000


def _visit(server: Server, path: str, headers: Mapping[str, str], each: int, times: list[float]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for _ in range(each):
        began = time.perf_counter()
        get(connection, path, headers)
        times.append(time.perf_counter() - began)

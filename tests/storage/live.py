"""A running server around an application, for what needs real HTTP; and a browser's-eye view of answers."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message

from flask import Flask
from werkzeug.serving import make_server


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    headers: Message[str, str]


@contextmanager
def served(app: Flask, port: int = 0) -> Iterator[str]:
    """The address of the application, served by threads until the block ends."""
    server = make_server("localhost", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def ask(
    url: str, *, method: str = "GET", data: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """What a server answers, whatever the status is."""
    request = urllib.request.Request(url, data=data, method=method, headers=dict(headers or {}))
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, answer.read(), answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, error.read(), error.headers)

"""A map of every page: what each role finds in the demonstration by following links from the first page.

No browser yet: `explore` needs only a way to fetch, so that the same map serves tests and pictures.
"""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

# What came back for a path: the status, the media type, the text (or where it leads).
Answer = tuple[int, str, str]
Fetch = Callable[[str], Answer]

# A page leads on by its links and by the forms that only ask (GET); what changes something is not followed.
LINK = re.compile(r'(?:<a\b[^>]*?\shref|<form\b(?![^>]*\bmethod="post")[^>]*?\saction)="([^"#]+)')
# Of one kind of page so many are read for their links; lists lead to all their rows otherwise.
READ = 5


@dataclass(frozen=True)
class Place:
    """A page: the endpoint that draws it, and an address."""

    endpoint: str
    path: str


def endpoint_of(app: Flask, path: str) -> str | None:
    """Which endpoint answers a GET of a path, if any."""
    try:
        endpoint, _ = app.url_map.bind("localhost").match(urlsplit(path).path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return str(endpoint)


def links_in(text: str, path: str) -> list[str]:
    """The addresses of this application that a page leads to, in their order."""
    found = (urljoin(path, html.unescape(link)) for link in LINK.findall(text))
    return [link for link in found if link.startswith("/") and not link.startswith("//")]


def explore(app: Flask, fetch: Fetch, start: tuple[str, ...] = ("/",)) -> tuple[list[Place], list[str]]:
    """All pages reached by links, at most READ of a kind, and the addresses that did not open."""
    waiting, known, read = deque(start), set(start), Counter[str]()
    places, broken = [], []
    while waiting:
        path = waiting.popleft()
        endpoint = endpoint_of(app, path)
        if endpoint is None or endpoint == "static" or read[endpoint] == READ:
            continue
        read[endpoint] += 1
        status, kind, text = fetch(path)
        if status >= 400:
            broken.append(f"{status} {path}")
        if kind == "text/html" and status == 200:
            places.append(Place(endpoint, path))
        new = [text] if 300 <= status < 400 else links_in(text, path)
        waiting.extend(link for link in dict.fromkeys(new) if link not in known)
        known.update(new)
    return places, broken

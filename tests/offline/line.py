"""A phone in a real browser, and the line between it and the server."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from threading import Event
from typing import Any

from flask import Flask
from playwright.sync_api import BrowserContext, Page, expect


class Line:
    """The line to the server: counts what goes over it, and can be cut or change what the worker's text says."""

    def __init__(self, app: Flask) -> None:
        self.bytes = 0
        self.ranges: list[str] = []
        self.cut_from: int | None = None
        self.cut_after: int | None = None
        self.files = 0
        self.cut_once: set[str] = set()  # names of scripts
        self.late: tuple[str, Event] | None = None
        self.worker: Callable[[bytes], bytes] = lambda text: text
        self.inner: Any = app.wsgi_app
        app.wsgi_app = self  # type: ignore[assignment,method-assign]

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        asked = environ.get("HTTP_RANGE", "")
        if environ["PATH_INFO"].startswith("/berkas/") and asked:
            self.ranges.append(asked)
            if self.cut_from is not None and int(re.findall(r"\d+", asked)[0]) >= self.cut_from:
                start("503 Service Unavailable", [("Content-Length", "0")])
                return [b""]
        if environ["PATH_INFO"] == "/sw.js":
            environ.pop("HTTP_ACCEPT_ENCODING", None)
            return self._changed(environ, start)
        if self.late and environ["PATH_INFO"] == self.late[0]:
            self.late[1].wait(60)
        answer = self._counted(self.inner(environ, start))
        name = environ["PATH_INFO"].rpartition("/")[2]
        if name in self.cut_once:
            self.cut_once.remove(name)
            return self._cut(answer, 100)
        return self._cut(answer, self.cut_after) if environ["PATH_INFO"].startswith("/berkas/") else answer

    def _cut(self, chunks: Iterable[bytes], left: int | None) -> Iterator[bytes]:
        for chunk in chunks:
            sent = chunk[:left]
            self.files += len(sent)
            yield sent
            left = None if left is None else left - len(sent)
            if left == 0:
                return

    def _counted(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        try:
            for chunk in chunks:
                self.bytes += len(chunk)
                yield chunk
        finally:
            getattr(chunks, "close", lambda: None)()

    def _changed(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        told: list[Any] = []
        chunks = self.inner(environ, lambda status, headers, *_: told.extend((status, headers)))
        text = self.worker(b"".join(chunks))
        getattr(chunks, "close", lambda: None)()
        headers = [(name, value) for name, value in told[1] if name.lower() != "content-length"]
        start(told[0], [*headers, ("Content-Length", str(len(text)))])
        self.bytes += len(text)
        return [text]


def ready(context: BrowserContext) -> Page:
    """A page whose worker is at work."""
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto("/kelas")
    page.wait_for_selector("body[data-offline-ready]", state="attached")
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    return page


def module(page: Page) -> Any:
    page.wait_for_selector("[data-packs][data-ready]")
    return page.locator("[data-module]").first


def take(page: Page, address: str) -> None:
    page.goto(address)
    box = module(page)
    box.get_by_role("button", name=re.compile("^Unduh modul")).click()
    expect(box).to_have_attribute("data-state", "done")


def packs(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "caches.keys().then((names) => names.filter((name) => name.includes('modul')))"
    )
    return found

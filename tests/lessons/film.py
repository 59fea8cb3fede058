"""A film on a page in a real browser: from where it plays, and until when; and waiting for what comes of it."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect


def listen(page: Page) -> Locator:
    """The film, muted; `began` will say from where it played first."""
    film = page.locator("video")
    film.evaluate(
        """(film) => {
            film.muted = true;
            film.addEventListener("playing", () => { film.dataset.began ??= film.currentTime; });
        }"""
    )
    return film


def began(film: Locator) -> float:
    """From where it played first. A film may stand at a second before it plays there."""
    expect(film).to_have_attribute("data-began", re.compile(r"\d"))
    return float(film.get_attribute("data-began") or -1)


def reach(film: Locator, second: float) -> None:
    """Let it play until it is there."""
    film.evaluate(
        """(film, second) => new Promise((there) => {
            const look = () => (film.currentTime >= second || film.ended) && (film.removeEventListener("timeupdate", look), there());
            film.addEventListener("timeupdate", look); look();
        })""",
        second,
    )


def until(page: Page, holds: Callable[[], bool]) -> None:
    for _ in range(600):  # a phone that was offline may wait half a minute before it tries again
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never came to hold")

"""A film on a page in a real browser: from where it plays, and until when."""

from __future__ import annotations

from playwright.sync_api import Locator, Page


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

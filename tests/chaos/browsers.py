"""Learners in a real Chromium: tabs crash, the browser is closed and opened again, the phone's clock is a day wrong."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from playwright.async_api import BrowserContext, Error, Page, Playwright

from tests.live import ARGUMENTS, CHROMIUM, PHONE
from tests.load.proof import Ledger
from tests.load.scene import Scene

AT_ONCE = 2
PATIENCE = 15_000  # milliseconds that a loaded machine may need for a page
DAY = 86_400_000
WRONG_CLOCK = """(() => {
  const shift = %d, Real = Date;
  globalThis.Date = class extends Real {
    constructor(...given) { given.length ? super(...given) : super(Real.now() + shift); }
    static now() { return Real.now() + shift; }
  };
})()"""


# A choice among several that is tapped twice would be undone; these may be answered again after a crash.
PLAIN = """() => Array.from(document.querySelectorAll("[data-number]"))
  .filter((box) => box.dataset.kind !== "multiple").map((box) => Number(box.dataset.number))"""


@dataclass
class Browser:
    """One learner's browser with its profile on disk."""

    tool: Playwright
    scene: Scene
    port: int
    cookie: dict[str, str]
    profile: Path
    chance: random.Random
    ledger: Ledger = field(default_factory=Ledger)
    context: BrowserContext | None = None
    page: Page | None = None

    async def sit(self) -> None:
        """The whole attempt, with one misfortune after the other."""
        shift = self.chance.choice([-DAY, 0, DAY])
        await self._open(shift)
        await self._until(self._begin)
        plain = await self._page.evaluate(PLAIN)
        numbers = self.chance.sample(plain, 12)
        for place, number in enumerate(numbers):
            if place == 3:
                await self._context.set_offline(True)
            if place == 6:
                await self._context.set_offline(False)
                await self._crash_tab()
            if place == 9:
                await self._context.close()
                await self._open(shift)
                await self._until(self._come_back)
            await self._until(partial(self._answer, number))
        await self._until(self._hand_in)
        self.ledger.handed_in = True
        await self._context.close()

    @property
    def _context(self) -> BrowserContext:
        assert self.context is not None
        return self.context

    @property
    def _page(self) -> Page:
        assert self.page is not None
        return self.page

    async def _open(self, shift: int) -> None:
        self.context = await self.tool.chromium.launch_persistent_context(
            str(self.profile),
            executable_path=CHROMIUM,
            args=ARGUMENTS,
            viewport=PHONE,  # type: ignore[arg-type]
            base_url=f"http://127.0.0.1:{self.port}",
        )
        self.context.set_default_timeout(PATIENCE)
        await self.context.add_init_script(WRONG_CLOCK % shift)
        await self.context.add_cookies([self._cookie(name, value) for name, value in self.cookie.items()])
        await self._new_page()

    def _cookie(self, name: str, value: str) -> Any:
        return {"name": name, "value": value, "domain": "127.0.0.1", "path": "/", "secure": True}

    async def _new_page(self) -> None:
        self.page = await self._context.new_page()
        self.page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))

    async def _until(self, act: Callable[[], Awaitable[None]]) -> None:
        """People try again: the network may have eaten a page or one of its scripts."""
        for _ in range(8):
            try:
                await act()
                return
            except (Error, AssertionError):
                await asyncio.sleep(0.5)
                if "/percobaan/" in self._page.url or self.ledger.attempt:
                    await self._reload()
        await act()

    async def _reload(self) -> None:
        with suppress(Error, AssertionError):
            await self._come_back()

    async def _begin(self) -> None:
        await self._page.goto(self.scene.cover)
        await self._page.locator("main form button").first.click()
        await self._page.wait_for_url("**/percobaan/*")
        self.ledger.attempt = self._page.url.rpartition("/")[2]
        await self._ready()

    async def _come_back(self) -> None:
        await self._page.goto(f"{self.scene.cover}/percobaan/{self.ledger.attempt}")
        if not self._page.url.endswith("/hasil"):
            await self._ready()

    async def _ready(self) -> None:
        await self._page.locator("form[data-ready]").wait_for(state="attached")

    async def _answer(self, number: int) -> None:
        """Choose or type, and see that the phone has it."""
        box = self._page.locator(f'[data-number="{number}"]')
        kind = await box.get_attribute("data-kind")
        if kind == "number":
            value: Any = str(self.chance.randint(1, 40))
            await box.locator("input.input").fill(value)
        else:
            choices = box.locator("label:has(input)")
            chosen = choices.nth(self.chance.randrange(await choices.count()))
            told = await chosen.locator("input").get_attribute("value")
            await chosen.click()
            value = told == "true" if kind == "true_false" else told
        await self._page.locator(f'#soal-{number}-saved:not([data-saved="open"])').wait_for(state="attached")
        self.ledger.meant[number] = value

    async def _crash_tab(self) -> None:
        """The renderer dies without a chance to say anything."""
        old = self._page
        with suppress(Error, TimeoutError):
            await asyncio.wait_for(old.goto("chrome://crash"), 5)
        await self._new_page()
        await old.close()
        await self._until(self._come_back)

    async def _hand_in(self) -> None:
        await self._come_back()
        if not self._page.url.endswith("/hasil"):
            await self._page.locator(".bar-button[name=submit]").click()
            await self._page.wait_for_url("**/periksa")
            await self._page.locator("main form button").first.click()
            await self._page.wait_for_url("**/hasil")

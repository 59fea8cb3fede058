"""What every page owes: no accessibility fault, no sideways scroll, targets for thumbs, and a silent console."""

from __future__ import annotations

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page

PHONE, DESK = 360, 1280
# A window as tall as the page: a bar that sticks over a half-scrolled control would read as a small target.
TALLEST = 12_000
# Least size of a target in CSS pixels (the design's 44, less what rounding takes).
THUMB = 43.5

AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ['violations'] });
  return found.violations.map((fault) => `${fault.id}: ${fault.nodes[0].html.slice(0, 160)}`);
}"""

# Controls too small for a thumb. What a control stands in counts when the whole of it can be pressed; a link within a
# line of text is as tall as its line.
SMALL = """(least) => {
  const pressable = 'a[href], button, input:not([type=hidden]), select, textarea, summary, label.choice';
  const box = (part) => part.getBoundingClientRect();
  const shown = (part) => part.checkVisibility({ visibilityProperty: true }) && box(part).width > 1;
  const inText = (part) => part.matches('a') && getComputedStyle(part).display.startsWith('inline')
    && !part.querySelector('svg')
    && part.parentElement.textContent.trim().length > part.textContent.trim().length;
  const around = (part) => part.closest('label') ?? (part.id && document.querySelector(`label[for="${part.id}"]`));
  const large = (part) => part && box(part).height >= least && box(part).width >= least;
  return [...document.querySelectorAll(pressable)]
    .filter((part) => shown(part) && !part.closest('.skip, .sr') && !inText(part) && !large(part) && !large(around(part)))
    .map((part) => {
      const size = box(part);
      return `${Math.round(size.width)}x${Math.round(size.height)} ${part.outerHTML.slice(0, 140)}`;
    });
}"""


class Listener:
    """Collects what a page says to the console in anger: errors of scripts, of loading, of the content policy."""

    def __init__(self, page: Page) -> None:
        self.heard: list[str] = []
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.heard.append(str(error)))

    def take(self) -> list[str]:
        """What was heard since the last time."""
        heard, self.heard = self.heard, []
        return heard

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.heard.append(message.text)


def faults(page: Page, width: int) -> list[str]:
    """Everything wrong with the page that is open, in a window of a width and as tall as the page."""
    page.set_viewport_size({"width": width, "height": 900})
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(max(height, 740), TALLEST)})
    page.evaluate(f"window.axe || ({{ run() {{ {AXE_SCRIPT} }} }}).run()")
    found: list[str] = page.evaluate(AXE)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("scrolls sideways")
    if width == PHONE:
        found += page.evaluate(SMALL, THUMB)
    return [f"{width}: {fault}" for fault in found]

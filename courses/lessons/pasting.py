"""What Word puts on the clipboard: its lists are ordinary paragraphs that only look like lists. Pure.

<p style="… mso-list:l0 level1 lfo1"><span><span style="mso-list:Ignore">1.<span>&nbsp;</span></span></span>Text</p>
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

_LEVEL = re.compile(r"mso-list:\s*l\d+\s+level([1-9])", re.IGNORECASE)
_MARK = re.compile(r"mso-list:\s*ignore", re.IGNORECASE)
_NUMBER = re.compile(r"\s*\(?[0-9a-z]{1,6}[.)]", re.IGNORECASE)


def with_lists(html: str) -> str:
    """The same HTML with Word's list paragraphs as lists and without their typed marks; any other comes back as it is."""
    if not _LEVEL.search(html):
        return html
    reader = _Word()
    reader.feed(html)
    reader.close()
    reader.end_lists()
    return "".join(reader.out)


class _Word(HTMLParser):
    """Copies HTML; between a list paragraph's beginning and its mark tags wait, because the mark says which list it is."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self._open: list[str] = []  # "ul" and "ol", the outermost first
        self._waiting: list[str] | None = None
        self._level = 0  # of the list paragraph that is being read, 0 outside
        self._mark = ""
        self._depth = 0  # of elements inside the mark

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        style = dict(attrs).get("style") or ""
        if self._depth:
            self._depth += tag != "br"
        elif tag == "span" and self._level and _MARK.search(style):
            self._depth = 1
        elif tag == "p" and (level := _LEVEL.search(style)):
            self._level, self._waiting, self._mark = int(level[1]), [], ""
        else:
            self._copy(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if self._depth:
            self._depth -= 1
            if not self._depth:
                self._begin()
        elif tag == "p" and self._level:
            self._begin()
            self._level = 0
        else:
            self._copy(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._depth:
            self._mark += data
            return
        if self._level and data.strip():
            self._begin()
        self._copy(data)

    def handle_entityref(self, name: str) -> None:
        if not self._depth:
            self._copy(f"&{name};")

    def handle_charref(self, name: str) -> None:
        if not self._depth:
            self._copy(f"&#{name};")

    def _copy(self, text: str) -> None:
        if self._waiting is not None:
            self._waiting.append(text)
            return
        if not self._level and text.strip():
            self.end_lists()
        self.out.append(text)

    def _begin(self) -> None:
        """The item's text comes now: into the list of its level and kind, which may have to be opened."""
        if self._waiting is None:
            return
        kind = "ol" if _NUMBER.match(self._mark) else "ul"
        self.end_lists(self._level)
        if len(self._open) == self._level and self._open[-1] != kind:
            self.end_lists(self._level - 1)
        elif len(self._open) == self._level:
            self.out.append("</li>")
        while len(self._open) < self._level:
            self.out.append(f"<{kind}>" + "<li>" * (len(self._open) + 1 < self._level))
            self._open.append(kind)
        self.out += ["<li>", *self._waiting]
        self._waiting = None

    def end_lists(self, beyond: int = 0) -> None:
        """Close the lists that lie deeper."""
        while len(self._open) > beyond:
            self.out.append(f"</li></{self._open.pop()}>")

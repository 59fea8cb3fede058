"""A lesson's text: from what the author typed to stored HTML, and from stored HTML to what one reader gets. Pure."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from lms.lazy import lazy
from lms.richtext import clean, from_markdown

if TYPE_CHECKING:
    import markdown_it
    from markdown_it import MarkdownIt
else:
    markdown_it = lazy("markdown_it")

_ALONE = re.compile(r'<p>(<img src="([^"]+)"[^>]*>)</p>')
_PICTURE = re.compile(r'<img src="media:([0-9a-z-]+)" alt="([^"]*)"[^>]*>')
_IMAGE = re.compile(r"!\[((?:[^\]\\]|\\.)*)\]\(\s*<?([^\s<>)]+)")


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a picture is, how large (px) and how heavy (bytes)."""

    src: str
    width: int
    height: int
    weight: int


def rendered(source: str) -> str:
    """Markdown as clean HTML. A picture that stands alone with a title gets the title as its caption."""
    captions = dict(_captions(source))

    def figure(match: re.Match[str]) -> str:
        caption = captions.get(html.unescape(match[2]))
        if not caption:
            return match[0]
        return f"<figure>{match[1]}<figcaption>{html.escape(caption)}</figcaption></figure>"

    return clean(_ALONE.sub(figure, from_markdown(source)))


@cache
def _markdown() -> MarkdownIt:
    return markdown_it.MarkdownIt("commonmark").enable("table")


def _captions(source: str) -> Iterator[tuple[str, str]]:
    for token in _markdown().parse(source):
        for child in token.children or ():
            if child.type == "image" and child.attrs.get("title"):
                yield str(child.attrs["src"]), str(child.attrs["title"])


def pictures_in(source: str) -> dict[str, str]:
    """The addresses of all pictures in Markdown, each once, in order, with the words that stand for it."""
    return {match[2]: re.sub(r"\\(.)", r"\1", match[1]) for match in _IMAGE.finditer(source)}


def picture(name: str, words: str) -> str:
    """A picture of the lesson as Markdown."""
    escaped = re.sub(r"[\\\[\]`*_<&]", r"\\\g<0>", " ".join(words.split()))
    return f"![{escaped}](media:{name})"


def worded(source: str, name: str, words: str) -> str:
    """Markdown in which one picture says `words` wherever it stood without any."""
    return source.replace(f"![](media:{name}", picture(name, words).removesuffix(")"))


def without_words(stored: str) -> int:
    """How many pictures in stored HTML have no alternative text."""
    return sum(not match[2].strip() for match in _PICTURE.finditer(stored))


def media_in(stored: str) -> list[str]:
    """The ids of the pictures that stored HTML shows, in order."""
    return [match[1] for match in _PICTURE.finditer(stored)]


def for_reader(
    stored: str, find: Callable[[str], Shown | None], *, saver: Callable[[str, Shown], str] | None = None
) -> str:
    """Stored HTML with every picture at its address, sized and loaded late; unknown ones are left out.

    With `saver` (alternative text, picture → link words) each picture is a link that fetches it only when pressed.
    """

    def placed(match: re.Match[str]) -> str:
        found = find(match[1])
        if found is None:
            return ""
        src, size = html.escape(found.src), f'width="{found.width}" height="{found.height}"'
        if saver is None:
            return f'<img src="{src}" alt="{match[2]}" {size} loading="lazy" decoding="async">'
        words = html.escape(saver(html.unescape(match[2]), found))
        return f'<a class="picture-link" href="{src}" data-picture data-alt="{match[2]}" {_data(found)}>{words}</a>'

    return _PICTURE.sub(placed, stored)


def _data(found: Shown) -> str:
    return f'data-width="{found.width}" data-height="{found.height}"'

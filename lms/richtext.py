"""Lesson prose: from Markdown or pasted HTML to a small, safe, well-structured HTML that is stored and shown as it is."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

from lms.lazy import lazy

if TYPE_CHECKING:
    import markdown_it
    from bleach import sanitizer
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML
    from markdown_it.token import Token
else:
    markdown_it, sanitizer = lazy("markdown_it"), lazy("bleach.sanitizer")

READING_SPEED = 180  # words a minute: careful reading of training material on a small screen (own choice)

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIGHEST, _LOWEST = 2, 4  # the page's own title is its h1
_INLINE = {"a", "br", "code", "em", "img", "s", "strong", "sub", "sup", "u"}
_OTHER_NAMES = {"b": "strong", "i": "em", "del": "s", "strike": "s"}
_VOID = {"br", "hr", "img"}
_HOLLOW = {"td", "th", *_VOID}  # these may be empty
_BLOCKS = {
    "blockquote",
    "div",
    "figcaption",
    "figure",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "table",
    "ul",
    *_HEADINGS,
}
_TAGS = _BLOCKS | _INLINE | {"thead", "tbody", "tr", "th", "td"} | _OTHER_NAMES.keys()
_ATTRIBUTES = {
    "a": ["href"],
    "img": ["src", "alt", "width", "height"],
    "ol": ["start"],
    "td": ["colspan", "rowspan"],
    "th": ["colspan", "rowspan", "scope"],
}
_HREF = re.compile(r"https?://[^/\s]|mailto:[^\s]|/(?![/\\])|\.{1,2}/|[\w-]+(?:[/.?][^:]*)?$", re.IGNORECASE)
_NUMBER = re.compile(r"[1-9]\d{0,3}")
_VALUES = {
    "href": _HREF,
    "src": re.compile(r"media:[0-9a-z-]{1,36}$|/(?:media|static)/(?!.*\.\.)[\w./-]+$"),
    "alt": re.compile(""),
    "scope": re.compile(r"(row|col)(group)?$"),
    "start": re.compile(_NUMBER.pattern + "$"),
    "width": re.compile(_NUMBER.pattern + "$"),
    "height": re.compile(_NUMBER.pattern + "$"),
    "colspan": re.compile(r"[1-9]\d?$"),
    "rowspan": re.compile(r"[1-9]\d?$"),
}
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]"
)
_SILENT = re.compile(
    r"<(script|style|template|title|textarea|xmp|noscript|iframe|noembed|noframes)\b", re.IGNORECASE
)
_DEEPEST = 40
_ROUNDS = 6
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_PICTURE = re.compile(r'<img src="media:([0-9a-z-]+)" alt="([^"]*)"([^>]*)>')
_WORD = re.compile(r"\w+(?:[-'’./]\w+)*")


def from_markdown(text: str) -> str:
    """CommonMark with tables, as `clean` HTML. Tags in it are dropped and their text stays; front matter is dropped."""
    source = _FRONT_MATTER.sub("", text.replace("\r\n", "\n"))
    return clean(_markdown().render(source))


def clean(source: str) -> str:
    """Only what lesson prose needs, well formed; cleaning the result again changes nothing.

    That holds by construction: the result is parsed and cleaned until it stands still. Text that never does (only
    somebody who looks for holes writes it) comes back as plain paragraphs.
    """
    cleaner = sanitizer.Cleaner(
        _TAGS, _ATTRIBUTES, {"http", "https", "mailto", "media"}, strip=True, filters=[cast("Any", _tidied)]
    )
    text = _without_silent(_CONTROLS.sub("", source.replace("\r\n", "\n").replace("\r", "\n")))
    for _ in range(_ROUNDS):
        cleaned = cleaner.clean(text).strip()
        if cleaned == text:
            return cleaned
        text = cleaned
    return cleaner.clean(_paragraphs(text_of(text)))


def text_of(source: str) -> str:
    """The words of cleaned HTML, one line a block: for search, for word counts, for plain mail."""
    reader = _Reader()
    reader.feed(source)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return "\n".join(filter(None, lines))


def words(text: str) -> int:
    """How many words; "buku-buku" is one."""
    return len(_WORD.findall(text))


def reading_minutes(source: str) -> int:
    """Whole minutes to read cleaned HTML, 0 only if there is nothing to read."""
    return -(-words(text_of(source)) // READING_SPEED)


@dataclass(frozen=True)
class Shown:
    """Where a picture is and how large (px), so that the page does not jump when it arrives; 0: not known."""

    src: str
    width: int = 0
    height: int = 0


def with_pictures(source: str, show: Callable[[str], Shown | None]) -> str:
    """Cleaned HTML with every `media:<name>` shown from elsewhere; pictures that `show` does not know are left out.

    On saving, `show` turns a document's picture numbers to `media:<uuid>`; on reading, uuids to addresses.
    """

    def placed(match: re.Match[str]) -> str:
        found = show(match[1])
        if found is None:
            return ""
        size = f' width="{found.width}" height="{found.height}"' if found.width else match[3]
        return f'<img src="{html.escape(found.src)}" alt="{match[2]}"{size}>'

    return _PICTURE.sub(placed, source)


@cache
def _markdown() -> MarkdownIt:
    markdown = markdown_it.MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    markdown.add_render_rule("html_inline", _no_tag)
    markdown.add_render_rule("html_block", _no_tags)
    return markdown


def _no_tag(renderer: RendererHTML, tokens: Sequence[Token], index: int, options: object, env: object) -> str:
    return ""


def _no_tags(
    renderer: RendererHTML, tokens: Sequence[Token], index: int, options: object, env: object
) -> str:
    """A block of tags may hold Markdown's inline marks, as guides on the web do."""
    lines = text_of(_without_silent(tokens[index].content)).splitlines()
    return "".join(f"<p>{_inline_markdown().renderInline(line)}</p>" for line in lines)


@cache
def _inline_markdown() -> MarkdownIt:
    return markdown_it.MarkdownIt("commonmark", {"html": False})


def _paragraphs(text: str) -> str:
    return "".join(f"<p>{html.escape(line)}</p>" for line in text.splitlines() if line.strip())


def _without_silent(text: str) -> str:
    """Without elements whose content is not prose (for looks only: safety is the cleaner's). Linear in length."""
    kept, at = [], 0
    while opening := _SILENT.search(text, at):
        kept.append(text[at : opening.start()])
        closing = re.compile(rf"</{opening[1]}\b[^>]*>?", re.IGNORECASE).search(text, opening.end())
        at = closing.end() if closing else len(text)
    return "".join([*kept, text[at:]])


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.parts.append(
            "\n" if tag in _BLOCKS or tag in ("br", "tr") else " " if tag in ("td", "th") else ""
        )

    def handle_endtag(self, tag: str) -> None:
        self.handle_starttag(tag, None)

    def handle_data(self, data: str) -> None:
        self.parts.append(data.replace("\n", " "))


# What follows works between the allow list and the serialiser: only allowed tags and attributes arrive there.

_Token = Mapping[str, Any]


@dataclass
class _Element:
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[_Element | _Token] = field(default_factory=list)


_Node = _Element | _Token


def _tidied(source: Iterable[_Token]) -> Iterator[_Token]:
    root = _tree(source)
    root.children = _in_paragraphs(_pruned(root.children))
    _level(root)
    _number_tables(root)
    return _tokens(root.children)


def _tree(tokens: Iterable[_Token]) -> _Element:
    """The tokens nested; what is deeper than any honest text is lifted to the deepest level."""
    path = [_Element("")]
    depth = 0
    for token in tokens:
        kind = token["type"]
        if kind == "EndTag":
            depth -= 1
            del path[max(1, depth + 1) :]
        elif kind in ("StartTag", "EmptyTag"):
            element = _Element(token["name"], {name: value for (_, name), value in token["data"].items()})
            path[-1].children.append(element)
            depth += kind == "StartTag"
            if kind == "StartTag" and depth < _DEEPEST:
                path.append(element)
        else:
            path[-1].children.append(token)
    return path[0]


def _pruned(nodes: list[_Node]) -> list[_Node]:
    kept: list[_Node] = []
    for node in nodes:
        kept.extend(_pruned_element(node) if isinstance(node, _Element) else [node])
    return kept


def _pruned_element(element: _Element) -> list[_Node]:
    """What stands in an element's place: itself made right, its children, or nothing."""
    element.name = _OTHER_NAMES.get(element.name, element.name)
    element.attributes = _attributes(element)
    element.children = _pruned(element.children)
    if element.name == "pre":
        _without_first_newline(element)
    if element.name not in _HOLLOW and not any(map(_says_something, element.children)):
        return element.children if element.name in _INLINE else []
    if element.name == "div":
        return _in_paragraphs(element.children)
    if element.name == "a" and "href" not in element.attributes:
        return element.children
    if element.name == "img" and "src" not in element.attributes:
        return []
    return [element]


def _says_something(node: _Node) -> bool:
    """Whether a reader would notice it; empty cells hold a table's shape."""
    if isinstance(node, _Element):
        return node.name != "br" and (node.name in _HOLLOW or any(map(_says_something, node.children)))
    return node.get("name") != "nbsp" if node["type"] == "Entity" else bool(node["data"].strip())


def _without_first_newline(pre: _Element) -> None:
    """A parser swallows one there, so it would go with every cleaning."""
    first = pre.children[0] if pre.children else None
    if first is not None and not isinstance(first, _Element) and first["type"] != "Entity":
        pre.children[0] = {**first, "data": first["data"].lstrip("\n")}


def _in_paragraphs(nodes: list[_Node]) -> list[_Node]:
    """Loose text and inline elements between blocks get a paragraph of their own."""
    result: list[_Node] = []
    for inline, run in groupby(
        nodes, key=lambda node: not isinstance(node, _Element) or node.name in _INLINE
    ):
        together = list(run)
        if not inline:
            result.extend(together)
        elif any(map(_says_something, together)):
            result.append(_Element("p", children=together))
    return result


def _attributes(element: _Element) -> dict[str, str]:
    """Those with a right value, in one order and one spelling."""
    allowed = _ATTRIBUTES.get(element.name, ())
    given = {name: _plain(element.attributes[name]) for name in allowed if name in element.attributes}
    right = {name: html.escape(value) for name, value in given.items() if _VALUES[name].match(value)}
    if element.name == "img":
        right.setdefault("alt", "")
    if right.get("href", "").lower().startswith("http"):
        right["rel"] = "nofollow noopener"
    return right


def _plain(value: str) -> str:
    """An attribute's value with its entities resolved: exactly those that the serialiser leaves standing."""
    return _CONTROLS.sub("", _ENTITY.sub(lambda entity: html.unescape(entity[0]), value)).strip()


def _level(root: _Element) -> None:
    """The highest heading becomes h2 and none is skipped, whatever levels the author used."""
    above: list[int] = []
    for element in _elements(root):
        if level := _HEADINGS.get(element.name):
            while above and above[-1] >= level:
                above.pop()
            above.append(level)
            element.name = f"h{min(_HIGHEST - 1 + len(above), _LOWEST)}"


def _number_tables(root: _Element) -> None:
    """Every outermost table in a region that scrolls sideways and that a keyboard reaches."""
    tables = [element for element in _elements(root) if element.name == "table"]
    inner = {id(nested) for table in tables for nested in _elements(table) if nested is not table}
    outermost = [table for table in tables if id(table) not in inner]
    for number, table in enumerate(outermost, start=1):
        region = {"class": "table-scroll", "role": "region", "tabindex": "0", "aria-label": f"Tabel {number}"}
        whole = _Element("table", table.attributes, table.children)
        table.name, table.attributes, table.children = "div", region, [whole]


def _elements(element: _Element) -> Iterator[_Element]:
    """It and everything in it, in the order of reading."""
    yield element
    for child in element.children:
        if isinstance(child, _Element):
            yield from _elements(child)


def _tokens(nodes: Iterable[_Node]) -> Iterator[_Token]:
    for node in nodes:
        if isinstance(node, _Element):
            yield from _element_tokens(node)
        else:
            yield node


def _element_tokens(element: _Element) -> Iterator[_Token]:
    tag = {"name": element.name, "namespace": None}
    data = {(None, name): value for name, value in element.attributes.items()}
    if element.name in _VOID:
        yield {"type": "EmptyTag", "data": data, **tag}
        return
    yield {"type": "StartTag", "data": data, **tag}
    yield from _tokens(element.children)
    yield {"type": "EndTag", "data": {}, **tag}

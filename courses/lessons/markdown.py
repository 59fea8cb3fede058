"""Clean HTML back to Markdown, so that pasted and imported text is edited like everything else. Pure.

What Markdown cannot say is told more simply: merged cells become empty ones, lists in cells become "• one • two",
sub- and superscript and underlining lose their mark. No word is lost.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = {"br", "hr", "img"}
_BLOCKS = {"blockquote", "div", "figure", "hr", "h2", "h3", "h4", "ol", "p", "pre", "table", "ul"}
_SPECIAL = re.compile(r"[\\`*\[\]<>|~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
_LINE_START = re.compile(
    r"^(#{1,6}(?=\s|$)|[-+](?=\s|$)|=+\s*$|-{2,}\s*$|\d{1,9}(?=[.)](?:\s|$)))", re.MULTILINE
)


_CLOSING, _BACKSLASH = re.compile(r"#(?=#*$)"), r"\\\g<0>"
_ENDS = re.compile(r"\A(?:\s|\\\n)+|(?:\s|\\\n)+\Z")


@dataclass
class _Node:
    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[_Node | str] = field(default_factory=list)


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Node("")
        self._path = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = _Node(tag, {name: value or "" for name, value in attrs})
        self._path[-1].children.append(node)
        if tag not in _VOID:
            self._path.append(node)

    def handle_endtag(self, tag: str) -> None:
        if len(self._path) > 1 and tag not in _VOID:
            self._path.pop()

    def handle_data(self, data: str) -> None:
        self._path[-1].children.append(data)


def to_markdown(source: str) -> str:
    """HTML as lms.richtext.clean leaves it, as Markdown with one blank line between blocks."""
    tree = _Tree()
    tree.feed(source)
    tree.close()
    text = "\n\n".join(_blocks(tree.root))
    return text + "\n" if text else ""


def _blocks(node: _Node) -> Iterator[str]:
    """The blocks of an element; loose inline text between them is one of its own."""
    loose: list[_Node | str] = []
    for child in [*node.children, _Node("")]:
        if isinstance(child, str) or (child.name and child.name not in _BLOCKS):
            loose.append(child)
            continue
        text = _words(loose)
        loose = []
        if text:
            yield text
        if child.name:
            yield from filter(None, [_BLOCK[child.name](child)])


def _paragraph(node: _Node) -> str:
    return _words(node.children)


def _words(nodes: list[_Node | str]) -> str:
    """Inline elements as a paragraph; a line break at an end says nothing, and Markdown would show its backslash."""
    return _line_safe(_ENDS.sub("", _inline(nodes)))


def _heading(node: _Node) -> str:
    """On one line; a # at its end would be taken for the end of the heading."""
    words = " ".join(_inline(node.children).replace("\\\n", " ").split())
    return f"{'#' * int(node.name[1])} {_CLOSING.sub(_BACKSLASH, words)}"


def _quote(node: _Node) -> str:
    return _indented("\n\n".join(_blocks(node)), "> ", "> ")


def _list(node: _Node) -> str:
    number = int(node.attributes.get("start", "1"))
    items = [child for child in node.children if isinstance(child, _Node) and child.name == "li"]
    written = []
    for place, item in enumerate(items, number):
        marker = f"{place}. " if node.name == "ol" else "- "
        parts = list(_blocks(item))
        tight = len(parts) <= 1 or all(_is_list(part) for part in parts[1:])
        written.append(_indented(("\n" if tight else "\n\n").join(parts), marker, " " * len(marker)))
    return "\n".join(written)


def _is_list(block: str) -> bool:
    return re.match(r"(- |\d+\. )", block) is not None


def _code(node: _Node) -> str:
    text = _text(node).strip("\n")
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}\n{text}\n{fence}"


def _figure(node: _Node) -> str:
    pictures = [child for child in _inside(node) if child.name == "img"]
    captions = [child for child in _inside(node) if child.name == "figcaption"]
    caption = " ".join(_text(captions[0]).split()) if captions else ""
    if len(pictures) == 1:
        return _picture(pictures[0], caption)
    return "\n\n".join([*(_picture(picture) for picture in pictures), _line_safe(_escaped(caption))]).strip()


def _table(node: _Node) -> str:
    rows = _grid([row for row in _inside(node) if row.name == "tr"])
    width = max((len(row) for row in rows), default=0)
    if not width:
        return ""
    filled = [row + [""] * (width - len(row)) for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in filled]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def _grid(rows: list[_Node]) -> list[list[str]]:
    """The texts of cells in their columns; the places that a merged cell covers are empty."""
    covered: Counter[int] = Counter()  # column → how many rows more a cell above reaches into
    grid = []
    for row in rows:
        texts: list[str] = []
        for cell in (child for child in row.children if isinstance(child, _Node)):
            texts.extend([""] * _taken(covered, len(texts)))
            columns = int(cell.attributes.get("colspan", "1"))
            covered.update(
                dict.fromkeys(
                    range(len(texts), len(texts) + columns), int(cell.attributes.get("rowspan", "1"))
                )
            )
            texts.extend([_cell(cell), *[""] * (columns - 1)])
        grid.append(texts)
        covered.subtract(list(+covered))
    return grid


def _taken(covered: Counter[int], column: int) -> int:
    """How many columns from here on belong to cells of rows above."""
    return next(count for count in itertools.count() if not covered[column + count] > 0)


def _cell(node: _Node) -> str:
    """On one line: paragraphs follow each other, list items get a bullet."""
    parts: list[str] = []
    for child in node.children:
        if isinstance(child, _Node) and child.name in ("ul", "ol"):
            parts.extend(f"• {_cell(item)}" for item in child.children if isinstance(item, _Node))
        elif isinstance(child, _Node) and child.name in _BLOCKS:
            parts.append(_cell(child))
        else:
            parts.append(_inline([child]))
    joined = (
        " ".join(parts)
        if any(isinstance(c, _Node) and c.name in _BLOCKS for c in node.children)
        else "".join(parts)
    )
    return " ".join(joined.replace("\\\n", " ").split())


def _container(node: _Node) -> str:
    return "\n\n".join(_blocks(node))


_BLOCK: dict[str, Callable[[_Node], str]] = {
    "p": _paragraph,
    "h2": _heading,
    "h3": _heading,
    "h4": _heading,
    "blockquote": _quote,
    "ul": _list,
    "ol": _list,
    "pre": _code,
    "figure": _figure,
    "table": _table,
    "div": _container,
    "hr": lambda node: "---",
}


def _inline(nodes: list[_Node | str]) -> str:
    texts = [node if isinstance(node, str) else _text(node) for node in nodes]
    return "".join(
        _escaped(re.sub(r"\s+", " ", node))
        if isinstance(node, str)
        else _span(node, "".join(texts[:place])[-1:], "".join(texts[place + 1 :])[:1])
        for place, node in enumerate(nodes)
    )


def _span(node: _Node, before: str, after: str) -> str:
    """An inline element; `before` and `after` are the characters around it ("" at the ends)."""
    if node.name == "br":
        return "\\\n"
    if node.name == "img":
        return _picture(node)
    if node.name == "code":
        return _code_span(_text(node))
    inner = _inline(node.children)
    if node.name == "a":
        return f"[{inner.strip()}]({_address(node.attributes.get('href', ''))})" if inner.strip() else ""
    mark = {"strong": "**", "em": "*", "s": "~~"}.get(node.name)
    return _marked(inner, mark, before.isalnum(), after.isalnum()) if mark else inner


def _marked(inner: str, mark: str, word_before: bool, word_after: bool) -> str:
    """The mark closely around the words; between punctuation and a letter outside, Markdown would not see it."""
    if not re.search(r"[^\W_]", inner) or any(sign in inner for sign in ("\\\n", "](", "*", "~", "`")):
        return inner
    head = re.match(r"[\W_]*" if word_before else r"\s*", inner)
    tail = re.search(r"[\W_]*$" if word_after else r"\s*$", inner)
    assert head is not None
    assert tail is not None
    return f"{head[0]}{mark}{inner[head.end() : tail.start()]}{mark}{tail[0]}"


def _code_span(text: str) -> str:
    plain = " ".join(text.split())
    if "|" in plain:  # in a table cell it would end the cell, even inside code
        return _escaped(plain)
    if not plain:
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", plain)), default=0))
    pad = " " if plain.startswith("`") or plain.endswith("`") else ""
    return f"{fence}{pad}{plain}{pad}{fence}"


def _picture(node: _Node, caption: str = "") -> str:
    title = ' "' + re.sub(r'(["\\])', r"\\\1", caption) + '"' if caption else ""
    alt = _escaped(" ".join(node.attributes.get("alt", "").split()))
    return f"![{alt}]({_address(node.attributes.get('src', ''))}{title})"


def _address(href: str) -> str:
    return f"<{href}>" if re.search(r"[\s()]", href) else href


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text)


def _line_safe(text: str) -> str:
    """A paragraph whose lines begin like a list or a heading stays a paragraph."""

    def safe(match: re.Match[str]) -> str:
        return f"{match[0]}\\" if match[0].isdigit() else f"\\{match[0]}"

    return _LINE_START.sub(safe, re.sub(r" *\\\n *", "\\\\\n", text))


def _text(node: _Node) -> str:
    return "".join(child if isinstance(child, str) else _text(child) for child in node.children)


def _inside(node: _Node) -> Iterator[_Node]:
    for child in node.children:
        if isinstance(child, _Node):
            yield child
            yield from _inside(child)


def _indented(text: str, first: str, rest: str) -> str:
    lines = text.split("\n")
    return "\n".join(
        [first + lines[0], *((rest + line).rstrip() if line or rest.strip() else "" for line in lines[1:])]
    )

"""`flask translations …`: keep every feature's en.po in step with the sentences in its code and templates.

A sentence belongs to the feature in whose folder it stands; what stands outside a feature belongs to lms/shell. A
sentence that several features say is kept by the first of them in order.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po
from flask import current_app
from flask.cli import AppGroup

KEYWORDS: dict[str, Any] = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
}
JINJA_OPTIONS = {"trimmed": "true", "silent": "false"}

translations_cli = AppGroup("translations", help="English sentences.")

Sentence = str | tuple[str, ...]


def root() -> Path:
    return Path(current_app.root_path)


def catalogue_of(source: Path) -> Path:
    """The en.po that keeps the sentences of a source file (a path relative to the project)."""
    top, *rest = source.parts
    home = rest[0] if len(rest) > 1 else "shell"
    half = "lms" if top == "lms" else "courses"
    if top == "templates":
        half = "lms" if (root() / "lms" / home).is_dir() else "courses"
    return Path(half, home, "en.po") if half == "lms" or home != "shell" else Path("lms/shell/en.po")


def sentences() -> dict[Path, dict[Sentence, list[str]]]:
    """Every sentence by the catalogue that keeps it, with the files that say it."""
    found: dict[Path, dict[Sentence, list[str]]] = {}
    kept: dict[Sentence, Path] = {}
    for source in sorted(_sources()):
        for message in _messages(source):
            home = kept.setdefault(message, catalogue_of(source))
            found.setdefault(home, {}).setdefault(message, []).append(source.as_posix())
    return found


def _sources() -> Iterator[Path]:
    for pattern in ("lms/**/*.py", "courses/**/*.py", "templates/**/*.html", "templates/**/*.txt"):
        yield from (file.relative_to(root()) for file in root().glob(pattern))


def _messages(source: Path) -> Iterator[Sentence]:
    method = "python" if source.suffix == ".py" else "jinja2.ext:babel_extract"
    options = {} if source.suffix == ".py" else JINJA_OPTIONS
    for found in extract_from_file(method, str(root() / source), keywords=KEYWORDS, options=options):
        message = found[1]
        yield tuple(message) if isinstance(message, tuple | list) else message


def known() -> dict[Path, Catalog]:
    """What the catalogues hold now."""
    files = sorted(root().glob("*/*/en.po"))
    return {file.relative_to(root()): _read(file) for file in files}


def _read(file: Path) -> Catalog:
    with file.open("rb") as handle:
        return read_po(handle, locale="en")


def missing() -> list[tuple[Path, str]]:
    """Sentences without an English translation, and the catalogue in which each is wanted."""
    translated = {m.id for catalog in known().values() for m in catalog if m.id and _complete(m.string)}
    wanted = [(home, message) for home, messages in sentences().items() for message in messages]
    return [(home, str(message)) for home, message in wanted if message not in translated]


def _complete(string: Any) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


@translations_cli.command("check")
def check() -> None:
    """Fail when a sentence has no English translation."""
    absent = missing()
    for home, message in absent:
        click.echo(f"{home}: {message}")
    if absent:
        raise SystemExit(1)


@translations_cli.command("update")
def update() -> None:
    """Rewrite the catalogues: new sentences with an empty translation, old ones gone, translations kept."""
    translated: dict[Any, Any] = {m.id: m.string for catalog in known().values() for m in catalog if m.id}
    wanted = sentences()
    for file in known():
        if file not in wanted:
            (root() / file).unlink()
    for home, messages in wanted.items():
        catalog = Catalog(locale="en", charset="utf-8", fuzzy=False)
        for message in sorted(messages, key=str):
            catalog.add(message, translated.get(message, ""))
        (root() / home).write_bytes(_written(catalog))
    click.echo(f"{len(missing())} sentences wait for a translation")


def _written(catalog: Catalog) -> bytes:
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=110, no_location=True, omit_header=True)
    head = b'msgid ""\nmsgstr ""\n"Language: en\\n"\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    return head + buffer.getvalue()

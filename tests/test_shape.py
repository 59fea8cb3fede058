"""Promises about the shape of the code: sizes, places, names. They hold without anybody policing them."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HALVES = ("lms", "courses")
FEATURES = {
    folder.name for half in HALVES for folder in (ROOT / half).iterdir() if (folder / "__init__.py").exists()
}
PYTHON = sorted(file for half in HALVES for file in (ROOT / half).rglob("*.py"))
MOST_LINES, MOST_FUNCTION = 400, 50
# What is written for everybody and therefore bears no feature's name.
SHARED = {"css": {"tokens", "base", "staff"}, "js": {"shell", "lib"}}


def relative(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_no_python_file_is_longer_than_two_features_would_be() -> None:
    too_long = {relative(file): lines(file) for file in PYTHON if lines(file) > MOST_LINES}
    assert not too_long


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = [
        f"{relative(file)}: {node.name} ({node.end_lineno - node.lineno + 1})"
        for file in PYTHON
        for node in functions(ast.parse(file.read_text(encoding="utf-8")))
        if node.end_lineno and node.end_lineno - node.lineno + 1 > MOST_FUNCTION
    ]
    assert not too_long


@pytest.mark.parametrize(("folder", "suffix"), [("templates", "html"), ("static/js", "js")])
def test_no_template_or_script_is_longer_than_200_lines(folder: str, suffix: str) -> None:
    too_long = {relative(f): lines(f) for f in (ROOT / folder).rglob(f"*.{suffix}") if lines(f) > 200}
    assert not too_long


def test_an_init_file_holds_one_docstring_and_nothing_else() -> None:
    for file in (f for f in PYTHON if f.name == "__init__.py"):
        body = ast.parse(file.read_text(encoding="utf-8")).body
        assert len(body) == 1, relative(file)
        assert isinstance(body[0], ast.Expr), relative(file)


def test_every_template_folder_belongs_to_a_feature() -> None:
    folders = {folder.name for folder in (ROOT / "templates").iterdir() if folder.is_dir()}
    assert folders <= FEATURES


@pytest.mark.parametrize("kind", ["css", "js"])
def test_every_style_sheet_and_script_belongs_to_a_feature(kind: str) -> None:
    names = {file.stem for file in (ROOT / "static" / kind).iterdir()}
    assert names - SHARED[kind] <= FEATURES


def test_no_script_asks_for_what_the_oldest_browsers_lack() -> None:
    """Phones stay as they were bought (Chrome 90), desks of Windows 7 at Chrome 109 and Firefox 115, old iPhones at 15.4."""
    newer = re.compile(
        r"\.at\(|\.findLast|\.to(?:Reversed|Sorted|Spliced)\(|throwIfAborted|structuredClone|Object\.(?:hasOwn|groupBy)"
        r"|AbortSignal\.any|AbortSignal\.timeout\(|randomUUID\(|withResolvers|static \{|\(\?<[=!]|importmap"
    )
    asked_first = "if (crypto.randomUUID) return crypto.randomUUID();"
    for file in (ROOT / "static/js").rglob("*.js"):
        assert not newer.search(file.read_text("utf-8").replace(asked_first, "")), relative(file)


def test_every_test_folder_belongs_to_a_feature() -> None:
    folders = {f.name for f in (ROOT / "tests").iterdir() if f.is_dir() and f.name != "__pycache__"}
    assert folders - {"factories", "journeys", "bench", "storage", "chaos", "load"} <= FEATURES


def test_there_is_no_drawer_for_odds_and_ends() -> None:
    names = {file.stem for file in PYTHON} | FEATURES
    assert not names & {"utils", "util", "helpers", "helper", "common", "misc"}


def test_services_never_commit_and_never_ask_the_clock() -> None:
    forbidden = re.compile(r"\.commit\(|\.rollback\(|clock import now|clock\.now\(")
    guilty = [
        relative(file)
        for file in PYTHON
        if file.stem in {"services", "queries", "models", "permissions", "events"}
        and forbidden.search(file.read_text(encoding="utf-8"))
    ]
    assert not guilty


def test_only_the_edge_commits() -> None:
    edges = {"lms/app.py", "lms/jobs/queue.py"}
    guilty = {
        relative(file)
        for file in PYTHON
        if ".commit()" in file.read_text(encoding="utf-8")
        and file.stem != "cli"
        and relative(file) not in edges
    }
    assert not guilty


def test_no_file_carries_a_path_of_somebodys_machine() -> None:
    marks = re.compile(r"/(?:home|Users|root|work)/[a-z]")
    suffixes = {".py", ".html", ".css", ".js", ".md", ".cfg", ".toml", ".txt", ".json", ".po", ""}
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for file in (ROOT / name for name in tracked.splitlines()):
        if file.is_file() and file.suffix in suffixes and file != Path(__file__):
            assert not marks.search(file.read_text(encoding="utf-8", errors="ignore")), relative(file)

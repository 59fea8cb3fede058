"""The private PostgreSQL of a newcomer's machine is found again, whatever was lost of its folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from lms import embedded


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    embedded.stop(embedded.start(tmp_path))


def ask(cluster: embedded.Cluster, order: str) -> list[tuple[object, ...]]:
    with psycopg.connect(cluster.url.replace("+psycopg", ""), autocommit=True) as connection:
        found = connection.execute(order.encode())
        return found.fetchall() if found.description else []


def test_a_cluster_whose_password_was_lost_keeps_its_data(folder: Path) -> None:
    first = embedded.start(folder)
    ask(first, "CREATE TABLE kept AS SELECT 7 AS number")
    old = first.password_file.read_text()
    first.password_file.unlink()
    again = embedded.start(folder)
    assert ask(again, "SELECT number FROM kept") == [(7,)]
    assert again.password_file.read_text() != old


def test_a_second_start_finds_the_running_one(folder: Path) -> None:
    assert embedded.start(folder).url == embedded.start(folder).url

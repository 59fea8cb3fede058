"""The pool hands out only connections that live, and asks only those that may not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import URL

from lms.sessions import hand_out_living


@pytest.fixture
def engine(template_database: URL) -> Iterator[sa.Engine]:
    made = sa.create_engine(template_database, pool_size=2)
    hand_out_living(made)
    yield made
    made.dispose()


def backend(connection: sa.Connection) -> int:
    return int(connection.scalar(sa.text("SELECT pg_backend_pid()")) or 0)


def end(engine: sa.Engine, *backends: int) -> None:
    """As a restarted server or an operator would."""
    other = sa.create_engine(engine.url, isolation_level="AUTOCOMMIT")
    with other.connect() as connection:
        for number in backends:
            connection.execute(sa.text("SELECT pg_terminate_backend(:number, 5000)"), {"number": number})
    other.dispose()


def test_a_connection_that_rested_shortly_is_used_again(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        first = backend(connection)
    with engine.connect() as connection:
        assert backend(connection) == first


def test_after_the_server_ended_them_nobody_gets_a_dead_connection(engine: sa.Engine) -> None:
    with engine.connect() as one, engine.connect() as two:
        dead = {backend(one), backend(two)}
    end(engine, *dead)
    with engine.connect() as one, engine.connect() as two:
        assert not dead & {backend(one), backend(two)}


def test_one_that_spoke_but_lives_is_kept(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        first = backend(connection)
        connection.execute(sa.text("LISTEN news"))
        connection.commit()
    other = sa.create_engine(engine.url, isolation_level="AUTOCOMMIT")
    with other.connect() as speaker:
        speaker.execute(sa.text("NOTIFY news"))
    other.dispose()
    with engine.connect() as connection:
        assert backend(connection) == first

"""What a web process loads, and what only the processes that need it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lms.lazy import lazy

HEAVY = (
    *("PIL", "bleach", "boto3", "markdown_it", "puremagic", "pyotp", "segno", "typst", "xlsxwriter"),
    *("procrastinate", "psycopg_pool", "croniter", "dateutil", "attr", "asgiref", "alembic"),
    *("sqlalchemy.ext.asyncio", "unittest", "defusedxml", "xml", "whitenoise.compress", "smtplib"),
)


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The modules of a process that has imported every feature."""
    script = "import sys, courses.features, lms.app; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    return set(done.stdout.split())


@pytest.mark.parametrize("name", HEAVY)
def test_a_web_process_starts_without_what_few_requests_need(loaded: set[str], name: str) -> None:
    assert "courses.features" in loaded
    assert name not in loaded


def test_a_lazy_module_is_the_module_once_it_is_used() -> None:
    assert lazy("fractions").Fraction(1, 2) * 2 == 1


def test_a_lazy_module_that_does_not_exist_is_told_when_it_is_used() -> None:
    missing = lazy("no_such_module_anywhere")
    with pytest.raises(ModuleNotFoundError, match="no_such_module_anywhere"):
        _ = missing.thing

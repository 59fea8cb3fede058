"""The demonstration, as a plug: only commands, no pages."""

from __future__ import annotations

from courses.demo.cli import demo_cli
from lms.feature import Feature

FEATURE = Feature(name="demo", cli=demo_cli)

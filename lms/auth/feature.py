"""Proving who you are, as a plug."""

from __future__ import annotations

from lms.auth.cli import people_cli
from lms.auth.views import blueprint
from lms.feature import Feature

FEATURE = Feature(name="auth", blueprint=blueprint, cli=people_cli)

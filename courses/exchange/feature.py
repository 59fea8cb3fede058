"""Whole courses in and out, as a plug."""

from __future__ import annotations

from courses.exchange.cli import courses_cli
from courses.exchange.events import ArchiveBrought
from courses.exchange.jobs import take_archive
from courses.exchange.listeners import take_it
from courses.exchange.views import blueprint
from lms.feature import Feature

FEATURE = Feature(
    name="exchange",
    blueprint=blueprint,
    jobs=[take_archive],
    listeners=[(ArchiveBrought, take_it)],
    cli=courses_cli,
)

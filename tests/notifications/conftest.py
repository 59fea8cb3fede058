"""Message templates that only tests use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from jinja2 import ChoiceLoader, DictLoader

TEMPLATES = {
    "test/told.txt": '{{ _("Kembali ke") }}\n {{ title }}',
    "test/told.subject.txt": "Kabar: {{ title }}",
    "test/told.mail.txt": '{% extends "notifications/mail/frame.txt" %}{% block body %}{{ title }}{% endblock %}',
}


@pytest.fixture(autouse=True)
def templates(app: Flask) -> Iterator[None]:
    """`test/told`, beside the application's own."""
    own = app.jinja_env.loader
    assert own is not None
    app.jinja_env.loader = ChoiceLoader([DictLoader(TEMPLATES), own])
    yield
    app.jinja_env.loader = own

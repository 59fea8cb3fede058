"""The scene that the tests of projects share."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.factories.projects import Scene
from tests.live import live_server

__all__ = ["live_server"]


@pytest.fixture
def scene(app: Flask, session: Session, now: datetime) -> Scene:
    return Scene(app, session, now)

"""The scene of every test about cohorts."""

from __future__ import annotations

from datetime import datetime

import pytest
from sqlalchemy.orm import Session

from tests.cohorts.scene import Scene


@pytest.fixture
def scene(session: Session, now: datetime) -> Scene:
    return Scene(session, now)

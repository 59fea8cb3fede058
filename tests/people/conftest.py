"""The scene of the directory's claims."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from tests.people.scene import Scene


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)

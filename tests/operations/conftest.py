"""Server operations are tested against a real server too."""

from __future__ import annotations

from tests.live import live_server

__all__ = ["live_server"]

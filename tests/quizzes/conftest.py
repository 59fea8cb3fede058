"""The live server, for the tests in this folder."""

from __future__ import annotations

from tests.live import live_server

__all__ = ["live_server"]

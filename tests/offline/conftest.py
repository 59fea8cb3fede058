"""The live server, for the tests in this folder."""

from __future__ import annotations

from tests.live import file_server

__all__ = ["file_server"]

"""Large libraries, loaded at their first use, so that only the processes which need one pay for its memory.

The type checker sees an ordinary import:

    if TYPE_CHECKING:
        import xlsxwriter
    else:
        xlsxwriter = lazy("xlsxwriter")
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def lazy(name: str) -> Any:
    """Stands for the module of this name."""
    return _Lazy(name)


class _Lazy:
    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        return getattr(import_module(self._name), attribute)

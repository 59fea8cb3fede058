"""How pages are served: gunicorn finds this file in the folder it is started in. Only the address is given outside.

Memory is kept small by settings of the environment besides (README, ./dev): PYTHONOPTIMIZE=2 leaves out what documents
the code, PYTHONNODEBUGRANGES=1 where in its line a fault arose, MALLOC_ARENA_MAX=1 lets the threads of a process share
one heap, and MALLOC_MMAP_THRESHOLD_ gives large blocks back as soon as they are free: left to itself, the allocator
moves that limit up after the first of them, and the 19 MiB that a password takes would then stay in the heap.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from typing import Any

from flask import Flask
from sqlalchemy.orm import configure_mappers

worker_class = "gthread"
workers = 2
# More than those who may hash and wait to hash a password at once (lms.auth.passwords): answers find a free thread.
threads = 8
control_socket_disable = True
# The application is loaded once, before the workers part, and they share what they only read.
preload_app = True


def when_ready(server: Any) -> None:
    """Do once what each worker would do, and keep the collector from touching what they share."""
    configure_mappers()
    read_frame(server.app.wsgi())
    gc.collect()
    gc.freeze()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)


def read_frame(app: Flask) -> None:
    """Compile what every page is put together from. The eight threads of a new worker would all do it at once, for
    their first requests, and the memory that this takes for a moment would stay with the worker.
    """
    for name in app.jinja_env.list_templates(filter_func=lambda name: name.startswith("shell/")):
        app.jinja_env.get_template(name)

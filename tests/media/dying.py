"""A worker that dies, as a program: at each point it is killed (or its ffmpeg is), then another one takes the work up.

    python -m tests.media.dying <settings as JSON> <media id> → one line of JSON for each point

Each life is a fork of this process, which itself holds no connection, so that a death is a real one and costs little.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask import Flask

from courses.features import FEATURES
from lms.app import create_app
from lms.clock import now
from lms.config import Settings
from lms.jobs.queue import Work
from lms.media import encode, jail, making, render
from lms.media.models import Media, Rendering
from lms.media.sweeping import work_folder
from lms.shell.cli import work_here
from lms.storage.folder import FolderStore
from lms.web import db

NAME = "240p"
jail.BEAT = 0.02


def die(*_arguments: object, **_more: object) -> Any:
    os.kill(os.getpid(), signal.SIGKILL)


class Ffmpeg(subprocess.Popen[bytes]):
    """Our own child, so that nobody else's is ever touched; its number is noted for whoever outlives us."""

    newest: Ffmpeg | None = None
    note = Path()

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        Ffmpeg.newest = self
        self.note.write_text(str(self.pid))


def outlives() -> bool:
    """Whether the ffmpeg of the last life is still there."""
    try:
        os.kill(int(Ffmpeg.note.read_text()), 0)
    except (FileNotFoundError, ProcessLookupError):
        return False
    return True


def half_fetched(_store: FolderStore, _key: str, path: Path) -> None:
    path.write_bytes(b"half")
    die()


def half_put(store: FolderStore, _key: str, _path: Path, *, content_type: str) -> None:
    with store._aside() as (_aside, file):
        file.write(b"half of it")
        file.flush()
        die()


class Nth:
    """Dies at the n-th call of a function, and is that function before."""

    def __init__(self, real: Callable[..., Any], count: int) -> None:
        self.real, self.left = real, count

    def __get__(self, owner: object, _kind: object = None) -> Callable[..., Any]:
        return lambda *arguments, **more: self(owner, *arguments, **more)

    def __call__(self, *arguments: Any, **more: Any) -> Any:
        self.left -= 1
        return self.real(*arguments, **more) if self.left else die()


def kill_ffmpeg(_attempt: render.Try, _percent: int) -> None:
    if Ffmpeg.newest:
        Ffmpeg.newest.kill()


def set_up(point: str) -> None:
    """Make this life end there."""
    places: dict[str, tuple[Any, str, Any]] = {
        "begun": (render, "_room", die),
        "fetching": (FolderStore, "fetch", half_fetched),
        "fetched": (encode, "make", die),
        "encoding": (render.Try, "say", Nth(render.Try.say, 3)),
        "encoded": (encode, "_streamed", die),
        "fragmented": (FolderStore, "put_file", die),
        "storing": (FolderStore, "put_file", half_put),
        "one of two stored": (FolderStore, "put_file", Nth(FolderStore.put_file, 2)),
        "stored": (making, "made", die),
        "shown, not committed": (making, "publish", die),
        "ffmpeg killed": (render.Try, "say", kill_ffmpeg),
    }
    jail.subprocess.Popen = Ffmpeg  # type: ignore[attr-defined]
    if point:
        setattr(*places[point])


POINTS = (
    "begun",
    "fetching",
    "fetched",
    "encoding",
    "encoded",
    "fragmented",
    "storing",
    "one of two stored",
    "stored",
    "shown, not committed",
    "ffmpeg killed",
)


def live(app: Flask, media_id: uuid.UUID, point: str = "") -> int:
    """One life of a worker, in a process of its own; returns how it ended (negative for a signal)."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            set_up(point)
            with app.test_request_context():
                render.render(work_here(), media_id, NAME)
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def seen(app: Flask, media_id: uuid.UUID) -> dict[str, Any]:
    """What there is to see after a life."""
    with app.test_request_context():
        work = work_here()
        with work.transaction() as session:
            media, row = session.get_one(Media, media_id), session.get_one(Rendering, (media_id, NAME))
            said: dict[str, Any] = {
                "state": row.state.value,
                "shown": NAME in media.renditions,
                "tries": row.tries,
            }
            said["whole"] = _whole(work, media)
        db.engine.dispose()
    return said | {"left": sorted(place.name for place in work_folder(work.settings.data_dir).glob("*"))}


def _whole(work: Work, media: Media) -> bool:
    """Every object that is shown is there with the size that the row says."""
    made = media.renditions.get(NAME)
    if made is None:
        return True
    sizes = {made["key"]: made["size"], made["stream"]["key"]: made["stream"]["size"]}
    return all(
        (there := work.store.stat(key)) is not None and there.size == size for key, size in sizes.items()
    )


def run(app: Flask, media_id: uuid.UUID) -> Iterator[dict[str, Any]]:
    for point in POINTS:
        Ffmpeg.note.unlink(missing_ok=True)
        with app.test_request_context():
            with work_here().transaction() as session:
                media = session.get_one(Media, media_id)
                media.renditions = {name: made for name, made in media.renditions.items() if name != NAME}
                making.plan(session, media, [NAME], now=now())
            db.engine.dispose()
        ended = live(app, media_id, point)
        until = time.monotonic() + 10
        while outlives() and time.monotonic() < until:
            time.sleep(0.02)
        said = {"point": point, "ended": ended, "outlived": outlives(), "killed": seen(app, media_id)}
        yield said | {"again": live(app, media_id), "after": seen(app, media_id)}


if __name__ == "__main__":
    Ffmpeg.note = Path(sys.argv[2], "ffmpeg.pid")
    application = create_app(Settings(**{**json.loads(sys.argv[1]), "data_dir": Path(sys.argv[2])}), FEATURES)
    for line in run(application, uuid.UUID(sys.argv[3])):
        sys.stdout.write(json.dumps(line) + "\n")

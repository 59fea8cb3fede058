"""What the worker does for one rendition: fetch, encode, store, and only then show.

It works in a folder of its own for each try. An object in the store is whole or not there, and always has the same bytes
under the same name; what makes a rendition visible is one change of its file's row, at the end.
"""

from __future__ import annotations

import io
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from lms.errors import Invalid
from lms.jobs.queue import Work
from lms.media import encode, making
from lms.media.images import fit
from lms.media.ladder import BY_NAME, SPRITE, Rung
from lms.media.models import Media
from lms.media.playlists import peak
from lms.media.services import ABSENT
from lms.media.sniff import Kind
from lms.media.sweeping import work_folder

SPRITE_WEIGHT = 150 * 1024


class Overtaken(Exception):
    """Another try began, because this one was taken for dead: what it makes is not wanted any more."""


@dataclass
class Try:
    """One try to make one rendition of a file."""

    work: Work
    media: Media
    name: str
    number: int
    said: int = 0

    def say(self, percent: int) -> None:
        """Called each second: keeps the row alive. Raises Overtaken."""
        with self.work.transaction() as session:
            if not making.say(session, self.media.id, self.name, self.number, percent, now=self.work.now()):
                raise Overtaken

    def key(self, suffix: str) -> str:
        return self.media.key_of(f"{self.name}{suffix}")


def render(work: Work, media_id: uuid.UUID, name: str) -> None:
    """Make one rendition, or say in its row why not; one that is there or was given up is left alone."""
    attempt = _begun(work, media_id, name)
    if attempt is None:
        return
    try:
        with _room(attempt) as source:
            facts, playlist = _sprite(attempt, source) if name == SPRITE else _film(attempt, source)
    except (Invalid, FileNotFoundError) as refusal:
        problem = refusal.message if isinstance(refusal, Invalid) else ABSENT
        with work.transaction() as session:
            making.failed(session, media_id, name, attempt.number, problem, now=work.now())
    except Overtaken:
        return
    except BaseException:
        with work.transaction() as session:
            making.stopped(session, media_id, name, attempt.number, now=work.now())
        raise
    else:
        with work.transaction() as session:
            making.made(session, media_id, name, attempt.number, facts, playlist, now=work.now())


def _begun(work: Work, media_id: uuid.UUID, name: str) -> Try | None:
    with work.transaction() as session:
        number = making.begin(session, media_id, name, now=work.now())
        media = session.get(Media, media_id)
        return Try(work, media, name, number) if media and number else None


@contextmanager
def _room(attempt: Try) -> Iterator[encode.Source]:
    """The source in a folder of its own. What earlier tries left behind goes away, as this one does at its end."""
    base = work_folder(attempt.work.settings.data_dir)
    mine = f"{attempt.media.id}-{attempt.name}"
    for left in base.glob(f"{mine}-*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = base / f"{mine}-{attempt.number}"
    folder.mkdir(parents=True)
    try:
        attempt.work.store.fetch(attempt.media.key, folder / "original")
        attempt.say(0)
        yield _source(attempt.media, folder / "original")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _source(media: Media, path: Path) -> encode.Source:
    facts = media.facts
    return encode.Source(
        path=path,
        kind=Kind(media.kind),
        width=facts.get("width", 0),
        height=facts.get("height", 0),
        duration=facts["duration"],
        bitrate=facts.get("bitrate", 0),
        sound=bool(facts["audio"]),
        loudness=facts.get("loudness", {}),
    )


def _film(attempt: Try, source: encode.Source) -> tuple[dict[str, Any], str]:
    rung = BY_NAME[attempt.name]
    made = encode.make(source, rung, attempt.say)
    content_type = "video/mp4" if rung.height else "audio/mp4"
    for suffix, path in ((".mp4", made.whole), (".stream.mp4", made.stream)):
        attempt.say(99)
        attempt.work.store.put_file(attempt.key(suffix), path, content_type=content_type)
    return _facts(attempt, source, made, rung, content_type), made.playlist


def _facts(
    attempt: Try, source: encode.Source, made: encode.Made, rung: Rung, content_type: str
) -> dict[str, Any]:
    size = made.whole.stat().st_size
    facts = {
        "key": attempt.key(".mp4"),
        "type": content_type,
        "size": size,
        "bitrate": int(size * 8 / source.duration),
        "stream": {
            "key": attempt.key(".stream.mp4"),
            "size": made.stream.stat().st_size,
            "peak": peak(made.playlist),
        },
    }
    return facts | ({"width": made.width, "height": made.height} if rung.height else {})


def _sprite(attempt: Try, source: encode.Source) -> tuple[dict[str, Any], str]:
    plan = encode.planned(source.duration)
    with Image.open(io.BytesIO(encode.sprite(source, plan).read_bytes()), formats=["PNG"]) as image:
        picture = fit(image.convert("RGB"), SPRITE_WEIGHT, narrowest=image.width)
    key = attempt.key(".webp")
    attempt.work.store.put(key, picture.data, content_type="image/webp")
    size = {"width": picture.width, "height": picture.height}
    return {"key": key, "type": "image/webp", "size": picture.weight, **size, "plan": asdict(plan)}, ""

"""What the worker makes of a file: pictures for phones, pages with their words, a poster, a copy that starts at once.

Imported by its jobs only when they run, because it brings Pillow, PDFium and the readers of Office files. Every
rendition has its own place in the store, so a second run writes over the first; the row shows them all at once at the
end, so nobody sees half of them. The smaller versions of a film are jobs of their own (lms.media.render).
"""

from __future__ import annotations

import io
import tempfile
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from PIL import Image
from sqlalchemy.orm import Session

from lms.errors import N_, Invalid
from lms.jobs.queue import Work
from lms.media import encode, ladder, making, services, video
from lms.media.archive import open_archive
from lms.media.docx import Document, read_docx
from lms.media.images import Picture, fit, for_phone, thumbnail
from lms.media.kinds import Group
from lms.media.models import Media, MediaState
from lms.media.parts import checksum_of
from lms.media.pdf import open_pdf
from lms.media.pptx import Presentation, read_pptx
from lms.media.refusals import FileRefusal, Reason
from lms.media.sniff import HEAD, Kind, kind_of
from lms.media.sweeping import work_folder
from lms.storage.store import ObjectStore

MOST_TRIES = 4
POSTER_WEIGHT = 30 * 1024
POSTER_WIDTH = 720
MOST_TEXT = 1_000_000  # characters of a whole PDF
SAY_EVERY = 5  # pages

EXHAUSTED = N_(
    "Berkas aman, tetapi beberapa kali tidak selesai disiapkan. Coba lagi, atau simpan ulang dalam format lain."
)

Renditions = dict[str, dict[str, Any]]
Made = tuple[Renditions, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Task:
    """A file to prepare: its row as it was when the work began, and its bytes in a folder of its own."""

    work: Work
    media: Media
    path: Path

    @property
    def kind(self) -> Kind:
        return Kind(self.media.kind)


def prepare(work: Work, media_id: uuid.UUID) -> None:
    """Prepare a stored file, or say in its row why not. Anything but `stored` is left alone."""
    media = _begun(work, media_id)
    if media is None:
        return
    try:
        with fetched(work, media) as path:
            _check(path, media)
            renditions, facts = _PREPARERS[media.group](Task(work, media, path))
    except Invalid as refusal:
        _failed(work, media_id, refusal.message, refusal.values)
    except FileNotFoundError:
        _failed(work, media_id, services.ABSENT, {})
    else:
        with work.transaction() as session:
            _shown(session, _row(session, media_id), renditions, facts, now=work.now())


def document_of(work: Work, media: Media) -> Document | Presentation:
    """A Word or PowerPoint file as prose with pictures, for whoever makes lessons of it; raises FileRefusal.

    Keep its pictures with `keep_pictures`, then put their names into the HTML with lms.richtext.with_pictures.
    """
    with fetched(work, media) as path:
        return read_pptx(path) if media.group is Group.SLIDES else read_docx(path)


def keep_pictures(
    session: Session, store: ObjectStore, document: Document | Presentation, *, of: Media, now: datetime
) -> dict[str, Media]:
    """A file of its own for every picture of a document, by its name in the HTML ("0" for `media:0`)."""
    return {
        str(number): services.take_in(
            session, store, picture.name, picture.data, owner_id=of.owner_id, agency_id=of.agency_id, now=now
        )
        for number, picture in enumerate(document.pictures)
    }


@contextmanager
def fetched(work: Work, media: Media) -> Iterator[Path]:
    """The bytes of a file in a folder of its own, which goes away with all that was written into it."""
    base = work_folder(work.settings.data_dir)
    base.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=base) as folder:
        path = Path(folder, "original")
        work.store.fetch(media.key, path)
        yield path


def _begun(work: Work, media_id: uuid.UUID) -> Media | None:
    """The row, if there is something to do. Tries are counted here, because a file may kill its worker."""
    with work.transaction() as session:
        media = session.scalars(sa.select(Media).where(Media.id == media_id).with_for_update()).one_or_none()
        if media is None or media.state is not MediaState.STORED:
            return None
        tries = media.facts.get("tries", 0) + 1
        media.facts, media.active_at = {"tries": tries}, work.now()
        if tries > MOST_TRIES:
            services.fail(session, media, EXHAUSTED, {}, now=work.now())
            return None
        return media


def _row(session: Session, media_id: uuid.UUID) -> Media:
    return session.scalars(sa.select(Media).where(Media.id == media_id).with_for_update()).one()


def _failed(work: Work, media_id: uuid.UUID, problem: str, values: Mapping[str, object]) -> None:
    with work.transaction() as session:
        services.fail(session, _row(session, media_id), problem, values, now=work.now())


def _check(path: Path, media: Media) -> None:
    """What could not be asked when the file arrived: the checksum of a large one, and all bytes of an archive."""
    with path.open("rb") as file:
        if media.checksum and checksum_of(file, media.part_size) != media.checksum:
            raise Invalid(services.CHANGED)
        file.seek(0)
        if kind_of(file.read(HEAD), media.name, whole=path).value != media.kind:
            raise FileRefusal(Reason.DAMAGED)


def _say_progress(task: Task, done: int, of: int) -> None:
    with task.work.transaction() as session:
        media = _row(session, task.media.id)
        media.facts, media.active_at = {**media.facts, "progress": [done, of]}, task.work.now()


def _as_it_is(task: Task) -> Made:
    """Documents become lessons elsewhere; sheets, texts and captions are read by whoever asked for them."""
    return {}, {}


def _archive(task: Task) -> Made:
    with open_archive(task.path) as archive:
        return {}, {"entries": len(archive.entries)}


def _picture(task: Task) -> Made:
    data = task.path.read_bytes()
    phone = for_phone(data)
    made = {"phone": _keep(task, "phone", phone), "thumb": _keep(task, "thumb", thumbnail(data))}
    return made, {"width": phone.width, "height": phone.height}


def _pdf(task: Task) -> Made:
    made: Renditions = {}
    texts: list[str] = []
    room = MOST_TEXT
    with open_pdf(task.path) as document:
        for page in document.pages():
            made[f"page-{page.number}"] = _keep(task, f"page-{page.number}", page.picture)
            texts.append(page.text[:room])
            room -= len(texts[-1])
            if page.number == 1:
                made["thumb"] = _keep(task, "thumb", thumbnail(page.picture.data))
            if page.number % SAY_EVERY == 0:
                _say_progress(task, page.number, document.count)
        return made, {"pages": document.count, "title": document.title, "text": texts}


def _shown(
    session: Session, media: Media, renditions: Renditions, facts: dict[str, Any], *, now: datetime
) -> None:
    """Everything at once. A film that browsers cannot play as it is waits for its first rendition."""
    if media.group not in (Group.VIDEO, Group.AUDIO):
        services.ready(session, media, renditions, facts, now=now)
        return
    if ladder.PLAY in renditions:
        services.ready(session, media, renditions, facts, now=now)
    else:
        media.renditions, media.facts, media.active_at = renditions, facts, now
    width, height = facts.get("width", 0), facts.get("height", 0)
    names = [rung.name for rung in ladder.rungs_for(width, height, sound=bool(facts["audio"]))]
    making.plan(session, media, [*names, *([ladder.SPRITE] if width else [])], now=now)


def _video(task: Task) -> Made:
    found = video.look_at(task.path, task.kind)
    with Image.open(io.BytesIO(video.frame(task.path, task.kind, found.duration)), formats=["JPEG"]) as image:
        width, height = image.size
        image.thumbnail((POSTER_WIDTH, POSTER_WIDTH))
        made = {"poster": _keep(task, "poster", fit(image, POSTER_WEIGHT))}
    if found.is_common:
        made[ladder.PLAY] = {**_play(task, found), "width": width, "height": height}
    return made, {**_facts(task, found), "width": width, "height": height}


def _audio(task: Task) -> Made:
    found = video.look_at(task.path, task.kind)
    media = task.media
    made = {ladder.PLAY: {"key": media.key, "type": media.content_type, "size": media.size}}
    return made, _facts(task, found)


def _facts(task: Task, found: video.Recording) -> dict[str, Any]:
    loudness = encode.measure(task.path, task.kind, found.duration) if found.audio else {}
    return {
        "duration": found.duration,
        "video": found.video,
        "audio": found.audio,
        "bitrate": found.bitrate,
        "loudness": loudness,
    }


def _play(task: Task, found: video.Recording) -> dict[str, Any]:
    media = task.media
    copy = video.playable_copy(task.path, task.kind, found)
    if copy is None:
        return {"key": media.key, "type": media.content_type, "size": media.size}
    key = media.key_of("play.mp4")
    task.work.store.put_file(key, copy, content_type="video/mp4")
    return {"key": key, "type": "video/mp4", "size": copy.stat().st_size}


def _keep(task: Task, name: str, picture: Picture) -> dict[str, Any]:
    key = task.media.key_of(f"{name}.webp")
    task.work.store.put(key, picture.data, content_type="image/webp")
    return {
        "key": key,
        "type": "image/webp",
        "size": picture.weight,
        "width": picture.width,
        "height": picture.height,
    }


_PREPARERS: dict[Group | None, Callable[[Task], Made]] = {
    **dict.fromkeys(Group, _as_it_is),
    Group.ARCHIVE: _archive,
    Group.PICTURE: _picture,
    Group.PDF: _pdf,
    Group.VIDEO: _video,
    Group.AUDIO: _audio,
}

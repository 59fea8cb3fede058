"""A lesson as its page needs it: addresses, sizes, players, pages. Everything here is ready to print."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from courses.lessons import weight
from courses.lessons.models import Part
from courses.lessons.prose import Shown, for_reader
from courses.lessons.queries import LessonFile, LessonPage
from courses.lessons.ranges import percent, watched
from courses.lessons.watching import seen_percent
from lms.media.captions import from_vtt, transcript
from lms.media.models import MediaState
from lms.shell.words import size as size_words
from lms.storage.store import ObjectStore

# Addresses outlive a lesson that is left open over a shift at the counter.
SECONDS = 6 * 3600


@dataclass(frozen=True, slots=True)
class Source:
    """One quality of a video: its address costs nothing until it is opened."""

    name: str
    label: str
    url: str
    type: str
    size: int


@dataclass(frozen=True, slots=True)
class Player:
    """A video or recording. `state` is ready, waiting or failed; `position` in seconds."""

    id: uuid.UUID
    title: str
    audio: bool
    state: str
    problem: str
    poster: str | None
    sources: list[Source]
    usual: str
    seconds: int
    captions: bool
    transcript: list[str]
    transcript_size: int
    position: int
    seen: int

    @property
    def chosen(self) -> Source:
        return next(source for source in self.sources if source.name == self.usual)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page of a document: its picture and its words."""

    number: int
    url: str
    width: int
    height: int
    size: int
    text: list[str]


@dataclass(frozen=True, slots=True)
class Sheets:
    """A document shown page by page."""

    title: str
    state: str
    problem: str
    url: str
    size: int
    sheets: list[Sheet]


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    kind: str
    size: int
    url: str


@dataclass(frozen=True, slots=True)
class Reading:
    """The whole lesson, ready to print."""

    prose: str
    players: list[Player]
    documents: list[Sheets]
    attachments: list[Attachment]
    bytes: int
    seen: int

    @property
    def kinds(self) -> str:
        """ "teks dan video": what the learner will meet."""
        names = [_("teks")] if self.prose else []
        names += [_("video")] if any(not player.audio for player in self.players) else []
        names += [_("audio")] if any(player.audio for player in self.players) else []
        names += [_("halaman")] if self.documents else []
        if len(names) < 2:
            return "".join(names)
        return _("%(first)s dan %(last)s", first=", ".join(names[:-1]), last=names[-1])


def reading(page: LessonPage, store: ObjectStore, *, saver: bool) -> Reading:
    """A lesson for one reader; with `saver` (hemat data) pictures wait for a tap."""
    addresses = _Addresses(store)
    pictures = {
        str(file.media_id): addresses.picture(file) for file in page.files if file.part == Part.PICTURE
    }
    return Reading(
        prose=for_reader(page.html, pictures.get, saver=_picture_words if saver else None),
        players=[addresses.player(file) for file in page.of(Part.VIDEO, Part.AUDIO)],
        documents=[addresses.document(file) for file in page.of(Part.PAGES)],
        attachments=[addresses.attachment(file) for file in page.of(Part.ATTACHMENT)],
        bytes=weight.total(page.html, page.files),
        seen=seen_percent(page),
    )


def _picture_words(alt: str, shown: Shown) -> str:
    words = _("Tampilkan gambar · %(size)s", size=size_words(shown.weight))
    return f"{words} ({alt})" if alt else words


class _Addresses:
    def __init__(self, store: ObjectStore) -> None:
        self.store = store

    def url(self, facts: Mapping[str, Any], name: str = "") -> str:
        return self.store.url(
            str(facts["key"]),
            seconds=SECONDS,
            content_type=str(facts.get("type") or "application/octet-stream"),
            filename=name,
        )

    def picture(self, file: LessonFile) -> Shown:
        facts = file.renditions.get("phone") or weight.original(file)
        return Shown(
            self.url(facts), int(facts.get("width", 0)), int(facts.get("height", 0)), int(facts["size"])
        )

    def player(self, file: LessonFile) -> Player:
        poster = file.renditions.get("poster")
        said = _said(file)
        return Player(
            id=file.id,
            title=file.alt or file.name,
            audio=file.part == Part.AUDIO,
            state=_state(file),
            problem=file.problem,
            poster=self.url(poster) if poster else None,
            sources=[self._source(name, facts) for name, facts in weight.qualities(file).items()],
            usual=weight.usual(file),
            seconds=file.length // 1000,
            captions=bool(file.captions),
            transcript=said,
            transcript_size=len("\n".join(said).encode()),
            position=file.position // 1000,
            seen=percent(watched(file.ranges), file.length),
        )

    def _source(self, name: str, facts: Mapping[str, Any]) -> Source:
        label = {"audio": _("Audio"), "original": _("Asli")}.get(name, name)
        return Source(name, label, self.url(facts), str(facts.get("type", "")), int(facts.get("size", 0)))

    def document(self, file: LessonFile) -> Sheets:
        texts = file.facts.get("texts") or {}
        return Sheets(
            title=file.alt or file.name,
            state=_state(file),
            problem=file.problem,
            url=self.url(weight.original(file), file.name),
            size=file.size,
            sheets=[self._sheet(page, _page_text(texts, page["number"])) for page in weight.pages(file)],
        )

    def _sheet(self, page: Mapping[str, Any], text: str) -> Sheet:
        return Sheet(
            page["number"],
            self.url(page),
            int(page.get("width", 0)),
            int(page.get("height", 0)),
            int(page.get("size", 0)),
            text.splitlines(),
        )

    def attachment(self, file: LessonFile) -> Attachment:
        return Attachment(file.name, file.kind, file.size, self.url(weight.original(file), file.name))


def _page_text(texts: Any, number: int) -> str:
    """Page texts are stored as a list from page 1 on, or by number."""
    if isinstance(texts, list):
        return str(texts[number - 1]) if number <= len(texts) else ""
    return str(texts.get(str(number), ""))


def _said(file: LessonFile) -> list[str]:
    return transcript(from_vtt(file.captions)).splitlines() if file.captions else []


def _state(file: LessonFile) -> str:
    if file.state is MediaState.READY or (
        file.state is MediaState.STORED and file.content_type == "video/mp4"
    ):
        return "ready"
    return "failed" if file.state is MediaState.FAILED else "waiting"

"""A lesson as its page needs it: addresses, sizes, players, pages. Everything here is ready to print."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask_babel import gettext as _

from courses.lessons.models import Part
from courses.lessons.prose import Shown, for_reader
from courses.lessons.queries import LessonFile, LessonPage
from courses.lessons.ranges import percent, watched
from courses.lessons.services import bytes_of
from courses.lessons.watching import seen_percent
from courses.lessons.weight import qualities, usual
from lms.media.captions import from_vtt, transcript
from lms.media.models import MediaState
from lms.media.queries import PageShown, Source, pages_of, source_of, url_of
from lms.media.words import problem
from lms.shell.words import size as size_words
from lms.storage.store import ObjectStore


@dataclass(frozen=True, slots=True)
class Player:
    """A video or recording. `state` is ready, waiting or failed; `position` in seconds, `seen` in percent."""

    id: uuid.UUID
    title: str
    audio: bool
    state: str
    problem: str
    poster: str | None
    sources: list[Source]
    usual: str | None
    seconds: int
    captions: bool
    transcript: list[str]
    position: int
    seen: int

    @property
    def chosen(self) -> Source:
        return next(source for source in self.sources if source.label == self.usual)

    @property
    def transcript_size(self) -> int:
        return len("\n".join(self.transcript).encode())


@dataclass(frozen=True, slots=True)
class Download:
    """A file to save; `url` is None until its bytes are safe."""

    name: str
    kind: str
    size: int
    url: str | None


@dataclass(frozen=True, slots=True)
class Sheets:
    """A document shown page by page."""

    title: str
    state: str
    problem: str
    file: Download
    sheets: list[PageShown]


@dataclass(frozen=True, slots=True)
class Reading:
    """The whole lesson, ready to print."""

    prose: str
    players: list[Player]
    documents: list[Sheets]
    attachments: list[Download]
    bytes: int
    seen: int

    @property
    def kinds(self) -> str:
        """What the learner will meet, in words: text, video, sound, pages."""
        names = [_("teks")] if self.prose else []
        names += [_("video")] if any(not player.audio for player in self.players) else []
        names += [_("audio")] if any(player.audio for player in self.players) else []
        names += [_("halaman")] if self.documents else []
        if len(names) < 2:
            return "".join(names)
        return str(_("%(first)s dan %(last)s", first=", ".join(names[:-1]), last=names[-1]))


def reading(page: LessonPage, store: ObjectStore, *, saver: bool) -> Reading:
    """A lesson for one reader; with `saver` (hemat data) pictures wait for a tap."""
    pictures = {
        str(file.media.id): _picture(store, file)
        for file in page.of(Part.PICTURE)
        if "phone" in file.media.renditions
    }
    return Reading(
        prose=for_reader(page.html, pictures.get, saver=_picture_words if saver else None),
        players=[_player(store, file) for file in page.of(Part.VIDEO, Part.AUDIO)],
        documents=[_document(store, file) for file in page.of(Part.PAGES)],
        attachments=[_download(store, file) for file in page.of(Part.ATTACHMENT)],
        bytes=bytes_of(page.html, page.files),
        seen=seen_percent(page),
    )


def prose_for_author(page: LessonPage, store: ObjectStore) -> str:
    """Only the text, its pictures shown: for previews and old versions."""
    return reading(page, store, saver=False).prose


def source_problem(file: LessonFile) -> str:
    """Why a document did not become text, or how many of its pictures are missing there; "" if nothing is wrong."""
    facts = file.row.facts
    why = facts.get("problem")
    if why:
        return str(_(why) % facts.get("values", {}))
    lost = facts.get("lost", 0)
    return str(_("%(count)s gambar dalam format lama tidak dapat diambil.", count=lost)) if lost else ""


def quality_name(label: str) -> str:
    """What a rendition of a video is called: the ladder's own names, and words for sound and for the whole file."""
    return str({"audio": _("Audio"), "play": _("Asli")}.get(label, label))


def _picture_words(alt: str, shown: Shown) -> str:
    words: str = _("Tampilkan gambar · %(size)s", size=size_words(shown.weight))
    return f"{words} ({alt})" if alt else words


def _picture(store: ObjectStore, file: LessonFile) -> Shown:
    phone = source_of(store, file.media, "phone")
    return Shown(phone.url, phone.width or 0, phone.height or 0, phone.size)


def _player(store: ObjectStore, file: LessonFile) -> Player:
    media = file.media
    said = transcript(from_vtt(file.row.captions)).splitlines() if file.row.captions else []
    return Player(
        id=file.id,
        title=file.title,
        audio=file.part == Part.AUDIO,
        state=_state(file),
        problem=problem(media),
        poster=source_of(store, media, "poster").url if "poster" in media.renditions else None,
        sources=[source_of(store, media, name) for name in qualities(media.renditions)],
        usual=usual(media.renditions),
        seconds=file.length // 1000,
        captions=bool(file.row.captions),
        transcript=said,
        position=file.position // 1000,
        seen=percent(watched(file.ranges), file.length),
    )


def _document(store: ObjectStore, file: LessonFile) -> Sheets:
    sheets = pages_of(store, file.media)
    return Sheets(file.title, _state(file), problem(file.media), _download(store, file), sheets)


def _download(store: ObjectStore, file: LessonFile) -> Download:
    media = file.media
    url = url_of(store, media, inline=False) if media.stored_at else None
    return Download(media.name, media.kind, media.size, url)


def _state(file: LessonFile) -> str:
    if file.media.state is MediaState.READY:
        return "ready"
    return "failed" if file.media.state is MediaState.FAILED else "waiting"

"""A lesson as its page needs it: addresses, sizes, players, pages. Everything here is ready to print."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask_babel import gettext as _

from courses.lessons.models import Part
from courses.lessons.prose import Shown, for_reader
from courses.lessons.queries import LessonFile, LessonPage, seen_percent
from courses.lessons.ranges import percent, watched
from courses.lessons.services import bytes_of
from courses.lessons.weight import SOUND, WHOLE, played, usual
from lms.media.captions import Cue, from_vtt, lines
from lms.media.models import MediaState
from lms.media.queries import PageShown, Source, pages_of, source_of, url_of
from lms.media.streaming import playlist_url
from lms.media.words import problem
from lms.shell.words import size as size_words
from lms.storage.store import ObjectStore

# Milliseconds before the end from where playing begins anew.
AT_END = 3000


@dataclass(frozen=True, slots=True)
class Player:
    """A video or recording. `state` is ready, waiting or failed; `position` in seconds, `seen` in percent.

    `sources` are the cheapest first, `usual` names the one that is chosen at first. `stream` is the address of a playlist
    for browsers that choose among them by themselves (HLS). `lines` is the transcript.
    """

    id: uuid.UUID
    title: str
    audio: bool
    state: str
    problem: str
    poster: str | None
    sources: list[Source]
    usual: str | None
    stream: str | None
    seconds: int
    captions: bool
    lines: list[Cue]
    position: int
    seen: int

    @property
    def chosen(self) -> Source:
        return next(source for source in self.sources if source.label == self.usual)

    @property
    def plain(self) -> Source:
        """What a browser without script plays: the cheapest that shows the pictures, if there are any."""
        shown = (source for source in self.sources if source.content_type.startswith("video/"))
        return next(shown, self.sources[0])

    @property
    def transcript_size(self) -> int:
        return sum(len(line.text.encode()) for line in self.lines)


@dataclass(frozen=True, slots=True)
class Download:
    """A file to save; `url` is None until its bytes are safe."""

    name: str
    kind: str
    size: int
    url: str | None


@dataclass(frozen=True, slots=True)
class Sheets:
    """A document shown page by page: `read` of them were seen, and the reader stood at page `stood` (0: nowhere yet)."""

    id: uuid.UUID
    title: str
    state: str
    problem: str
    file: Download
    sheets: list[PageShown]
    read: int
    stood: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The whole lesson, ready to print."""

    prose: str
    players: list[Player]
    documents: list[Sheets]
    attachments: list[Download]
    bytes: int
    seen: int
    enough: int

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
        players=[player(store, file, saver=saver) for file in page.of(Part.VIDEO, Part.AUDIO)],
        documents=[_document(store, file) for file in page.of(Part.PAGES)],
        attachments=[_download(store, file) for file in page.of(Part.ATTACHMENT)],
        bytes=bytes_of(page.html, page.files),
        seen=seen_percent(page),
        enough=page.enough,
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
    return str({SOUND: _("Audio"), WHOLE: _("Asli")}.get(label, label))


def _picture_words(alt: str, shown: Shown) -> str:
    words: str = _("Tampilkan gambar · %(size)s", size=size_words(shown.weight))
    return f"{words} ({alt})" if alt else words


def _picture(store: ObjectStore, file: LessonFile) -> Shown:
    phone = source_of(store, file.media, "phone")
    return Shown(phone.url, phone.width or 0, phone.height or 0, phone.size)


def player(store: ObjectStore, file: LessonFile, *, saver: bool) -> Player:
    """A video or recording, ready to print. Whoever spares megabytes hears first, and chooses pictures knowingly."""
    media = file.media
    names = played(media.renditions)
    return Player(
        id=file.id,
        title=file.title,
        audio=file.part == Part.AUDIO,
        state="ready" if names else "failed" if media.state is MediaState.FAILED else "waiting",
        problem=problem(media),
        poster=source_of(store, media, "poster").url if "poster" in media.renditions else None,
        sources=[source_of(store, media, name) for name in names],
        usual=SOUND if saver and SOUND in names else usual(media.renditions),
        stream=playlist_url(media) if len(names) > 1 and file.part != Part.AUDIO else None,
        seconds=file.length // 1000,
        captions=bool(file.row.captions),
        lines=lines(from_vtt(file.row.captions)) if file.row.captions else [],
        position=0 if file.position > file.length - AT_END else file.position // 1000,
        seen=percent(watched(file.ranges), file.length),
    )


def _document(store: ObjectStore, file: LessonFile) -> Sheets:
    sheets = pages_of(store, file.media)
    return Sheets(
        id=file.id,
        title=file.title,
        state=_state(file),
        problem=problem(file.media),
        file=_download(store, file),
        sheets=sheets,
        read=watched(file.ranges),
        stood=min(file.position, len(sheets)),
    )


def _download(store: ObjectStore, file: LessonFile) -> Download:
    media = file.media
    url = url_of(store, media, inline=False) if media.stored_at else None
    return Download(media.name, media.kind, media.size, url)


def _state(file: LessonFile) -> str:
    if file.media.state is MediaState.READY:
        return "ready"
    return "failed" if file.media.state is MediaState.FAILED else "waiting"

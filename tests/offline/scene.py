"""A class with one module that can be taken away: a lesson with a film, a practice quiz, and a locked lesson."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from courses.lessons.models import LessonMedia, Part
from courses.quizzes.models import Quiz
from lms.access import Role
from lms.database import new_id
from lms.media.models import Media, MediaState
from lms.media.sniff import Kind
from lms.people.models import Person
from lms.storage.store import ObjectStore
from tests.factories.learning import (
    make_cohort,
    make_course,
    make_lesson,
    make_module,
    make_quiz,
    make_seat,
)
from tests.factories.people import make_agency, make_person
from tests.live import LiveServer
from tests.media.page import elsewhere

CHUNK = 1024 * 1024
CONTENT = Path(__file__).parents[2] / "courses" / "demo" / "content"
PLAYABLE = (CONTENT / "laporan-pelayanan" / "dari-loket-ke-putusan.mp4").read_bytes()
# An MP4 may end in a box that players skip (ISO/IEC 14496-12, "free").
FILM = PLAYABLE + (3 * CHUNK).to_bytes(4, "big") + b"free" + bytes(3 * CHUNK - 8)


class Classroom:
    """Ayu has a seat, Budi has none. The film is whatever `film` holds, in one rendition."""

    def __init__(self, session: Session, store: ObjectStore, film: bytes, now: datetime) -> None:
        agency = make_agency(session)
        self.ayu = make_person(session, agency, "Ayu Lestari")
        self.budi = make_person(session, agency, "Budi Santoso")
        citra = make_person(session, agency, "Citra Dewi", Role.INSTRUCTOR)
        course = make_course(session, agency, citra, now)
        self.module = make_module(session, course, now)
        self.lesson = make_lesson(session, self.module, now)
        self.quiz: Quiz = make_quiz(session, self.module, now, title="Latihan loket")
        self.locked = make_lesson(session, self.module, now, "Nanti")
        self.locked.after_id = self.lesson.id
        self.media = _film(session, store, citra, film, now)
        session.add(LessonMedia(activity_id=self.lesson.id, media_id=self.media.id, part=Part.VIDEO))
        self.cohort = make_cohort(session, course, citra, now)
        make_seat(session, self.cohort, self.ayu, now)
        session.flush()

    @property
    def downloads(self) -> str:
        return f"/kelas/{self.cohort.id}/unduhan"

    @property
    def list(self) -> str:
        return f"{self.downloads}/{self.module.id}"

    @property
    def page(self) -> str:
        return f"/kelas/{self.cohort.id}/pelajaran/{self.lesson.id}"

    @property
    def cover(self) -> str:
        return f"/kelas/{self.cohort.id}/kuis/{self.quiz.activity_id}"


def classroom(server: LiveServer, film: bytes) -> Classroom:
    """One in a running application, for a test with a browser."""

    def make() -> Classroom:
        with server.using() as session:
            return Classroom(session, server.app.extensions["store"], film, datetime.now(UTC))  # noqa: TID251

    return elsewhere(make)


def _film(session: Session, store: ObjectStore, owner: Person, data: bytes, now: datetime) -> Media:
    id_: uuid.UUID = new_id()
    media = Media(
        id=id_,
        agency_id=owner.agency_id,
        owner_id=owner.id,
        name="loket.mp4",
        kind=Kind.MP4.value,
        content_type="video/mp4",
        size=len(data),
        key=f"media/{id_}/original",
        state=MediaState.READY,
        renditions={"240p": {"key": f"media/{id_}/240p.mp4", "type": "video/mp4", "size": len(data)}},
        facts={"duration": 10},
        created_at=now,
        active_at=now,
        stored_at=now,
    )
    store.put(f"media/{id_}/240p.mp4", data, content_type="video/mp4")
    session.add(media)
    session.flush()
    return media

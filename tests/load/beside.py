"""What else a server has to do while an exam runs (quality A9, L3): films for phones, a new film, a list of people."""

from __future__ import annotations

import asyncio
import html
import random
import re
import time
import uuid
from dataclasses import dataclass

import sqlalchemy as sa

from courses.cohorts.models import Cohort
from lms.access import Role
from lms.database import new_id
from lms.media.models import Media
from lms.media.services import take_in
from lms.people.models import Agency, Import, Person, Unit
from lms.web import db
from tests.bench.people import roll
from tests.factories.people import make_person
from tests.load.client import Counts, Phone, Trouble
from tests.load.scene import moment
from tests.load.site import Site, cookie_of
from tests.load.wire import LOST
from tests.media.bringing import recording
from tests.people.scene import sheet

PHONES, PACE, PIECE = 50, 125_000, 256 * 1024  # that watch, bytes each reads in a second, and in one request
FILM_SECONDS, FILM_BYTES = 240, 24 * 1024 * 1024
_CHOSEN = re.compile(r'<select[^>]*name="(column-\d+)".*?<option value="([^"]*)" selected', re.DOTALL)


@dataclass
class Done:
    """What was done beside the exam: bytes of films that phones read, renditions made, rows of people saved."""

    film_bytes: int = 0
    renditions: int = 0
    people: int = 0


class Beside:
    """Everything is ready when this was made; `run` does it."""

    def __init__(self, site: Site, counts: Counts, chance: random.Random) -> None:
        self.site, self.counts, self.chance, self.done = site, counts, chance, Done()
        self.new_film, self.people = (
            recording("-s", "1280x720", "-r", "25", seconds=FILM_SECONDS),
            sheet(*roll()),
        )
        with site.app.app_context(), db.sessionmaker() as session:
            agency = session.get_one(
                Agency, session.get_one(Cohort, uuid.UUID(site.scene.cohort_id)).agency_id
            )
            session.add(Unit(agency_id=agency.id, code="U1", name="Dinas Kesehatan"))
            self.admin: Person = make_person(session, agency, "Dewi Anggraini", Role.ADMIN)
        store = site.app.extensions["store"]
        key = f"media/{new_id()}/film.mp4"
        store.put(key, chance.randbytes(FILM_BYTES), content_type="video/mp4")
        self.film: str = store.url(key, seconds=7200, content_type="video/mp4", inline=True)

    async def run(self, seconds: float) -> None:
        """Phones read films for so long; meanwhile the worker makes a new one and the office brings people in."""
        until = time.monotonic() + seconds
        await asyncio.gather(
            *(self._watch(n, until) for n in range(PHONES)),
            asyncio.to_thread(self._bring_film),
            self._bring_people(),
        )
        await asyncio.to_thread(self._look)

    def _phone(self, name: str) -> Phone:
        return Phone(self.site.scene, name, self.site.server.port, self.counts, self.chance)

    async def _watch(self, number: int, until: float) -> None:
        """Piece after piece, each as soon as it is due: what a proxy in front takes at once and hands on slowly."""
        phone, due = self._phone(f"film {number}"), time.monotonic() + self.chance.random() * PIECE / PACE
        while due < until:
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            start = self.chance.randrange(FILM_BYTES // PIECE) * PIECE
            try:
                reply = await phone.ask("GET", self.film, {"Range": f"bytes={start}-{start + PIECE - 1}"})
                self.done.film_bytes += len(reply.body)
            except (Trouble, *LOST) as trouble:
                self.counts.errors.append(f"film: {type(trouble).__name__} {trouble}")
            due += PIECE / PACE
        phone.wire.close()

    def _bring_film(self) -> None:
        with self.site.app.app_context(), db.sessionmaker() as session, session.begin():
            take_in(
                session,
                self.site.app.extensions["store"],
                "rapat.mp4",
                self.new_film,
                owner_id=self.admin.id,
                agency_id=self.admin.agency_id,
                now=moment(),
            )

    async def _bring_people(self) -> None:
        """Upload, columns as they were guessed, save: the three pages of an import."""
        phone = self._phone("office")
        phone.cookies = await asyncio.to_thread(cookie_of, self.site, str(self.admin.email))
        address = await self._uploaded(phone)
        chosen = _CHOSEN.findall(await phone.open(f"{address}/kolom"))
        columns = {name: html.unescape(value) for name, value in chosen}
        await phone.form(f"{address}/kolom", **columns)
        await phone.form(f"{address}/simpan")
        phone.wire.close()

    async def _uploaded(self, phone: Phone) -> str:
        await phone.open("/kelola/impor")
        edge = "----bina"
        fields = {"csrf_token": phone.token, "kind": "people"}
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n'
            for k, v in fields.items()
        ]
        file = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="pegawai.csv"\r\n\r\n'
        body = "".join([*parts, file]).encode() + self.people + f"\r\n--{edge}--\r\n".encode()
        headers = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        reply = await phone.ask("POST", "/kelola/impor", headers, body)
        if reply.status != 303:
            raise Trouble(f"the import answered {reply.status}")
        return reply.headers["location"].removesuffix("/kolom")

    def _look(self) -> None:
        with self.site.app.app_context(), db.sessionmaker() as session:
            self.done.renditions = len(session.scalars(sa.select(Media.renditions)).one())
            self.done.people = int(session.scalars(sa.select(Import.counts)).one().get("new", 0))

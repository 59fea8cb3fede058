"""Bringing files as a browser's script does, in the test client, and media made for tests."""

from __future__ import annotations

import base64
import hashlib
import subprocess
import uuid
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from lms.media.models import Media
from lms.media.sniff import HEAD
from lms.media.video import ffmpeg
from lms.storage.store import PART_SIZE

TEXT = b"Notulen rapat pelayanan, 21 November 2026.\n"


def begin(client: FlaskClient, name: str, data: bytes, **changes: Any) -> TestResponse:
    facts = {"name": name, "size": len(data), "fingerprint": "f:" + hashlib.sha256(data).hexdigest()}
    head = {"head": base64.b64encode(data[:HEAD]).decode()}
    return client.post("/unggahan", json={**facts, **head, **changes})


def send(client: FlaskClient, data: bytes, parts: Sequence[dict[str, Any]]) -> None:
    for part in parts:
        start = (part["number"] - 1) * PART_SIZE
        answer = client.put(part["url"], data=data[start : start + PART_SIZE])
        assert answer.status_code == 200, answer.text


def finish(client: FlaskClient, media_id: str, data: bytes | None = None) -> TestResponse:
    digests = (
        (hashlib.sha256(data[at : at + PART_SIZE]).digest() for at in range(0, len(data or b""), PART_SIZE))
        if data
        else ()
    )
    body = {"checksum": hashlib.sha256(b"".join(digests)).hexdigest()} if data else {}
    return client.post(f"/unggahan/{media_id}/selesai", json=body)


def bring(client: FlaskClient, name: str, data: bytes) -> TestResponse:
    """A whole upload; the answer is that of its last step."""
    begun = begin(client, name, data)
    if begun.status_code != 201:
        return begun
    upload = begun.get_json()
    send(client, data, upload["parts"])
    return finish(client, upload["id"], data)


def brought(client: FlaskClient, session: Session, name: str, data: bytes) -> Media:
    """The row of a file that was brought without trouble."""
    answer = bring(client, name, data)
    assert answer.status_code == 200, answer.text
    session.expire_all()
    return session.get_one(Media, uuid.UUID(answer.get_json()["id"]))


def bytes_at(client: FlaskClient, path: str) -> bytes:
    """What a browser gets that goes where it is led; the file is closed again."""
    with client.get(path, follow_redirects=True) as answer:
        assert answer.status_code == 200
        return bytes(answer.data)


@cache
def recording(*options: str, name: str = "film.mp4", seconds: int = 2) -> bytes:
    """A small moving picture with a tone, made by ffmpeg; further options go to its output."""
    pictures = f"testsrc=size=320x180:rate=10:duration={seconds}"
    sound = f"sine=frequency=440:duration={seconds}"
    coding = ["-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-b:a", "32k"]
    sources = ["-f", "lavfi", "-i", pictures, "-f", "lavfi", "-i", sound]
    return _made([*sources, *(coding if name.endswith(("mp4", "mov")) else []), *options], name)


@cache
def tone(name: str = "suara.m4a", seconds: int = 2) -> bytes:
    return _made(["-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"], name)


def _made(options: list[str], name: str) -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder, name)
        subprocess.run(
            [ffmpeg(), "-nostdin", "-loglevel", "error", *options, str(file)], check=True, capture_output=True
        )
        return file.read_bytes()

"""The escape hatch: a file that only the installation opens, loaded by staff as if the phone had sent it."""

from __future__ import annotations

import base64
import io
import json
import os
from datetime import datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from courses.quizzes.escape import opened, public_key
from courses.quizzes.escape_key import page_key
from lms.errors import Invalid
from tests.conftest import Client
from tests.quizzes.room import NUMBER, SHORT, Room, saved
from tests.quizzes.sending import PHONE, answers, hand_in, ticket_at
from tests.quizzes.test_attempts import begin

KEYS = ("test-" * 8,)


def sealed(batch: Any, key: str) -> bytes:
    """What static/js/lib/escape.js writes."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), base64.b64decode(key))
    own = ec.generate_private_key(ec.SECP256R1())
    shared = own.exchange(ec.ECDH(), theirs)
    secret = HKDF(hashes.SHA256(), 32, salt=b"bina answer file", info=b"answers").derive(shared)
    iv = os.urandom(12)
    data = AESGCM(secret).encrypt(iv, json.dumps(batch).encode(), None)
    point = own.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    text = {"key": point, "iv": iv, "data": data}
    return json.dumps(
        {"v": 1} | {name: base64.b64encode(raw).decode() for name, raw in text.items()}
    ).encode()


@pytest.fixture
def room(session: Session, now: datetime) -> Room:
    return Room(session, now, NUMBER, SHORT, time_limit_minutes=20)


def load(client: Any, room: Room, file: bytes) -> Any:
    data = {"file": (io.BytesIO(file), "jawaban.bina")}
    return client.post(f"{room.desk}/jawaban-terlambat/berkas", data=data)


def batch_of(room: Room, at: str, values: dict[str, Any], ticket: str) -> dict[str, Any]:
    operations = answers(at, values, ticket=ticket)
    return {"person": str(room.ayu.id), "device": str(PHONE), "operations": operations}


def test_a_file_that_staff_load_counts_like_answers_that_arrive(
    room: Room, client_of: Client, session: Session
) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    file = sealed(batch_of(room, at, {"1": "9", "2": "SKM"}, ticket_at(ayu, at)), public_key(KEYS[0]))
    citra = client_of(room.citra)
    for _ in range(2):
        loaded = load(citra, room, file)
        assert loaded.status_code == 303
    assert "2 jawaban dari berkas diterima" in citra.get(loaded.location).text
    assert saved(session) == {1: "9", 2: "SKM"}


def test_a_file_after_handing_in_waits_for_a_decision(
    room: Room, client_of: Client, session: Session
) -> None:
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    ticket = ticket_at(ayu, at)
    hand_in(ayu, at)
    citra = client_of(room.citra)
    load(citra, room, sealed(batch_of(room, at, {"1": "9"}, ticket), public_key(KEYS[0])))
    assert "Ayu Lestari" in citra.get(f"{room.desk}/jawaban-terlambat").text
    assert saved(session) == {}


@pytest.mark.parametrize(
    "what",
    [
        "nothing",
        "text",
        "other key",
        "other class",
        "other person",
        "no batch",
        "no ticket",
        "foreign ticket",
    ],
)
def test_what_is_no_file_of_this_class_is_refused_with_a_sentence(
    what: str, room: Room, client_of: Client, session: Session, now: datetime
) -> None:
    ayu, budi = client_of(room.ayu), client_of(room.budi)
    at = begin(ayu, room)
    other = Room(session, now, NUMBER)
    good = batch_of(room, at, {"1": "9"}, ticket_at(ayu, at))
    foreign = ticket_at(budi, begin(budi, room))
    file = {
        "nothing": b"",
        "text": b"halo",
        "other key": sealed(good, public_key("other" * 8)),
        "other class": sealed(good, public_key(KEYS[0])),
        "other person": sealed({**good, "person": str(other.ayu.id)}, public_key(KEYS[0])),
        "no batch": sealed({"operations": 3}, public_key(KEYS[0])),
        "no ticket": sealed(batch_of(room, at, {"1": "9"}, ""), public_key(KEYS[0])),
        "foreign ticket": sealed(batch_of(room, at, {"1": "9"}, foreign), public_key(KEYS[0])),
    }[what]
    where = other if what == "other class" else room
    refused = load(client_of(where.citra), where, file)
    assert refused.status_code == 422
    assert saved(session) == {}


def test_a_page_carries_the_same_key() -> None:
    assert page_key(KEYS[0]) == public_key(KEYS[0])


def test_only_staff_of_the_class_load_files(room: Room, client_of: Client) -> None:
    assert load(client_of(room.ayu), room, b"x").status_code == 403
    assert load(client_of(room.gita), room, b"x").status_code == 404


def test_a_file_from_before_the_secret_was_changed_is_still_read() -> None:
    file = sealed({"operations": []}, public_key(KEYS[0]))
    assert opened(file, ("new" * 11, *KEYS)) == {"operations": []}


@given(st.binary(max_size=300))
def test_no_garbage_does_more_than_be_refused(garbage: bytes) -> None:
    with pytest.raises(Invalid):
        opened(garbage, KEYS)

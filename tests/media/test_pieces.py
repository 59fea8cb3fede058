"""Parts in pieces, for links that break: kept, joined, proved, and forgotten."""

from __future__ import annotations

import hashlib
import os
import uuid
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lms.media.models import Media, UploadPiece
from lms.media.pieces import LARGEST, assembled, unbroken
from lms.storage.store import PART_SIZE
from tests.media.bringing import begin, finish, send
from tests.media.files import MP4

PIECE = 512 * 1024
FILM = MP4 + os.urandom(PART_SIZE + 100_000)
FIRST = FILM[:PART_SIZE]


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


@pytest.fixture
def upload(ayu: FlaskClient) -> dict[str, Any]:
    found: dict[str, Any] = begin(ayu, "film.mp4", FILM).get_json()
    return found


def send_piece(client: FlaskClient, upload: dict[str, Any], number: int, start: int, data: bytes) -> int:
    path = f"/unggahan/{upload['id']}/keping?bagian={number}&mulai={start}"
    return client.put(path, data=data).status_code


def join(client: FlaskClient, upload: dict[str, Any], number: int, proof: str) -> int:
    asked = {"numbers": [number], "digests": [proof]}
    return client.post(f"/unggahan/{upload['id']}/gabung", json=asked).status_code


def test_a_part_in_pieces_in_any_order_becomes_a_part_like_any_other(
    ayu: FlaskClient, session: Session, app: Flask, upload: dict[str, Any]
) -> None:
    starts = list(range(0, PART_SIZE, PIECE))
    for start in [*starts[::-1], 0]:
        assert send_piece(ayu, upload, 1, start, FIRST[start : start + PIECE]) == 204
    assert [join(ayu, upload, 1, digest(FIRST)) for _ in range(2)] == [204, 204]
    again = begin(ayu, "film.mp4", FILM).get_json()
    assert (again["id"], again["done"], again["pieces"]) == (upload["id"], [1], {})
    send(ayu, FILM, again["parts"])
    assert finish(ayu, upload["id"], FILM).status_code == 200
    media = session.get_one(Media, uuid.UUID(upload["id"]))
    assert app.extensions["store"].read(media.key) == FILM


def test_a_closed_tab_finds_its_pieces_again(ayu: FlaskClient, upload: dict[str, Any]) -> None:
    for start in (0, PIECE, 3 * PIECE):
        send_piece(ayu, upload, 1, start, FIRST[start : start + PIECE])
    assert ayu.get(f"/unggahan/{upload['id']}").get_json()["pieces"] == {"1": 2 * PIECE}
    assert join(ayu, upload, 1, digest(FIRST)) == 409


def test_pieces_that_are_not_what_was_announced_are_forgotten(
    ayu: FlaskClient, session: Session, upload: dict[str, Any]
) -> None:
    last = FILM[PART_SIZE:]
    assert send_piece(ayu, upload, 2, 0, last[:-1] + b"?") == 204
    assert join(ayu, upload, 2, digest(last)) == 409
    assert session.query(UploadPiece).count() == 0
    assert begin(ayu, "film.mp4", FILM).get_json()["done"] == []
    assert send_piece(ayu, upload, 2, 0, last) == 204
    assert join(ayu, upload, 2, digest(last)) == 204


def test_pieces_that_overlap_without_end_do_not_fill_the_database(
    ayu: FlaskClient, session: Session, upload: dict[str, Any]
) -> None:
    last = FILM[PART_SIZE:]
    told = [send_piece(ayu, upload, 2, start, last[start:]) for start in range(6)]
    assert told == [204, 204, 409, 409, 409, 409]
    assert join(ayu, upload, 2, digest(last)) == 204


def test_pieces_go_with_their_upload(ayu: FlaskClient, session: Session, upload: dict[str, Any]) -> None:
    send_piece(ayu, upload, 1, 0, FIRST[:PIECE])
    assert ayu.post(f"/unggahan/{upload['id']}/batal", json={}).status_code == 204
    assert session.query(UploadPiece).count() == 0


def test_a_part_that_came_whole_after_all_makes_its_pieces_needless(
    ayu: FlaskClient, session: Session, upload: dict[str, Any]
) -> None:
    send_piece(ayu, upload, 1, 0, FIRST[:PIECE])
    send(ayu, FILM, upload["parts"])
    assert finish(ayu, upload["id"], FILM).status_code == 200
    assert session.query(UploadPiece).count() == 0
    assert send_piece(ayu, upload, 1, 0, FIRST[:PIECE]) == 409


@pytest.mark.parametrize(
    ("number", "start", "data", "status"),
    [
        (3, 0, b"x", 404),
        (0, 0, b"x", 422),
        (1, 0, b"", 409),
        (1, PART_SIZE - 1, b"xx", 409),
        (2, 10**9 - 1, b"x", 409),
        (1, 0, bytes(LARGEST + 1), 413),
    ],
)
def test_what_belongs_nowhere_is_refused(
    ayu: FlaskClient, upload: dict[str, Any], number: int, start: int, data: bytes, status: int
) -> None:
    assert send_piece(ayu, upload, number, start, data) == status


def test_somebody_elses_upload_takes_no_pieces(
    budi: FlaskClient, ayu: FlaskClient, upload: dict[str, Any]
) -> None:
    assert send_piece(budi, upload, 1, 0, b"x") == 404
    assert join(budi, upload, 1, digest(FIRST)) == 404


@pytest.mark.parametrize(
    "asked", [None, {}, {"numbers": [1], "digests": ["x"]}, {"numbers": [1], "digests": [1, 2]}]
)
def test_a_request_that_makes_no_sense_is_refused(
    ayu: FlaskClient, upload: dict[str, Any], asked: object
) -> None:
    assert ayu.post(f"/unggahan/{upload['id']}/gabung", json=asked).status_code == 422
    assert ayu.put(f"/unggahan/{upload['id']}/keping?bagian=x&mulai=", data=b"x").status_code == 422


def test_a_part_is_refused_whose_bytes_are_not_those_announced(
    ayu: FlaskClient, upload: dict[str, Any]
) -> None:
    asked = {"numbers": [1], "digests": [digest(FIRST)]}
    [part] = ayu.post(f"/unggahan/{upload['id']}/bagian", json=asked).get_json()["parts"]
    assert ayu.put(part["url"], data=FIRST[:-1] + b"?").status_code == 400
    assert begin(ayu, "film.mp4", FILM).get_json()["done"] == []
    assert ayu.put(part["url"], data=FIRST).status_code == 200


@given(st.binary(min_size=1, max_size=200), st.lists(st.integers(0, 199)), st.randoms(use_true_random=False))
def test_pieces_cut_anywhere_make_up_the_whole(data: bytes, cuts: list[int], chance: Any) -> None:
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [(a, data[a:b]) for a, b in pairwise(edges)]
    assert assembled(dict(chance.sample(pieces, len(pieces)))) == data
    assert unbroken((start, len(piece)) for start, piece in pieces) == len(data)
    if len(pieces) > 1:
        lost = pieces[chance.randrange(len(pieces))]
        left = [(start, len(piece)) for start, piece in pieces if (start, piece) != lost]
        assert unbroken(left) == lost[0]

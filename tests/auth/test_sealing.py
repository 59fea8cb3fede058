"""Claims about the keys of authenticator apps at rest: useless without the installation's keys, and to anybody else."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from lms.auth.models import Credential
from lms.auth.sealing import seal, unseal
from lms.auth.services import prove_code
from lms.errors import Invalid
from tests.auth.conftest import KEYS, Scene, moment
from tests.auth.test_second_factor import KEY, code, give_app

ids, texts, keys = st.uuids(), st.text(), st.text(min_size=1)


@given(texts, keys, keys, ids)
def test_what_is_sealed_is_opened_by_the_same_key_even_when_it_is_an_older_one(
    text: str, key: str, newer: str, owner: uuid.UUID
) -> None:
    sealed = seal(text, [key], owner=owner)
    assert unseal(sealed, [key], owner=owner) == text
    assert unseal(sealed, [newer, key], owner=owner) == text
    assert seal(text, [key], owner=owner) != sealed


@given(texts, ids, ids, st.data())
def test_another_owner_another_key_or_another_byte_opens_nothing(
    text: str, owner: uuid.UUID, other: uuid.UUID, data: st.DataObject
) -> None:
    sealed = seal(text, ["kunci"], owner=owner)
    assert unseal(sealed, ["lain"], owner=owner) is None
    assert other == owner or unseal(sealed, ["kunci"], owner=other) is None
    at = data.draw(st.integers(0, len(sealed) - 5))
    changed = sealed[:at] + ("A" if sealed[at] != "A" else "B") + sealed[at + 1 :]
    assert unseal(changed, ["kunci"], owner=owner) is None


@given(st.text())
def test_any_text_is_opened_or_is_none(text: str) -> None:
    assert unseal(text, ["kunci"], owner=uuid.UUID(int=1)) is None


@pytest.mark.asvs("V11.3.2")
def test_the_database_holds_no_key_and_a_new_secret_key_still_reads_the_old(
    scene: Scene, session: Session
) -> None:
    give_app(session, scene.dewi)
    kept = session.get_one(Credential, scene.dewi.id).totp_secret
    assert kept
    assert KEY not in kept
    rotated = ("kunci-baru", *KEYS)
    prove_code(session, scene.dewi.id, code(), keys=rotated, address="", now=moment())
    with pytest.raises(Invalid):
        prove_code(session, scene.dewi.id, code(), keys=("kunci-baru",), address="", now=moment())

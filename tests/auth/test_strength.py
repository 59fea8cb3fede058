"""Claims about which passwords are taken."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.auth.blocklist import FILE, blocked, made
from lms.auth.passwords import hash_password, matches
from lms.auth.strength import LONGEST, Owner, problem

TODAY = date(2026, 11, 21)
AYU = Owner("Ayu Lestari Wulandari", "ayu.lestari@sorongkota.go.id", ("198603142010012003",))
GOOD = "kopi tubruk lima cangkir"


def refused(password: str, *, second_factor: bool = False) -> str:
    found = problem(password, AYU, second_factor=second_factor, today=TODAY)
    return found.message if found else ""


@pytest.mark.asvs("V6.2.1")
def test_fifteen_characters_are_enough_and_fourteen_are_not() -> None:
    assert "paling sedikit" in refused("tujuh gajah om")
    assert not refused("tujuh gajah oma")


@pytest.mark.asvs("V6.2.1")
def test_with_a_second_factor_eight_are_enough_and_seven_are_not() -> None:
    assert "paling sedikit" in refused("zg4 kwq", second_factor=True)
    assert not refused("zg4 kwqx", second_factor=True)


@pytest.mark.asvs("V6.2.9")
def test_a_thousand_characters_are_taken_and_one_more_is_not() -> None:
    long = (GOOD * 50)[: LONGEST - 1] + "x"
    assert len(long) == LONGEST
    assert not refused("w" + GOOD + " dan gula aren " * 60)
    assert "paling panjang" in refused("a b" * LONGEST)


@pytest.mark.asvs("V6.2.5")
@pytest.mark.parametrize(
    "password",
    [
        "jendela biru terbuka",
        "JENDELABIRUTERBUKA",
        "7391 5528 6640 1187",
        "ꦱꦸꦒꦼꦁꦫꦮꦸꦃꦱꦢꦪꦤꦶꦁ kita",
        "🌋🌊🌴🐅🐘🦜🦎🐊🦈🦀🦐🌺🌾🌽🍌",
    ],
)
def test_no_kind_of_character_is_asked_for(password: str) -> None:
    assert not refused(password)


@pytest.mark.asvs("V6.2.4")
def test_the_list_is_long_and_is_what_the_rules_make() -> None:
    assert sorted(blocked()) == made()
    assert len([word for word in blocked() if len(word) >= 15]) >= 3_000
    assert len(blocked()) >= 10_000
    assert FILE.stat().st_size < 200_000


@pytest.mark.asvs("V6.2.4")
@pytest.mark.asvs("V6.2.12")
@pytest.mark.parametrize(
    "password",
    [
        "indonesiamerdeka",
        "Indonesia Merdeka 2026",
        "INDONESIA-MERDEKA!",
        "bismillahbismillah",
        "sayangsayangsayang",
        "qwertyuiopasdfghjkl",
        "123456789012345",
        "aaaaaaaaaaaaaaaaaaa",
        "abababababababababab",
        "passwordpassword1",
        "administrator12345678",
        "17081945" * 2,
        "pelayanan17081945",
        "katasandirahasia",
    ],
)
def test_a_common_password_is_refused(password: str) -> None:
    assert refused(password)


@pytest.mark.asvs("V6.2.11")
@pytest.mark.parametrize(
    "password",
    [
        "198603142010012003",
        "19860314 201001 2 003",
        "NIP 198603142010012003",
        "ayu14031986lestari",
        "ayulestariwulandari",
        "Ayu.Lestari@sorongkota.go.id",
        "ayu lestari 19860314",
        "wulandari140386ayu",
        "199012052015041001",
        "1403198614031986",
        "lestari sorongkota 1986",
    ],
)
def test_what_everybody_knows_of_her_is_no_secret(password: str) -> None:
    assert refused(password)


def test_a_name_inside_a_long_sentence_does_no_harm() -> None:
    assert not refused("kayu jati dari hutan bambu")
    assert not refused("ayu membeli tujuh mangga muda")


@given(st.text(max_size=60))
def test_whatever_is_typed_gets_an_answer(password: str) -> None:
    assert isinstance(refused(password), str)
    if len(password) < 15:
        assert refused(password)


@pytest.mark.asvs("V11.4.2")
def test_the_hash_is_argon2id_of_its_own_salt() -> None:
    first, second = hash_password(GOOD), hash_password(GOOD)
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert first != second
    assert matches(first, GOOD)


@pytest.mark.asvs("V6.2.8")
def test_a_password_is_compared_as_it_was_typed() -> None:
    kept = hash_password(" Kopi Tubruk ")
    assert matches(kept, " Kopi Tubruk ")
    assert not matches(kept, "Kopi Tubruk")
    assert not matches(kept, " kopi tubruk ")
    assert matches(hash_password("caf\u00e9 pagi"), "cafe\u0301 pagi")


def test_nothing_matches_an_account_without_a_password() -> None:
    assert not matches(None, "no such account")
    assert not matches("not a hash", "x")

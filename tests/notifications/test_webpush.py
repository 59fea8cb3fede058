"""The cryptography of messages to phones, against the published example and from the receiver's side."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from lms.config import SettingError, Settings
from lms.notifications.endpoints import is_allowed, origin
from lms.notifications.keys import decode, encode, point, push_key, secret
from lms.notifications.pushing import wait_of
from lms.notifications.webpush import GOOD_FOR, MOST, authorization, encrypt, new_key
from tests.notifications.push_service import CURVE, Phone, claims

NOW = datetime(2026, 11, 21, 1, 0, tzinfo=UTC)


def test_the_example_of_rfc_8291_comes_out_byte_by_byte() -> None:
    once = int.from_bytes(decode("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"))
    sealed = encrypt(
        b"When I grow up, I want to be a watermelon",
        decode("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        decode("BTBZMqHH6r4Tts7J_aSIgg"),
        once=ec.derive_private_key(once, CURVE),
        salt=decode("DGv6ra1nlYgDCS1FRnbzlw"),
    )
    assert encode(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8w"
        "EqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


@given(st.binary(max_size=MOST))
def test_a_phone_reads_what_was_meant_for_it_and_nobody_else_does(body: bytes) -> None:
    phone, other = Phone("https://contoh.invalid"), Phone("https://contoh.invalid")
    sealed = encrypt(body, phone.public, phone.secret)
    assert len(sealed) == len(body) + 103 <= 4096
    assert phone.read(sealed) == body
    other.secret = phone.secret
    with pytest.raises(InvalidTag):
        other.read(sealed)


def test_a_message_that_no_service_takes_and_a_key_that_is_none_are_refused() -> None:
    phone = Phone("https://contoh.invalid")
    with pytest.raises(ValueError, match="at most"):
        encrypt(b"x" * (MOST + 1), phone.public, phone.secret)
    with pytest.raises(ValueError, match=r".*"):
        encrypt(b"x", b"\x04" + b"\x01" * 64, phone.secret)


def test_the_proof_names_the_service_the_contact_and_an_end_within_a_day() -> None:
    key = new_key()
    header = authorization(key, "https://push.contoh.invalid", "mailto:bina@contoh.invalid", now=NOW)
    said = claims(header)
    assert (said["aud"], said["sub"]) == ("https://push.contoh.invalid", "mailto:bina@contoh.invalid")
    assert said["exp"] == (NOW + GOOD_FOR).timestamp()
    assert timedelta() < GOOD_FOR < timedelta(days=1)
    assert said["key"] == key.public_text
    forged = header.replace(key.public_text, new_key().public_text)
    with pytest.raises(InvalidSignature):
        claims(forged)


def test_the_settings_take_a_key_pair_as_it_is_printed_and_nothing_else() -> None:
    needed = {"LMS_DATABASE_URL": "postgresql://x/y", "LMS_SECRET_KEYS": "k"}
    key = new_key()
    read = Settings.from_env({**needed, "LMS_PUSH_KEY": f"{key}\n".strip()})
    assert push_key(read.push_key) == key
    assert str(key) not in repr(read)
    assert str(key).split(".")[1] not in repr(key)
    with pytest.raises(SettingError, match="push key"):
        Settings.from_env({**needed, "LMS_PUSH_KEY": "abc"})


@pytest.mark.parametrize("text", ["", "a b", "a+b/", "=", "ä"])
def test_what_is_not_base64url_is_no_key(text: str) -> None:
    with pytest.raises(ValueError, match="base64url"):
        decode(text)


@pytest.mark.parametrize("check", [point, secret])
def test_keys_have_one_length(check: object) -> None:
    for raw in (b"", b"\x04" * 64, b"\x02" + b"\x01" * 64, b"x" * 17):
        with pytest.raises(ValueError, match=r"bytes|point"):
            check(raw)  # type: ignore[operator]


SERVICES = ("fcm.googleapis.com", "push.apple.com", "http://127.0.0.1:9")


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://fcm.googleapis.com:443/x",
        "https://web.push.apple.com/x",
        "http://127.0.0.1:9/x",
    ],
)
def test_services_that_the_settings_name_may_be_called(endpoint: str) -> None:
    assert is_allowed(endpoint, SERVICES)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://evilfcm.googleapis.com.contoh.invalid/x",
        "https://notfcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://user@fcm.googleapis.com/x",
        "https://169.254.169.254/latest",
        "https://localhost/x",
        "http://127.0.0.1:10/x",
        "https://[::1/x",
        "https://fcm.googleapis.com:port/x",
        "file:///etc/passwd",
        "",
    ],
)
def test_no_other_address_is_ever_called(endpoint: str) -> None:
    assert not is_allowed(endpoint, SERVICES)


def test_an_origin_names_only_unusual_ports() -> None:
    assert origin("https://a.b:443/x?y") == "https://a.b"
    assert origin("http://a.b:8080/x") == "http://a.b:8080"


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("Sat, 21 Nov 2026 01:02:00 GMT", 120),
        ("Sat, 21 Nov 2026 00:00:00 GMT", 0),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        ("9" * 30, 10**6),
    ],
)
def test_a_service_may_ask_for_patience_in_seconds_or_until_a_date(retry_after: str, seconds: int) -> None:
    assert wait_of(retry_after, NOW) == timedelta(seconds=seconds)

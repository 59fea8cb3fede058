"""A push service and a phone, for tests: real HTTP, and the browser's half of the encryption."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from lms.notifications.keys import decode, encode

CURVE = ec.SECP256R1()


@dataclass
class Phone:
    """A browser with a subscription: whatever it can decrypt was meant for it (RFC 8291, from the receiver's side)."""

    address: str
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(CURVE))
    secret: bytes = field(default_factory=lambda: os.urandom(16))

    @property
    def public(self) -> bytes:
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    @property
    def subscription(self) -> dict[str, Any]:
        keys = {"p256dh": encode(self.public), "auth": encode(self.secret)}
        return {"endpoint": self.address, "expirationTime": None, "keys": keys}

    def read(self, sealed: bytes) -> bytes:
        salt, size, sender, body = sealed[:16], sealed[20], sealed[21:86], sealed[86:]
        assert size == 65
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender)
        shared = self.private.exchange(ec.ECDH(), theirs)
        keying = derive(self.secret, shared, b"WebPush: info\0" + self.public + sender, 32)
        key = derive(salt, keying, b"Content-Encoding: aes128gcm\0", 16)
        nonce = derive(salt, keying, b"Content-Encoding: nonce\0", 12)
        padded = AESGCM(key).decrypt(nonce, body, None)
        return padded.rstrip(b"\0")[:-1]


def derive(salt: bytes, secret: bytes, info: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, info).derive(secret)


def claims(authorization: str) -> dict[str, Any]:
    """What a VAPID header claims, after its signature was checked with the key that it names (RFC 8292)."""
    scheme, _, rest = authorization.partition(" ")
    assert scheme == "vapid"
    parts = dict(part.strip().split("=", 1) for part in rest.split(","))
    text, _, signature = parts["t"].rpartition(".")
    raw = decode(signature)
    public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, decode(parts["k"]))
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public.verify(der, text.encode(), ec.ECDSA(SHA256()))
    header, body = (json.loads(decode(part)) for part in text.split("."))
    assert header == {"typ": "JWT", "alg": "ES256"}
    return {**body, "key": parts["k"]}


@dataclass
class Received:
    path: str
    headers: Message
    body: bytes


@dataclass
class PushService:
    """Keeps what it was sent. `answers` are given first, one each; then everything is taken with 201."""

    origin: str = ""
    received: list[Received] = field(default_factory=list)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)

    def phone(self, name: str = "satu") -> Phone:
        return Phone(f"{self.origin}/push/{name}")


@contextmanager
def push_service() -> Iterator[PushService]:
    made = PushService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.received.append(Received(self.path, self.headers, body))
            status, headers = made.answers.pop(0) if made.answers else (201, {})
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Quietly."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.origin = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

"""Sending answers as the attempt page's outbox does."""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from lms.clock import milliseconds

PHONE, LAPTOP = uuid.UUID(int=1), uuid.UUID(int=2)
_order = itertools.count(1)


def person_of(client: FlaskClient) -> str:
    """Whose session a client has; asked once."""
    known: str | None = getattr(client, "whose", None)
    if known is None:
        facts = client.get("/kirim", headers={"Accept": "application/json"}).get_json()
        known = client.whose = facts.get("person", str(uuid.UUID(int=0)))  # type: ignore[attr-defined]
    return known


def operation(kind: str, content: Mapping[str, Any], *, made: datetime | None = None) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "order": next(_order),
        "content": content,
        "made": None if made is None else milliseconds(made),
    }


def send(client: FlaskClient, *operations: Mapping[str, Any], device: uuid.UUID = PHONE) -> TestResponse:
    body = {"person": person_of(client), "device": str(device), "operations": operations}
    answer = client.post("/kirim", json=body)
    answer.sent = [piece["id"] for piece in operations]  # type: ignore[attr-defined]
    return answer


def receipts(answer: TestResponse) -> list[dict[str, Any]]:
    """What each piece was told, in the order of the batch."""
    told = answer.get_json()["receipts"]
    return [told[id_] for id_ in answer.sent]  # type: ignore[attr-defined]


def attempt_at(at: str) -> str:
    return at.rsplit("/", 1)[1]


def ticket_at(client: FlaskClient, at: str) -> str:
    """The ticket on an attempt's page."""
    found = re.search(r'data-ticket="([^"]+)"', client.get(at).text)
    assert found
    return found[1]


def answers(
    at: str,
    values: Mapping[str, Any],
    base: Mapping[str, int] | None = None,
    *,
    made: datetime | None = None,
    **own: Any,
) -> list[dict[str, Any]]:
    return [
        operation(
            "quizzes:answer",
            {
                "attempt": attempt_at(at),
                "number": int(number),
                "value": value,
                "base": (base or {}).get(number, 0),
                **own,
            },
            made=made,
        )
        for number, value in values.items()
    ]


def keep(
    client: FlaskClient,
    at: str,
    values: Mapping[str, Any],
    base: Mapping[str, int] | None = None,
    *,
    device: uuid.UUID = PHONE,
    **own: Any,
) -> TestResponse:
    """Answer questions of an attempt (number → value) on a device."""
    return send(client, *answers(at, values, base, **own), device=device)


def hand_in(client: FlaskClient, at: str, *, made: datetime | None = None, **own: Any) -> dict[str, Any]:
    """What the wish to hand an attempt in is told."""
    wish = operation("quizzes:submit", {"attempt": attempt_at(at), **own}, made=made)
    return receipts(send(client, wish))[0]

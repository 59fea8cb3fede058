"""A whole attempt at ten questions: opened, read, answered, handed in, its result seen."""

from __future__ import annotations

import http.client
import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

import sqlalchemy as sa

from courses.cohorts.models import Enrolment
from tests.bench.figures import Figure
from tests.bench.load import cpu_per_request
from tests.bench.pages import ceiling
from tests.bench.server import Server, serving

if TYPE_CHECKING:
    from tests.bench.__main__ import Bench

QUESTIONS, ATTEMPTS = 10, 20
MOST_CPU, MOST_STATEMENTS = 24.0, 30.0
# On the machine for which that gate was set the ceiling page cost so many milliseconds.
CEILING_THEN = 1.49
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
# Method, path, body and type of a request; the answer's status, address and text.
Send = Callable[[str, str, str, str], tuple[int, str, str]]


def measure(bench: Bench) -> Iterator[Figure]:
    wanted = sa.select(Enrolment.person_id).where(
        Enrolment.cohort_id == uuid.UUID(bench.scene.cohort_id), Enrolment.person_id != bench.scene.person_id
    )
    with bench.session() as session:
        first, *others = session.scalars(wanted.limit(ATTEMPTS + 6)).all()
    with bench.counting() as sent:
        _whole(_inside(bench, first), bench)
    yield Figure("attempt_statements", len(sent), "statements", MOST_STATEMENTS)
    with serving("wsgi:app", bench.environment) as server:
        visits = [_outside(bench, server, person_id) for person_id in others]
        for visit in visits[:5]:
            _whole(visit, bench)
        before = server.cpu_seconds()
        for visit in visits[5:]:
            _whole(visit, bench)
        spent = (server.cpu_seconds() - before) * 1000 / len(visits[5:])
    yield Figure("attempt_cpu", spent, "ms", MOST_CPU)
    with ceiling(bench) as (server, headers):
        least = cpu_per_request(server, "/", headers)
    # The same gate on a machine that is faster or slower than that one, or busy with others.
    yield Figure("attempt_ratio", spent / least, "x", MOST_CPU / CEILING_THEN)


def open_attempt(bench: Bench) -> str:
    """The address of an attempt that the scene's learner has just begun."""
    return _begin(_inside(bench, uuid.UUID(bench.scene.person_id)), bench)[0]


def _begin(send: Send, bench: Bench) -> tuple[str, str]:
    """The address of a new attempt, and the token."""
    cover = f"/kelas/{bench.scene.cohort_id}/kuis/{bench.scene.quiz_id}"
    token = _token(_right(send("GET", cover, "", ""), 200)[2])
    _, address, _ = _right(send("POST", f"{cover}/mulai", urlencode({"csrf_token": token}), FORM), 303)
    return urlsplit(address).path, token


def _whole(send: Send, bench: Bench) -> None:
    attempt, token = _begin(send, bench)
    page = _right(send("GET", attempt, "", ""), 200)[2]
    _save(send, attempt, token, range(1, QUESTIONS + 1), page)
    _right(send("POST", f"{attempt}/kumpulkan", urlencode({"csrf_token": token}), FORM), 303)
    _right(send("GET", f"{attempt}/hasil", "", ""), 200)


def _save(send: Send, attempt: str, token: str, numbers: Sequence[int], page: str) -> None:
    """What the page's outbox sends for these questions."""
    choices = {n: re.findall(rf'name="q_{n}"[^>]*value="(\w+)"', page) for n in numbers}
    content = {"attempt": attempt.rpartition("/")[2], "base": 0}
    operations = [
        {
            "id": str(uuid.uuid4()),
            "kind": "quizzes:answer",
            "order": number,
            "content": {**content, "number": number, "value": _chosen(found[0])},
            "made": None,
        }
        for number, found in choices.items()
    ]
    person = re.findall(r'data-person="([^"]+)"', page)[0]
    sent = {"person": person, "device": str(uuid.uuid4()), "operations": operations, "csrf_token": token}
    told = json.loads(_right(send("POST", "/kirim", json.dumps(sent), JSON), 200)[2])
    if any(receipt["status"] != "saved" for receipt in told["receipts"].values()):
        raise RuntimeError(f"not everything was saved: {told}")


def _chosen(value: str) -> str | bool:
    return {"true": True, "false": False}.get(value, value)


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    if found is None:
        raise RuntimeError("the page has no form")
    return found[1]


def _right(answer: tuple[int, str, str], status: int) -> tuple[int, str, str]:
    if answer[0] != status:
        raise RuntimeError(f"{answer[0]} instead of {status}: {answer[2][:200]}")
    return answer


def _headers(of: Mapping[str, str], body: str, kind: str) -> dict[str, str]:
    """As a browser of the same site sends them; the token of a script goes in a header."""
    token = {"X-CSRFToken": json.loads(body)["csrf_token"]} if kind == JSON else {}
    return {"Cookie": of["Cookie"], "Sec-Fetch-Site": "same-origin", "Content-Type": kind, **token}


def _inside(bench: Bench, person_id: uuid.UUID) -> Send:
    """In this process, where statements can be counted."""
    client, own = bench.app.test_client(use_cookies=False), bench.headers(person_id)

    def send(method: str, path: str, body: str, kind: str) -> tuple[int, str, str]:
        headers = _headers(own, body, kind)
        answer = client.open(path, method=method, data=body, headers=headers, base_url="https://localhost")
        return answer.status_code, answer.headers.get("Location", ""), answer.text

    return send


def _outside(bench: Bench, server: Server, person_id: uuid.UUID) -> Send:
    """Over a kept connection to the server."""
    connection, own = (
        http.client.HTTPConnection("127.0.0.1", server.port, timeout=60),
        bench.headers(person_id),
    )

    def send(method: str, path: str, body: str, kind: str) -> tuple[int, str, str]:
        connection.request(method, path, body=body, headers=_headers(own, body, kind))
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location", ""), answer.read().decode()

    return send

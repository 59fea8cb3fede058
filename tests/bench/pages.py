"""Processor time and latency of the main learner pages, against the ceiling page in the same run."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from tests.bench.figures import Figure
from tests.bench.load import cpu_per_request, get, percentile_95
from tests.bench.server import Server, serving

if TYPE_CHECKING:
    from tests.bench.__main__ import Bench

# CPU of a page may be four times that of the ceiling page (the aim is 2.5).
MOST_RATIO = 4.0
MOST_P95 = 45.0
MOST_MEMORY = 90.0


def addresses(bench: Bench) -> dict[str, str]:
    here = f"/kelas/{bench.scene.cohort_id}"
    return {
        "sign_in": "/masuk",
        "home": "/",
        "course": here,
        "lesson": f"{here}/pelajaran/{bench.scene.lesson_id}",
        "quiz": f"{here}/kuis/{bench.scene.quiz_id}",
    }


@contextmanager
def ceiling(bench: Bench) -> Iterator[tuple[Server, dict[str, str]]]:
    """A server of the ceiling page, and the headers of somebody who is signed in there."""
    with serving("tests.bench.ceiling:app", bench.environment) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port)
        answer = get(connection, f"/masuk/{bench.scene.person_id}", {})
        yield server, {"Cookie": answer.headers["Set-Cookie"].partition(";")[0]}


def measure(bench: Bench) -> Iterator[Figure]:
    with ceiling(bench) as (server, headers):
        least = cpu_per_request(server, "/", headers)
        yield Figure("cpu_ceiling", least, "ms")
        yield Figure("p95_ceiling", percentile_95(server, "/", headers), "ms")
    with serving("wsgi:app", bench.environment) as server:
        for name, path in addresses(bench).items():
            headers = {"Accept-Encoding": "gzip, br"} | (
                {} if name == "sign_in" else {"Cookie": bench.cookie}
            )
            cost = cpu_per_request(server, path, headers)
            yield Figure(f"cpu_{name}", cost, "ms")
            yield Figure(f"ratio_{name}", cost / least, "x", MOST_RATIO)
            yield Figure(f"p95_{name}", percentile_95(server, path, headers), "ms", MOST_P95)
        _mistype(server)
        # By now each worker has answered more than a thousand requests for each of these pages.
        yield Figure("memory_worker", server.memory("Rss"), "MiB", MOST_MEMORY)
        yield Figure("memory_worker_shared", server.memory("Pss"), "MiB")


def _mistype(server: Server) -> None:
    """Some passwords that fit nobody: each takes the memory that a right one takes."""
    for number in range(6):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        page = get(connection, "/masuk", {})
        token = re.findall(rb'name="csrf_token" value="([^"]+)"', page.body)[0].decode()
        form = {"name": f"nobody{number}@contoh.invalid", "password": "salah semua", "csrf_token": token}
        headers = {
            "Cookie": page.headers["Set-Cookie"].partition(";")[0],
            "Content-Type": "application/x-www-form-urlencoded",
            "Sec-Fetch-Site": "same-origin",
        }
        connection.request("POST", "/masuk", urlencode(form), headers)
        answer = connection.getresponse()
        if answer.status != 422:
            raise RuntimeError(f"a wrong password was answered with {answer.status}")
        connection.close()

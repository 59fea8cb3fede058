"""No text that anybody can write runs as script on any page, with the content policy and without it (quality A9)."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, Route, sync_playwright
from sqlalchemy.orm import Session

from courses.catalogue.models import Module
from courses.cohorts.models import Announcement, Enrolment, EnrolmentState
from courses.cohorts.queries import seat_of
from courses.projects.models import Draft, Group, Version
from courses.quizzes.models import Answer, Attempt, Quiz
from courses.quizzes.services import save, start, submit
from lms.jobs.models import JobFault
from lms.people.models import ImportRow, RowState
from tests import matrix, poison
from tests.attacks import ATTACKS
from tests.factories.learning import make_quiz
from tests.factories.people import actor_for, sign_in
from tests.live import ARGUMENTS, CHROMIUM, PHONE
from tests.quizzes.room import EVERY_KIND, right_answer
from tests.test_matrix import scene as scene

HOST = "http://localhost"
# Who opens a page, the first of these that may.
VISITORS = ("learner", "instructor", "admin", "issuer", "operator", "nobody")
# Parameters in which a page repeats what was asked for.
ECHOED = (
    "cari",
    "jenis",
    "label",
    "keadaan",
    "topik",
    "tempat",
    "person",
    "act",
    "subject",
    "q",
    "next",
    "urut",
)

SHOWN = re.compile(rb"&lt;(?:img|script|svg|p|a)\b|alert\(1\)")
# Files, not pages; their cells have tests of their own.
DOWNLOADS = (".csv", ".xlsx", ".zip", ".pdf", ".ics", ".vtt", ".svg", ".png")

WATCH = """() => {
  window.hits = [];
  for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = (...words) => { window.hits.push([name, ...words]); };
}"""
# What would run when somebody touches it: handlers, addresses that are programs, elements that load programs.
LIVE = """() => {
  const found = [...window.hits.map(String)];
  const runs = /^(javascript|vbscript|livescript|data:text|view-source|jar|filesystem|feed):/i;
  const places = new Set(["href", "src", "action", "formaction", "data", "xlink:href", "ping", "srcdoc", "background"]);
  for (const element of document.querySelectorAll("*")) {
    const name = element.localName;
    const ours = name === "script" && (element.getAttribute("src") ?? "").startsWith("/static/");
    if (["script", "iframe", "frame", "object", "embed", "applet", "base", "portal", "animate", "set", "math"].includes(name) && !ours) found.push(element.outerHTML.slice(0, 200));
    if (name === "meta" && element.httpEquiv) found.push(element.outerHTML.slice(0, 200));
    for (const { name: key, value } of element.attributes) {
      if (/^on/i.test(key) || key === "style") found.push(`${name} ${key}=${value}`.slice(0, 200));
      if (places.has(key) && runs.test(value.replace(/[\\x00-\\x20]/g, ""))) found.push(`${name} ${key}=${value}`.slice(0, 200));
    }
  }
  return found;
}"""


@dataclass
class Answered:
    """A page as the application answered it, for showing to a browser more than once."""

    path: str
    client: FlaskClient
    headers: dict[str, str]
    body: bytes


@pytest.fixture
def poisoned(app: Flask, session: Session, scene: matrix.Scene, now: datetime) -> matrix.Scene:
    """One object of everything, and every text of theirs an attack."""
    with app.test_request_context():
        _more(session, scene, now)
    assert poison.spread(session) > 150
    return scene


def _more(session: Session, scene: matrix.Scene, now: datetime) -> None:
    """What the scene of the matrix lacks: a marked attempt of every kind, news, handed-in work, faults."""
    values, people = scene.values, scene.people
    ayu, citra = people["learner"], people["instructor"]
    quiz: Quiz = make_quiz(
        session, session.get_one(Module, values["module_id"]), now, *EVERY_KIND, title="Semua jenis"
    )
    seat = seat_of(session, actor_for(ayu), values["cohort_id"])
    attempt = session.get_one(Attempt, start(session, seat, quiz.activity_id, now=now))
    answers = {number: right_answer(key["content"]) for number, key in enumerate(attempt.keys, 1)}
    save(session, seat.person_id, attempt.id, answers, now=now)
    submit(session, attempt, quiz, now=now)
    session.flush()
    essay = session.get_one(Answer, (attempt.id, len(EVERY_KIND)))
    essay.share, essay.marking, essay.marked_by = Decimal(1), {"levels": [1], "comment": "Baik."}, citra.id
    values |= {"done.activity_id": quiz.activity_id, "done.attempt_id": attempt.id}
    group = session.get_one(Group, values["group_id"])
    version = Version(
        group_id=group.id,
        number=1,
        submitted_by=ayu.id,
        client_id=uuid.uuid4(),
        text="Isi",
        html="<p>Isi</p>",
        links=[{"url": "https://contoh.invalid/", "title": "Tautan"}],
        note="Catatan",
        submitted_at=now,
    )
    session.add(version)
    session.flush()
    session.add_all(
        [
            Announcement(
                cohort_id=values["cohort_id"],
                author_id=citra.id,
                title="T",
                source="s",
                body="<p>b</p>",
                created_at=now,
            ),
            Draft(group_id=group.id, text="Draf", links=[], saved_by=ayu.id, saved_at=now),
            Enrolment(
                cohort_id=values["cohort_id"],
                person_id=people["outsider"].id,
                state=EnrolmentState.REQUESTED,
                reason="Alasan",
                created_at=now,
            ),
            ImportRow(
                import_id=values["imports.import_id"], number=1, cells=["x", "y"], state=RowState.WRONG
            ),
            JobFault(job_id=1, at=now, error="Galat"),
        ]
    )
    session.commit()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


def pages(app: Flask, session: Session, scene: matrix.Scene) -> list[Answered]:
    """Every page that shows something, once, by the first visitor who may see it; and pages that repeat a question."""
    clients = {role: app.test_client() for role in VISITORS}
    for role, client in clients.items():
        if role != "nobody":
            sign_in(client, session, scene.people[role])
    return [page for path in addresses(app, scene) if (page := _answered(clients, path))]


def addresses(app: Flask, scene: matrix.Scene) -> list[str]:
    rules = [rule for method, rule in matrix.routes(app) if method == "GET"]
    asked = [path for rule in rules if not (path := matrix.address(app, scene, rule)).endswith(DOWNLOADS)]
    done = {"activity_id": "done.activity_id", "attempt_id": "done.attempt_id"}
    with app.test_request_context():
        ids = {name: scene.values[key] for name, key in done.items()}
        asked.append(app.url_for("quizzes.result", cohort_id=scene.values["cohort_id"], **ids))
        asked.append(app.url_for("authoring.look", activity_id=ids["activity_id"]))
    return asked


def _answered(clients: dict[str, FlaskClient], path: str) -> Answered | None:
    first = poison.joined()[:2000]
    for client in clients.values():
        answer = client.get(path, query_string=dict.fromkeys(ECHOED, first))
        if answer.status_code in {400, 404, 422} and "text/html" in answer.content_type:
            answer = client.get(path)
        if answer.status_code == 200 and answer.mimetype == "text/html":
            return Answered(path, client, dict(answer.headers), answer.data)
    return None


def look(page: Page, shown: Answered) -> list[str]:
    """What runs, or would run, on a page."""

    def serve(route: Route) -> None:
        asked = urlsplit(route.request.url)
        if asked.hostname != "localhost":
            route.abort()
        elif asked.path == "/halaman":
            route.fulfill(status=200, headers=shown.headers, body=shown.body)
        elif asked.path.startswith("/static/js/"):
            with shown.client.get(asked.path) as answer:
                route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.data)
        else:
            route.fulfill(status=404, body=b"")

    page.unroute_all()
    page.route("**/*", serve)
    page.goto(f"{HOST}/halaman", wait_until="load")
    return [f"{shown.path}: {what}" for what in page.evaluate(LIVE)]


@pytest.mark.browser
@pytest.mark.asvs("V1.2.1", "V1.3.1", "V3.2.2")
def test_nothing_that_was_written_runs(
    app: Flask, session: Session, poisoned: matrix.Scene, browser: Browser
) -> None:
    """First without the content policy, which would hide a hole; then with it on the pages of a learner."""
    shown = pages(app, session, poisoned)
    assert len(ATTACKS) >= 150
    assert len(shown) >= 60
    # Otherwise we would be looking at empty pages.
    bare = [page.path for page in shown if not SHOWN.search(page.body)]
    assert len(bare) <= len(shown) // 3, bare
    found = []
    for bypass, some in ((True, shown), (False, shown[::4])):
        context = browser.new_context(viewport=PHONE, bypass_csp=bypass)  # type: ignore[arg-type]
        context.add_init_script(f"({WATCH})()")
        page = context.new_page()
        for each in some:
            found += look(page, each)
        context.close()
    assert found == []

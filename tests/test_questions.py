"""What stands behind the question mark: no text in any parameter, and no name of a parameter, breaks or moves a page."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from courses.lessons.models import LessonDraft
from lms.people.models import Person
from tests import matrix
from tests.factories.people import sign_in
from tests.test_matrix import scene as scene

ROOT = Path(__file__).resolve().parent.parent
ASKED = re.compile(r"""request\.args(?:\.get(?:list)?\(|\[)"(\w+)"|asked\.get\("(\w+)"|sent\.get\("(\w+)\"""")
# Pages that search, filter, sort or turn pages, and who reads them.
SEARCHED = {
    "admin": (
        "audit.show",
        "authoring.authors",
        "authoring.index",
        "browse.index",
        "cohorts.index",
        "cohorts.people.add",
        "cohorts.people.index",
        "people.show",
        "quizzes.bank.show",
        "roles.show",
        "units.show",
    ),
    "issuer": ("issuing.overview", "issuing.class_list"),
    "nobody": ("certificates.verify", "auth.sign_in"),
}
CLAUSES = [
    "'",
    "''",
    '"',
    "\\",
    "\\'",
    "`",
    ";",
    "--",
    "#",
    "/*",
    "*/",
    "%",
    "%%",
    "_",
    "%s",
    "%(x)s",
    ":x",
    "$1",
    "?",
    "{}",
    "{0}",
    "' OR 1=1 --",
    "' OR '1'='1",
    "') OR ('1'='1",
    "')) OR 1=1 --",
    '" OR ""="',
    "1 OR 1=1",
    "1; DROP TABLE person --",
    "'; DROP TABLE person; --",
    "'); DELETE FROM person; --",
    "1; SELECT pg_sleep(9)",
    "'||pg_sleep(9)--",
    "'; SELECT pg_sleep(9)--",
    "1 AND 1=(SELECT 1 FROM pg_sleep(9))",
    "' UNION SELECT NULL--",
    "' UNION SELECT NULL,NULL,NULL--",
    "' UNION ALL SELECT password_hash FROM credential--",
    "1 UNION SELECT usename FROM pg_user",
    "(SELECT version())",
    "CAST((SELECT version()) AS int)",
    "' AND 1=CAST((SELECT current_user) AS int)--",
    "full_name",
    "full_name DESC",
    "full_name; --",
    "1,2,3",
    "id,(SELECT 1)",
    "(CASE WHEN 1=1 THEN 1 ELSE 1/0 END)",
    "1/0",
    "NULL",
    "-1",
    "0",
    "99999999999999999999",
    "1e999",
    "NaN",
    "0x31",
    "E'\\\\x27'",
    "U&'\\0027'",
    "$$;SELECT 1;$$",
    "COPY person TO PROGRAM 'id'",
    "\u02bc OR 1=1",
    "＇ OR 1=1",
    "\x00",
    "a\x00' OR 1=1",
    "\ud7ff\uffff",
    "é" * 2000,
    "'" * 3000,
    "(" * 3000,
    "[]",
    "[[]]",
    '{"$ne": 1}',
    "../../etc/passwd",
    "2026-13-45",
    "0000-00-00",
    "9999-12-31",
    "00000000-0000-0000-0000-000000000000",
    "00000000-0000-0000-0000-00000000000g",
]
# Names that Python or Flask could take for an order instead of a question.
ORDERS = [
    {"_scheme": "javascript", "_external": "1"},
    {"_scheme": "javascript", "_external": "1", "page": "1"},
    {"_external": "1", "_anchor": "<script>"},
    {"_method": "POST"},
    {"endpoint": "x"},
    {"self": "x", "cls": "x", "page": "1"},
    {"session": "x", "actor": "x", "now": "x"},
    {"cohort_id": "x", "course_id": "x", "values": "x"},
    {"__class__": "x", "__init__": "x", "": "x"},
    {"page": "-1"},
    {"page": "999999999999"},
    {"path": "//jahat.example", "next": "//jahat.example"},
]


def parameters() -> list[str]:
    """Every name that a page asks for, read from the code."""
    files = [*(ROOT / "lms").rglob("*views*.py"), *(ROOT / "courses").rglob("*views*"), ROOT / "lms/web.py"]
    texts = [file.read_text(encoding="utf-8") for file in files if file.suffix == ".py"]
    found = {name for text in texts for match in ASKED.finditer(text) for name in match.groups() if name}
    return sorted(found | {"page"})


def visitor(app: Flask, session: Session, scene: matrix.Scene, role: str) -> FlaskClient:
    client = app.test_client()
    if role != "nobody":
        sign_in(client, session, scene.people[role])
    return client


def addresses(app: Flask, scene: matrix.Scene, wanted: tuple[str, ...] | None = None) -> list[str]:
    rules = [rule for method, rule in matrix.routes(app) if method == "GET"]
    return [matrix.address(app, scene, r) for r in rules if wanted is None or r.endpoint in wanted]


@pytest.mark.asvs("V1.2.4")
def test_no_clause_of_sql_gets_through_any_parameter(
    app: Flask, session: Session, scene: matrix.Scene
) -> None:
    names = parameters()
    assert len(names) > 20
    assert len(CLAUSES) >= 60
    people = session.scalar(sa.select(sa.func.count()).select_from(Person))
    broken = []
    for role, endpoints in SEARCHED.items():
        client = visitor(app, session, scene, role)
        pages = addresses(app, scene, endpoints)
        assert len(pages) == len(endpoints), endpoints
        for page in pages:
            for clause in CLAUSES:
                answer = client.get(page, query_string=dict.fromkeys(names, clause))
                if answer.status_code >= 500:
                    broken.append((page, clause[:40], answer.status_code))
    assert broken == []
    assert session.scalar(sa.select(sa.func.count()).select_from(Person)) == people


@pytest.mark.asvs("V1.2.2")
def test_no_name_of_a_parameter_gives_orders(
    app: Flask, session: Session, scene: matrix.Scene, now: datetime
) -> None:
    """On every page: a question called `_scheme` must not turn a link into a program."""
    wrong = []
    for role in ("admin", "learner"):
        client = visitor(app, session, scene, role)
        for page in addresses(app, scene):
            for asked in ORDERS:
                with client.get(page, query_string=asked, buffered=True) as answer:
                    text = answer.get_data(as_text=True) if answer.mimetype == "text/html" else ""
                    moved = answer.status_code < 400 and "jahat.example" in (answer.location or "")
                    if answer.status_code >= 500 or moved or re.search(r"""["']\s*javascript:""", text):
                        wrong.append((page, asked, answer.status_code))
    assert wrong == []


@pytest.mark.asvs("V1.3.3")
def test_a_nul_in_a_form_or_in_json_is_left_out(app: Flask, session: Session, scene: matrix.Scene) -> None:
    """PostgreSQL would refuse the text, and somebody would read about a fault of ours."""
    client = visitor(app, session, scene, "instructor")
    lesson = f"/kelola/pelajaran/{scene.values['lessons.activity_id']}"
    form = {"source": "Sa\x00lam", "version": "99\x00", "act": "draft", "\x00": "x"}
    assert client.post(lesson, data=form).status_code == 303
    sent = client.post(f"{lesson}/draf", json={"source": "Sa\x00lam \x00dua", "version": 1, "\x00": ["\x00"]})
    assert sent.status_code == 200
    kept = session.scalar(sa.select(LessonDraft.source))
    assert kept == "Salam dua"

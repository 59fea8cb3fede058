"""The attempt's pages: no key on them, few statements, small."""

from __future__ import annotations

import gzip
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from lms.media.models import Media, MediaState
from tests.conftest import Client
from tests.factories.learning import make_quiz
from tests.quizzes.room import (
    EVERY_KIND,
    MARKED_BY_MACHINE,
    Room,
    attempts,
    many,
    right_answers,
    statements,
)
from tests.quizzes.sending import keep, person_of
from tests.quizzes.test_attempts import begin

ROOT = Path(__file__).resolve().parents[2]
KEY_WORDS = (
    "explanation",
    "correct",
    "weight",
    "accepted",
    "tolerance",
    "rubric",
    "Lihat standar",
    "SKM",
    "Warga.",
)


def test_no_page_of_an_open_attempt_holds_a_key(session: Session, now: datetime, client_of: Client) -> None:
    room = Room(session, now, *EVERY_KIND)
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    answered = keep(ayu, at, {"1": attempts(session)[0].paper[0]["options"][0]["id"]}).text
    texts = [ayu.get(path).text for path in (room.here, at, f"{at}/periksa", f"{at}/jawaban")]
    for text in (answered, *texts, json.dumps(attempts(session)[0].paper)):
        assert not [word for word in KEY_WORDS if word in text.replace("survei kepuasan masyarakat", "")]
    attempt = attempts(session)[0]
    assert len(attempt.keys) == len(attempt.paper) == len(EVERY_KIND)


@pytest.mark.parametrize("count", [1, 10, 300])
def test_no_page_needs_more_statements_for_more_questions(
    count: int, session: Session, now: datetime, client_of: Client
) -> None:
    room = Room(session, now, *many(count))
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    for path, most in ((room.here, 4), (at, 2), (f"{at}/periksa", 2), (f"{at}/jawaban", 2)):
        with statements(session) as seen:
            assert ayu.get(path).status_code == 200
        assert len(seen) <= most, (path, seen)
    right = right_answers(attempts(session)[0])
    person_of(ayu)
    with statements(session) as seen:
        assert keep(ayu, at, right).status_code == 200
    assert len(seen) <= 3
    ayu.post(f"{at}/kumpulkan")
    with statements(session) as seen:
        assert ayu.get(f"{at}/hasil").status_code == 200
    assert len(seen) <= 4


def test_a_whole_attempt_of_ten_questions_costs_at_most_thirty_statements(
    session: Session, now: datetime, client_of: Client
) -> None:
    room = Room(session, now, *many(10), time_limit_minutes=20)
    ayu = client_of(room.ayu)
    with statements(session) as seen:
        at = ayu.post(f"{room.here}/mulai").location
        ayu.get(at)
    answers = right_answers(attempts(session)[0])
    person_of(ayu)
    with statements(session) as then:
        for batch in (range(1, 4), range(4, 8), range(8, 11)):
            assert (
                keep(
                    ayu, at, {str(n): answers[str(n)] for n in batch}, {str(n): 0 for n in batch}
                ).status_code
                == 200
            )
        ayu.get(f"{at}/periksa")
        ayu.post(f"{at}/kumpulkan")
        assert "Anda lulus" in ayu.get(f"{at}/hasil").text
    assert len(seen) + len(then) <= 30, "\n".join(line[:90] for line in seen + then)


def test_ten_questions_fit_in_nine_kilobytes_and_the_scripts_in_twenty(
    session: Session, now: datetime, client_of: Client
) -> None:
    room = Room(session, now, *EVERY_KIND, *MARKED_BY_MACHINE[:2], time_limit_minutes=20)
    ayu = client_of(room.ayu)
    page = ayu.get(begin(ayu, room), headers={"Accept-Encoding": "br"})
    assert page.headers["Content-Encoding"] == "br"
    assert len(page.data) <= 9000
    parts = (
        "answers attempt attempt-bars clock kept-attempt outbox outbox-line outbox-queue outbox-store wire"
    )
    scripts = [ROOT / "static/js" / name for name in ("shell.js", "quizzes.js")]
    scripts += [ROOT / "static/js/lib" / f"{name}.js" for name in parts.split()]
    assert sum(len(gzip.compress(file.read_bytes())) for file in scripts) <= 20_000


def test_three_hundred_questions_are_answered_in_one_form(
    session: Session, now: datetime, client_of: Client
) -> None:
    room = Room(session, now, *many(300))
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    form: dict[str, Any] = {f"base_{n}": "0" for n in range(1, 301)}
    form |= {f"q_{n}": answer for n, answer in right_answers(attempts(session)[0]).items()}
    assert ayu.post(at, data={**form, "submit": "1"}).location == f"{at}/periksa"
    assert "300 dari 300 soal sudah dijawab" in ayu.get(f"{at}/periksa").text
    assert "Anda lulus" in ayu.post(f"{at}/kumpulkan", follow_redirects=True).text


def test_the_last_test_shows_what_was_gained(session: Session, now: datetime, client_of: Client) -> None:
    room = Room(session, now, *many(4), role="pre", attempts_allowed=1)
    last = make_quiz(session, room.module, now, *many(4), title="Tes akhir", role="post", shuffle=False)
    session.commit()
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    keep(ayu, at, {"1": right_answers(attempts(session)[0])["1"]})
    ayu.post(f"{at}/kumpulkan")
    room.here = room.here.replace(str(room.quiz.activity_id), str(last.activity_id))
    at = begin(ayu, room)
    answers = right_answers(next(found for found in attempts(session) if found.is_open))
    keep(ayu, at, {n: answers[n] for n in ("1", "2", "3")})
    page = ayu.post(f"{at}/kumpulkan", follow_redirects=True).text
    assert "Naik 50 poin: 66% dari yang belum Anda kuasai di awal kini Anda kuasai." in page


def test_a_picture_is_shown_with_its_size_and_costs_one_statement(
    session: Session, now: datetime, client_of: Client
) -> None:
    media = Media(
        name="antrean.webp",
        kind="image",
        content_type="image/webp",
        size=9,
        part_size=9,
        key="k/asli",
        state=MediaState.READY,
        renditions={
            "phone": {"key": "k/phone", "type": "image/webp", "size": 9, "width": 640, "height": 360}
        },
        created_at=now,
        active_at=now,
        stored_at=now,
    )
    session.add(media)
    session.flush()
    asked = {**many(1)[0], "picture": str(media.id), "picture_alt": "Antrean di loket"}
    room = Room(session, now, asked, {**asked, "picture": "0197aaaa-0000-7000-8000-000000000000"})
    ayu = client_of(room.ayu)
    at = begin(ayu, room)
    with statements(session) as seen:
        page = ayu.get(at).text
    assert len(seen) == 3
    assert 'alt="Antrean di loket" width="640" height="360"' in page
    assert page.count("<img") == 1
    ayu.post(f"{at}/kumpulkan")
    assert ayu.get(f"{at}/hasil").text.count('alt="Antrean di loket"') == 1


def test_every_page_speaks_english_to_who_asked_for_it(
    session: Session, now: datetime, client_of: Client
) -> None:
    room = Room(session, now, *EVERY_KIND, time_limit_minutes=20, attempts_allowed=2)
    room.ayu.locale = "en"
    session.commit()
    ayu = client_of(room.ayu)
    assert "Time limit" in ayu.get(room.here).text
    at = begin(ayu, room)
    assert "Check and hand in" in ayu.get(at).text
    assert "Check before you hand in" in ayu.get(f"{at}/periksa").text
    ayu.post(f"{at}/kumpulkan")
    assert "Receipt number" in ayu.get(f"{at}/hasil").text

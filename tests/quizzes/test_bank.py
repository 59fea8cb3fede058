"""Authors write questions and quizzes: nothing typed is lost, what is wrong is said at its field."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from courses.quizzes.drafts import LISTS, content_of, draft_in, draft_of, tags_of
from courses.quizzes.kinds.base import with_ids
from courses.quizzes.kinds.registry import KINDS, check
from courses.quizzes.models import Question, Quiz, QuizQuestion, Reveal
from tests.conftest import Client
from tests.quizzes.room import Room, many, statements
from tests.quizzes.test_attempts import begin
from tests.quizzes.test_kinds import contents

COMMON = {
    "text": "Siapa yang **dilayani**?",
    "points": "2,5",
    "tags": "loket, janji , loket",
    "explanation": "Warga.",
}
FORMS: dict[str, dict[str, str]] = {
    "single": {"options_0_text": "Warga", "options_1_text": "Atasan", "options_2_text": "", "correct": "0"},
    "multiple": {
        "options_0_text": "NIK",
        "options_0_weight": "1,5",
        "options_1_text": "Jumlah",
        "options_1_weight": "-1",
    },
    "true_false": {"answer": "true"},
    "short_text": {"accepted_0_text": "SKM", "accepted_1_text": ""},
    "number": {"answer": "12,5", "tolerance": "", "unit": "menit"},
    "matching": {
        "pairs_0_left": "Medan",
        "pairs_0_right": "WIB",
        "pairs_1_left": "Sorong",
        "pairs_1_right": "WIT",
        "pairs_2_left": "Jakarta",
        "pairs_2_right": "WIB",
        "distractors_0_text": "WITA",
    },
    "ordering": {"items_0_text": "Isi", "items_1_text": "Periksa"},
    "essay": {
        "min_words": "",
        "max_words": "300",
        "rubric_0_criterion": "Isi",
        "rubric_0_levels": "0 Kurang\n2,5 Baik",
    },
}


@pytest.fixture
def room(session: Session, now: datetime) -> Room:
    return Room(session, now, *many(3))


def newest(session: Session) -> Question:
    found = sa.select(Question).order_by(Question.updated_at.desc(), Question.id.desc())
    return session.scalars(found, execution_options={"populate_existing": True}).first() or pytest.fail(
        "no question"
    )


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_written_without_script_and_reads_back_as_typed(
    kind: str, room: Room, client_of: Client, session: Session
) -> None:
    citra = client_of(room.citra)
    address = f"{room.bank}/soal/baru?jenis={kind}"
    assert citra.get(address).status_code == 200
    form = COMMON | FORMS[kind]
    assert citra.post(address, data=form | {"do": "save"}).status_code == 303
    question = newest(session)
    assert check(question.content) == []
    assert question.content["text"] == "<p>Siapa yang <strong>dilayani</strong>?</p>"
    assert question.tags == ["loket", "janji"]
    typed = draft_of(question.content, question.source, question.tags)
    sent = draft_in(kind, form)
    assert typed.fields["text"] == sent.fields["text"]
    assert typed.fields["points"] == "2,5"
    assert content_of(typed) == question.content
    page = citra.get(f"{room.bank}/soal/{question.id}")
    assert "Siapa yang **dilayani**?" in page.text


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_button_that_adds_a_row_or_shows_a_preview_loses_nothing(
    kind: str, room: Room, client_of: Client, session: Session
) -> None:
    citra = client_of(room.citra)
    address = f"{room.bank}/soal/baru?jenis={kind}"
    form = COMMON | FORMS[kind]
    for name in LISTS.get(kind, {}):
        page = citra.post(address, data=form | {"do": f"add:{name}"})
        assert page.status_code == 200
        for value in filter(None, form.values()):
            assert value.replace("\n", "\n") in page.text.replace("&#34;", '"'), (name, value)
        last = max(int(field.split("_")[1]) for field in form if field.startswith(f"{name}_"))
        assert f'name="{name}_{last + 1}_' in page.text
    preview = citra.post(address, data=form | {"do": "preview"})
    assert "Pratinjau" in preview.text
    assert "<strong>dilayani</strong>" in preview.text
    assert "Siapa yang **dilayani**?" in preview.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Question)) == 3


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_wrong_is_said_and_everything_typed_is_still_there(
    kind: str, room: Room, client_of: Client, session: Session
) -> None:
    sent = {
        "text": "",
        "points": "banyak",
        "pictures_0_media": "bukan-id",
        "pictures_0_alt": "",
        "pictures_0_place": "below",
        "explanation": "Tetap di sini.",
        "do": "save",
    }
    page = client_of(room.citra).post(f"{room.bank}/soal/baru?jenis={kind}", data=sent)
    assert page.status_code == 422
    for sentence in ("Poin harus lebih dari 0", "Gambar belum diberi keterangan"):
        assert page.text.count(sentence) == 2, sentence
    assert "Tetap di sini." in page.text
    assert 'value="banyak"' in page.text
    assert session.scalar(sa.select(sa.func.count()).select_from(Question)) == 3


def test_a_change_is_a_new_version_and_no_change_is_none(
    room: Room, client_of: Client, session: Session
) -> None:
    citra = client_of(room.citra)
    form = COMMON | FORMS["true_false"] | {"do": "save"}
    citra.post(f"{room.bank}/soal/baru?jenis=true_false", data=form)
    question = newest(session)
    here = f"{room.bank}/soal/{question.id}"
    citra.post(here, data=form)
    assert newest(session).version == 1
    citra.post(here, data=form | {"answer": "false"})
    assert newest(session).version == 2
    assert newest(session).content["answer"] is False


def test_an_archived_question_leaves_new_papers_and_may_come_back(
    room: Room, client_of: Client, session: Session
) -> None:
    citra = client_of(room.citra)
    gone = session.scalars(sa.select(Question)).first()
    assert gone
    citra.post(f"{room.bank}/soal/{gone.id}/arsip")
    assert str(gone.id) not in citra.get(f"{room.bank}/soal").text
    assert str(gone.id) in citra.get(f"{room.bank}/soal?arsip=1").text
    ayu = client_of(room.ayu)
    assert ayu.get(begin(ayu, room)).text.count("fieldset class") == 2
    citra.post(f"{room.bank}/soal/{gone.id}/arsip", data={"kembalikan": "1"})
    assert str(gone.id) in citra.get(f"{room.bank}/soal").text


def test_the_bank_is_searched_by_kind_and_label(room: Room, client_of: Client, session: Session) -> None:
    citra = client_of(room.citra)
    citra.post(f"{room.bank}/soal/baru?jenis=number", data=COMMON | FORMS["number"] | {"do": "save"})
    for query in ("jenis=number", "label=janji", "jenis=number&label=loket"):
        page = citra.get(f"{room.bank}/soal?{query}").text
        assert str(newest(session).id) in page
        assert page.count("/soal/0") <= 2
    assert "Tidak ada soal yang cocok" in citra.get(f"{room.bank}/soal?label=tidak-ada").text
    with statements(session) as seen:
        citra.get(f"{room.bank}/soal")
    assert len(seen) <= 5


def test_settings_are_written_read_back_and_checked(room: Room, client_of: Client, session: Session) -> None:
    citra, here = client_of(room.citra), f"{room.bank}/kuis/{room.quiz.activity_id}"
    form = {
        "intro": "Baca **dahulu**.",
        "role": "post",
        "time_limit_minutes": "30",
        "grace_minutes": "5",
        "attempts_allowed": "2",
        "counts": "last",
        "pass_mark": "72,5",
        "shuffle": "y",
        "reveal": "closed",
    }
    assert citra.post(here, data=form).status_code == 303
    quiz = session.scalars(sa.select(Quiz), execution_options={"populate_existing": True}).one()
    assert quiz.intro == "<p>Baca <strong>dahulu</strong>.</p>"
    assert (quiz.time_limit_minutes, quiz.grace_minutes, quiz.attempts_allowed) == (30, 5, 2)
    assert (float(quiz.pass_mark), quiz.shuffle, quiz.reveal) == (72.5, True, Reveal.CLOSED)
    page = citra.get(here).text
    assert "Baca **dahulu**." in page
    assert 'value="72,5"' in page
    for field, wrong in (
        ("time_limit_minutes", "0"),
        ("pass_mark", "101"),
        ("attempts_allowed", "x"),
        ("role", "?"),
    ):
        refused = citra.post(here, data=form | {field: wrong, "intro": "Tulisan baru"})
        assert refused.status_code == 422, field
        assert "Tulisan baru" in refused.text
    with statements(session) as seen:
        citra.get(here)
    assert len(seen) <= 5


def test_a_quiz_leads_to_writing_and_changing_its_questions_and_one_comes_back_to_it(
    room: Room, client_of: Client, session: Session
) -> None:
    citra, quiz = client_of(room.citra), room.quiz.activity_id
    here = f"{room.bank}/kuis/{quiz}/soal"
    first = session.scalars(sa.select(Question.id).order_by(Question.id)).first()
    page = citra.get(here).text
    assert f"{room.bank}/soal/baru?kuis={quiz}" in page
    assert f"{room.bank}/soal/{first}?kuis={quiz}" in page
    assert f"jenis=number&amp;kuis={quiz}" in citra.get(f"{room.bank}/soal/baru?kuis={quiz}").text
    sent = COMMON | FORMS["number"] | {"do": "save"}
    made = citra.post(f"{room.bank}/soal/baru?jenis=number&kuis={quiz}", data=sent)
    assert made.location == here
    assert citra.post(f"{room.bank}/soal/baru?jenis=number&kuis=x", data=sent).location == f"{room.bank}/soal"
    assert f'href="{room.bank}"' in citra.get(f"{room.bank}/soal").text


def test_questions_are_chosen_in_order_or_drawn_by_label(
    room: Room, client_of: Client, session: Session
) -> None:
    citra, here = client_of(room.citra), f"{room.bank}/kuis/{room.quiz.activity_id}/soal"
    citra.post(f"{room.bank}/soal/baru?jenis=number", data=COMMON | FORMS["number"] | {"do": "save"})
    ids = [str(id_) for id_ in session.scalars(sa.select(Question.id).order_by(Question.id))]
    places = {f"place_{id_}": str(9 - at) for at, id_ in enumerate(ids)}
    assert citra.post(here, data={"use": ids[1:], **places, "mode": "all", "do": "save"}).status_code == 303
    chosen = session.scalars(sa.select(QuizQuestion.question_id).order_by(QuizQuestion.position)).all()
    assert [str(id_) for id_ in chosen] == ids[:0:-1]
    plan = {"plan_0_tag": "loket", "plan_0_count": "2"}
    refused = citra.post(here, data={"use": ids, **places, "mode": "draw", "do": "save", **plan})
    assert refused.status_code == 422
    assert "Bank berisi 1 soal berlabel “loket”, rencana meminta 2." in refused.text
    assert refused.text.count(" checked") >= len(ids)
    assert session.scalar(sa.select(sa.func.count()).select_from(QuizQuestion)) == 3
    more = citra.post(here, data={"use": ids, **places, "mode": "draw", "do": "add", **plan})
    assert 'name="plan_1_tag"' in more.text
    good = {"plan_0_tag": "loket", "plan_0_count": "1", "plan_1_tag": "*", "plan_1_count": "2"}
    assert (
        citra.post(here, data={"use": ids, **places, "mode": "draw", "do": "save", **good}).status_code == 303
    )
    ayu = client_of(room.ayu)
    assert ayu.get(begin(ayu, room)).text.count("fieldset class") == 3
    assert "3 soal diambil acak" in citra.get(here.removesuffix("/soal")).text
    session.execute(sa.update(Question).where(Question.kind == "number").values(retired_at=sa.func.now()))
    session.commit()
    assert "Peserta belum dapat memulai kuis ini." in citra.get(here.removesuffix("/soal")).text


def test_another_courses_questions_cannot_be_chosen(
    room: Room, client_of: Client, session: Session, now: datetime
) -> None:
    other = Room(session, now, *many(1))
    strange = session.scalars(sa.select(Question.id).where(Question.course_id == other.course.id)).one()
    here = f"{room.bank}/kuis/{room.quiz.activity_id}/soal"
    refused = client_of(room.citra).post(here, data={"use": str(strange), "mode": "all", "do": "save"})
    assert refused.status_code == 422
    assert client_of(room.citra).get(f"{room.bank}/soal/{strange}").status_code == 404
    assert client_of(room.citra).get(f"{room.bank}/kuis/{other.quiz.activity_id}").status_code == 404


def test_only_the_courses_authors_see_its_bank(room: Room, client_of: Client, session: Session) -> None:
    question = session.scalars(sa.select(Question)).first()
    assert question
    quiz = f"{room.bank}/kuis/{room.quiz.activity_id}"
    pages = [
        f"{room.bank}/soal",
        f"{room.bank}/soal/baru",
        f"{room.bank}/soal/{question.id}",
        quiz,
        f"{quiz}/soal",
    ]
    for person, status in (
        (room.citra, 200),
        (room.dewi, 200),
        (room.eko, 403),
        (room.gita, 404),
        (room.ayu, 403),
    ):
        for page in pages:
            assert client_of(person).get(page).status_code == status, (person.full_name, page)
            if status != 200:
                assert client_of(person).post(page, data={"do": "save"}).status_code in {status, 405}


@given(contents())
def test_any_good_question_survives_the_editor(content: dict[str, Any]) -> None:
    whole = with_ids(content)
    again = content_of(draft_of(whole, {}, []))
    assert check(with_ids(again)) == []
    own = set(whole) - {"text", "explanation", "points", "picture", "picture_alt", "answer", "tolerance"}
    kept = {
        name: again.get(name)
        for name in own
        if whole["kind"] not in {"matching", "number", "multiple", "essay"}
    }
    assert kept == {name: whole[name] for name in kept}


@given(
    st.dictionaries(
        st.sampled_from(["options_0_text", "options_99_text", "correct", "rubric_0_levels", "x"]), st.text()
    )
)
def test_no_form_breaks_the_editor(form: dict[str, str]) -> None:
    for kind in KINDS:
        draft = draft_in(kind, form)
        check(with_ids(content_of(draft)))
        assert isinstance(tags_of(draft), list)


def test_a_question_that_somebody_else_saved_is_shown_beside_mine_and_neither_is_lost(
    room: Room, client_of: Client, session: Session
) -> None:
    citra = client_of(room.citra)
    form = COMMON | FORMS["single"] | {"do": "save"}
    citra.post(f"{room.bank}/soal/baru?jenis=single", data=form)
    here = f"{room.bank}/soal/{newest(session).id}"
    assert 'name="version" value="1"' in citra.get(here).text
    theirs = form | {"text": "Siapa yang didahulukan?", "options_1_text": "Pejabat", "version": "1"}
    assert citra.post(here, data=theirs).status_code == 303
    mine = form | {"text": "Siapa yang menunggu?", "version": "1"}
    grown = citra.post(here, data=mine | {"do": "add:options"}).text
    assert 'name="version" value="1"' in grown
    page = citra.post(here, data=mine)
    assert page.status_code == 409
    for words in (
        "Orang lain menyimpan soal ini",
        "Siapa yang didahulukan?",
        "Pejabat",
        "Siapa yang menunggu?",
    ):
        assert words in page.text
    assert newest(session).source["text"] == "Siapa yang didahulukan?"
    assert 'name="version" value="2"' in page.text
    assert citra.post(here, data=mine | {"version": "2"}).status_code == 303
    assert newest(session).source["text"] == "Siapa yang menunggu?"


def test_a_second_tap_on_saving_a_question_is_no_conflict(
    room: Room, client_of: Client, session: Session
) -> None:
    citra = client_of(room.citra)
    form = COMMON | FORMS["true_false"] | {"do": "save"}
    citra.post(f"{room.bank}/soal/baru?jenis=true_false", data=form)
    here = f"{room.bank}/soal/{newest(session).id}"
    changed = form | {"answer": "false", "version": "1"}
    assert [citra.post(here, data=changed).status_code for _tap in range(2)] == [303, 303]
    assert newest(session).version == 2


def test_settings_that_somebody_else_saved_are_shown_beside_mine(
    room: Room, client_of: Client, session: Session
) -> None:
    citra = client_of(room.citra)
    here = f"{room.bank}/kuis/{room.quiz.activity_id}"
    opened = citra.get(here).text
    seen = opened.partition('name="seen"')[2].partition('value="')[2].partition('"')[0]
    form = {"seen": seen, "role": "practice", "counts": "best", "pass_mark": "70", "grace_minutes": "10"}
    form |= {"reveal": "submitted", "intro": "Baca **semua** bahan."}
    assert [citra.post(here, data=form).status_code for _tap in range(2)] == [303, 303]
    page = citra.post(here, data=form | {"intro": "Tanpa buku.", "pass_mark": "80"})
    assert page.status_code == 409
    for words in ("Orang lain menyimpan pengaturan ini", "Baca **semua** bahan.", "Tanpa buku."):
        assert words in page.text
    session.expire_all()
    assert session.get_one(Quiz, room.quiz.activity_id).pass_mark == 70
    newer = page.text.partition('name="seen"')[2].partition('value="')[2].partition('"')[0]
    assert citra.post(here, data=form | {"intro": "Tanpa buku.", "seen": newer}).status_code == 303

"""Pictures of questions: brought with the form or before it, described, placed, and shown to the phone in its size."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from courses.quizzes.drafts import blank, content_of, draft_of
from courses.quizzes.kinds.base import with_ids
from courses.quizzes.models import Question
from courses.quizzes.placing import brought, named, places, problems, settled
from lms.media.models import Media
from lms.media.services import take_in
from tests.conftest import Client
from tests.media.files import pdf, picture
from tests.quizzes.room import Room, many
from tests.quizzes.test_attempts import begin

Jobs = Callable[[], int]
BASE = {
    "text": "Mana loket prioritas?",
    "points": "1",
    "options_0_text": "Kiri",
    "options_1_text": "Kanan",
    "correct": "0",
}


@pytest.fixture
def room(session: Session, now: datetime) -> Room:
    return Room(session, now, *many(1))


@pytest.fixture
def citra(room: Room, client_of: Client) -> FlaskClient:
    return client_of(room.citra)


def send(citra: FlaskClient, room: Room, do: str, form: dict[str, Any], *files: tuple[bytes, str]) -> Any:
    sent = [(io.BytesIO(data), name) for data, name in files]
    return citra.post(f"{room.bank}/soal/baru?jenis=single", data={**BASE, **form, "do": do, "berkas": sent})


def newest(session: Session) -> Question:
    found = sa.select(Question).order_by(Question.updated_at.desc(), Question.id.desc())
    return session.scalars(found, execution_options={"populate_existing": True}).first() or pytest.fail(
        "none"
    )


def media(session: Session) -> list[Media]:
    return list(
        session.scalars(sa.select(Media).order_by(Media.id), execution_options={"populate_existing": True})
    )


def row(at: int, id_: object, alt: str, place: str) -> dict[str, str]:
    return {f"pictures_{at}_media": str(id_), f"pictures_{at}_alt": alt, f"pictures_{at}_place": place}


def test_without_script_a_picture_comes_with_the_form_and_nothing_typed_is_lost(
    citra: FlaskClient, room: Room, session: Session
) -> None:
    page = send(citra, room, "upload", {}, (picture("PNG"), "loket.png"))
    [kept] = media(session)
    assert page.status_code == 200
    assert f'name="pictures_0_media" value="{kept.id}"' in page.text
    assert "Mana loket prioritas?" in page.text
    refused = send(citra, room, "save", row(0, kept.id, "", "below"))
    assert refused.status_code == 422
    assert refused.text.count("Gambar belum diberi keterangan") == 2
    assert send(citra, room, "save", row(0, kept.id, "Loket kiri", "below")).status_code == 303
    assert newest(session).content["picture"] == str(kept.id)
    assert newest(session).content["picture_alt"] == "Loket kiri"


def test_saving_with_a_picture_just_chosen_asks_for_its_words_first(
    citra: FlaskClient, room: Room, session: Session
) -> None:
    page = send(citra, room, "save", {}, (picture("PNG"), "loket.png"))
    assert page.status_code == 422
    assert f'value="{media(session)[0].id}"' in page.text


def test_the_script_brings_ids_and_only_the_actors_own(
    citra: FlaskClient, room: Room, session: Session, app: Flask, now: datetime
) -> None:
    own, other = [
        take_in(
            session,
            app.extensions["store"],
            "a.png",
            picture("PNG"),
            owner_id=p.id,
            agency_id=p.agency_id,
            now=now,
        )
        for p in (room.citra, room.gita)
    ]
    session.commit()
    assert f'value="{own.id}"' in send(citra, room, "upload", {"brought": str(own.id)}).text
    assert send(citra, room, "upload", {"brought": str(other.id)}).status_code == 404


@pytest.mark.parametrize(
    ("data", "name", "sentence"),
    [
        (pdf(), "a.pdf", "a.pdf bukan gambar. Pilih JPEG, PNG, WebP, atau GIF."),
        (b"", "kosong.png", "kosong.png: Berkas ini kosong."),
        (b"<svg onload=alert(1)>", "x.svg", "x.svg: Berkas ini berisi halaman web, gambar SVG"),
        (b"MZ" + bytes(80), "foto.png", "foto.png: Berkas ini adalah program."),
        (picture("JPEG"), "foto.png", "foto.png: Nama berkas berakhiran .png"),
    ],
)
def test_what_is_no_picture_is_refused_at_the_field(
    data: bytes, name: str, sentence: str, citra: FlaskClient, room: Room
) -> None:
    page = send(citra, room, "upload", {}, (data, name))
    assert page.status_code == 422
    assert page.text.count(sentence) == 2
    assert 'id="pictures-error"' in page.text


def test_another_agencys_picture_cannot_be_named_anywhere(
    citra: FlaskClient, room: Room, session: Session, app: Flask, now: datetime
) -> None:
    theirs = take_in(
        session,
        app.extensions["store"],
        "a.png",
        picture("PNG"),
        owner_id=None,
        agency_id=room.gita.agency_id,
        now=now,
    )
    session.commit()
    for form in (
        row(0, theirs.id, "Loket", "below"),
        row(0, theirs.id, "Loket", "1"),
        row(0, "bukan-id", "Loket", "below"),
        {"text": f"Lihat ![Loket](media:{theirs.id})"},
        {"explanation": f"Lihat ![Loket](media:{theirs.id})"},
    ):
        page = send(citra, room, "save", form)
        assert page.status_code == 422, form
        assert page.text.count("Gambar ini tidak ada di pustaka") == 2, form


def test_pictures_of_text_options_and_explanation_reach_the_phone_with_their_size(
    citra: FlaskClient, room: Room, session: Session, client_of: Client, run_jobs: Jobs
) -> None:
    files = [(picture("PNG", (1000, 500 + at)), f"{at}.png") for at in range(4)]
    send(citra, room, "upload", {}, *files)
    run_jobs()
    below, inside, option, told = media(session)
    rows = (
        row(0, below.id, "Papan", "below")
        | row(1, inside.id, "Antrean [pagi]", "text")
        | row(2, option.id, "Loket kiri", "0")
        | row(3, told.id, "Alur", "explanation")
    )
    preview = send(citra, room, "preview", rows)
    assert f"![Antrean \\[pagi\\]](media:{inside.id})" in preview.text
    assert send(citra, room, "save", rows).status_code == 303
    question = newest(session)
    assert question.content["options"][0]["picture"] == str(option.id)
    page = citra.get(f"{room.bank}/soal/{question.id}").text
    assert all(f'value="{each.id}"' in page for each in (below, option))
    use = {"use": str(question.id), f"place_{question.id}": "1", "mode": "all", "do": "save"}
    citra.post(f"{room.bank}/kuis/{room.quiz.activity_id}/soal", data=use)
    ayu = client_of(room.ayu)
    attempt = begin(ayu, room)
    shown = ayu.get(attempt).text
    for each, alt in ((below, "Papan"), (inside, "Antrean [pagi]"), (option, "Loket kiri")):
        phone = each.renditions["phone"]
        assert f'alt="{alt}" width="{phone["width"]}" height="{phone["height"]}"' in shown
    assert "media:" not in shown
    assert "Alur" not in shown
    ayu.post(f"{attempt}/kumpulkan")
    result = ayu.get(f"{attempt}/hasil").text
    assert 'alt="Alur" width="720"' in result
    assert "media:" not in result


def test_a_question_that_begins_with_a_picture_keeps_its_number_as_legend(
    citra: FlaskClient, room: Room, session: Session
) -> None:
    send(citra, room, "upload", {}, (picture("PNG"), "a.png"))
    text = {"text": f"![Papan](media:{media(session)[0].id}) Apa arti papan ini?"}
    page = send(citra, room, "preview", text).text
    legend = page[page.index("<legend>") : page.index("</legend>")]
    assert "<img" not in legend


def test_a_picture_in_the_text_needs_words_too(citra: FlaskClient, room: Room, session: Session) -> None:
    send(citra, room, "upload", {}, (picture("PNG"), "a.png"))
    page = send(citra, room, "save", {"text": f"Lihat. ![](media:{media(session)[0].id})"})
    assert page.status_code == 422
    assert "Gambar di dalam teks belum diberi keterangan" in page.text


def test_two_pictures_in_one_place_are_refused_and_one_may_be_taken_out(
    citra: FlaskClient, room: Room, session: Session
) -> None:
    send(citra, room, "upload", {}, (picture("PNG"), "a.png"), (picture("JPEG"), "b.jpg"))
    first, second = media(session)
    page = send(citra, room, "save", row(0, first.id, "A", "below") | row(1, second.id, "B", "below"))
    assert page.status_code == 422
    assert "Dua gambar menempati tempat yang sama." in page.text
    assert (
        send(citra, room, "save", row(0, first.id, "A", "none") | row(1, second.id, "B", "below")).status_code
        == 303
    )
    assert newest(session).content["picture"] == str(second.id)


def test_an_option_that_is_only_a_picture_is_not_dropped_but_asks_for_its_text(
    citra: FlaskClient, room: Room, session: Session
) -> None:
    send(citra, room, "upload", {}, (picture("PNG"), "a.png"))
    [kept] = media(session)
    placed = row(0, kept.id, "Loket tengah", "2")
    page = send(citra, room, "save", placed | {"options_2_text": ""})
    assert page.status_code == 422
    assert "Baris 3 masih kosong." in page.text
    assert send(citra, room, "save", placed | {"options_2_text": "Tengah"}).status_code == 303
    assert newest(session).content["options"][2]["picture"] == str(kept.id)


words = (
    st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=30)
    .map(lambda text: " ".join(text.split()))
    .filter(lambda t: t.isprintable() and t)
)


@given(st.lists(st.uuids(version=4).map(str), unique=True, max_size=6), st.data())
def test_every_described_picture_ends_up_in_the_question_once(ids: list[str], data: st.DataObject) -> None:
    draft = brought(blank("single"), ids)
    draft.fields["text"] = "Soal"
    for at, option in enumerate(draft.lists["options"]):
        option["text"] = f"Pilihan {at}"
    free = places(draft)[:-1]
    for picture_row in draft.lists["pictures"]:
        place = data.draw(st.sampled_from(free))
        if place not in {"text", "explanation"}:
            free.remove(place)
        picture_row |= {"alt": data.draw(words), "place": place}
    done = settled(draft)
    assert problems(done) == []
    content = with_ids(content_of(done))
    shown = named(content)
    assert sorted(id_ for found in shown.values() for id_ in found) == sorted(ids)
    again = content_of(draft_of(content, {}, []))
    assert named(again) == shown
    assert settled(done) == done

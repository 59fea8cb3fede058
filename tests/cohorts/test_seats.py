"""Seats and the waiting list: never more than the quota, first come first served, nobody lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from courses.cohorts.models import Cohort, Enrolment, EnrolmentState
from courses.cohorts.plan import Plan
from courses.cohorts.planning import change, seats_taken
from courses.cohorts.queries import pending_for
from courses.cohorts.services import Candidate, Outcome, enrol, enrol_many, promote, withdraw
from lms.access import Role
from lms.audit.models import AuditEntry
from lms.errors import Invalid
from lms.notifications.models import Notification
from lms.people.models import Person
from tests.cohorts.scene import Scene
from tests.factories.people import actor_for
from tests.statements import statements

ACTIVE, WAITING = EnrolmentState.ACTIVE, EnrolmentState.WAITING


def plan_of(cohort: Cohort, **changes: object) -> Plan:
    values = {name: getattr(cohort, name) for name in Plan.__slots__}
    return Plan(**{**values, **changes})


def candidates(people: list[Person]) -> list[Candidate]:
    return [Candidate(person.id, person.unit_id) for person in people]


def test_the_third_of_two_seats_waits(scene: Scene) -> None:
    cohort = scene.open_cohort(quota=2)
    for person in scene.people(4):
        scene.seat(person, cohort)
    assert scene.names(ACTIVE, cohort) == ["Pegawai0", "Pegawai1"]
    assert scene.names(WAITING, cohort) == ["Pegawai2", "Pegawai3"]


def test_without_a_quota_everybody_gets_a_seat(scene: Scene) -> None:
    assert {scene.seat(person).state for person in scene.people(5)} == {ACTIVE}


def test_a_second_tap_changes_nothing(scene: Scene) -> None:
    cohort = scene.open_cohort(quota=1)
    first, second = scene.people(2)
    scene.seat(first, cohort)
    waiting = scene.seat(second, cohort)
    number = waiting.queue_number
    assert scene.seat(second, cohort).id == waiting.id
    assert scene.seat(second, cohort).queue_number == number


def test_many_take_seats_in_their_order_and_each_outcome_is_told(scene: Scene) -> None:
    cohort, people = scene.open_cohort(quota=3), scene.people(5)
    scene.seat(people[2], cohort)
    outcomes = enrol_many(scene.session, cohort, candidates(people), by=None, now=scene.now)
    assert list(outcomes.values()) == [
        Outcome.ADDED,
        Outcome.ADDED,
        Outcome.ALREADY,
        Outcome.WAITING,
        Outcome.WAITING,
    ]


def test_somebody_twice_in_a_list_is_enrolled_once(scene: Scene) -> None:
    people = scene.people(1)
    outcomes = enrol_many(scene.session, scene.cohort, candidates(people * 2), by=None, now=scene.now)
    assert outcomes == {people[0].id: Outcome.ADDED}


def test_enrolling_many_takes_as_many_statements_as_enrolling_one(app: Flask, scene: Scene) -> None:
    one, many = scene.people(1), scene.people(40)
    scene.session.commit()
    with statements(app) as for_one:
        enrol_many(scene.session, scene.cohort, candidates(one), by=actor_for(scene.dewi), now=scene.now)
    scene.session.commit()
    with statements(app) as for_many:
        enrol_many(scene.session, scene.cohort, candidates(many), by=actor_for(scene.dewi), now=scene.now)
    assert len(for_many) == len(for_one)
    assert len(scene.names(ACTIVE, scene.cohort)) == 41


def test_a_seat_that_is_given_up_goes_to_whoever_waits_longest(scene: Scene) -> None:
    cohort, people = scene.open_cohort(quota=1), scene.people(3)
    seats = [scene.seat(person, cohort) for person in people]
    withdraw(scene.session, seats[0], by=actor_for(people[0]), now=scene.now)
    assert scene.names(ACTIVE, cohort) == ["Pegawai1"]
    assert scene.names(WAITING, cohort) == ["Pegawai2"]
    assert scene.state(people[0], cohort) is EnrolmentState.WITHDRAWN


def test_who_leaves_the_queue_gives_no_seat_away(scene: Scene) -> None:
    cohort, people = scene.open_cohort(quota=1), scene.people(3)
    seats = [scene.seat(person, cohort) for person in people]
    withdraw(scene.session, seats[1], by=actor_for(people[1]), now=scene.now)
    assert scene.names(ACTIVE, cohort) == ["Pegawai0"]
    assert scene.names(WAITING, cohort) == ["Pegawai2"]


def test_who_comes_back_stands_at_the_end(scene: Scene) -> None:
    cohort, people = scene.open_cohort(quota=1), scene.people(3)
    seats = [scene.seat(person, cohort) for person in people]
    withdraw(scene.session, seats[1], by=actor_for(people[1]), now=scene.now)
    scene.seat(people[1], cohort)
    assert scene.names(WAITING, cohort) == ["Pegawai2", "Pegawai1"]


def test_leaving_twice_changes_nothing(scene: Scene) -> None:
    seat = scene.seat(scene.ayu)
    withdraw(scene.session, seat, by=actor_for(scene.ayu), now=scene.now)
    withdraw(scene.session, seat, by=actor_for(scene.ayu), now=scene.now)
    noted = sa.select(sa.func.count()).where(AuditEntry.act == "enrolment:withdrawn")
    assert scene.session.scalar(noted) == 1


def test_a_larger_quota_promotes_in_order_and_a_removed_one_everybody(scene: Scene) -> None:
    cohort, people = scene.open_cohort(quota=1), scene.people(4)
    for person in people:
        scene.seat(person, cohort)
    by = actor_for(scene.dewi, Role.ADMIN)
    change(scene.session, cohort, plan_of(cohort, quota=2), by=by, now=scene.now)
    assert scene.names(ACTIVE, cohort) == ["Pegawai0", "Pegawai1"]
    change(scene.session, cohort, plan_of(cohort, quota=None), by=by, now=scene.now)
    assert scene.names(WAITING, cohort) == []
    assert len(scene.names(ACTIVE, cohort)) == 4


def test_a_quota_below_the_seats_given_is_refused(scene: Scene) -> None:
    cohort = scene.open_cohort(quota=3)
    for person in scene.people(3):
        scene.seat(person, cohort)
    with pytest.raises(Invalid) as refused:
        change(scene.session, cohort, plan_of(cohort, quota=2), by=actor_for(scene.dewi), now=scene.now)
    assert refused.value.field == "quota"
    assert "Sudah ada 3 peserta" in str(refused.value)


def test_a_class_that_is_over_promotes_nobody(scene: Scene) -> None:
    cohort, people = scene.open_cohort(quota=1), scene.people(2)
    seats = [scene.seat(person, cohort) for person in people]
    over = datetime.fromisoformat("2027-03-01T00:00:00+00:00")
    withdraw(scene.session, seats[0], by=actor_for(people[0]), now=over)
    assert scene.names(WAITING, cohort) == ["Pegawai1"]
    assert promote(scene.session, cohort, now=scene.now)


def test_the_place_in_the_queue_counts_from_one_without_gaps(scene: Scene) -> None:
    cohort, people = scene.open_cohort(quota=1), scene.people(4)
    seats = [scene.seat(person, cohort) for person in people]
    withdraw(scene.session, seats[1], by=actor_for(people[1]), now=scene.now)
    places = [[p.place for p in pending_for(scene.session, actor_for(person))] for person in people]
    assert places == [[], [], [1], [2]]


def test_learners_are_told_of_seats_of_promotion_and_of_waiting(scene: Scene) -> None:
    cohort, people = scene.open_cohort(quota=1), scene.people(2)
    seats = [scene.seat(person, cohort) for person in people]
    withdraw(scene.session, seats[0], by=actor_for(scene.dewi), now=scene.now, reason="Tugas luar kota")
    told = scene.session.execute(
        sa.select(Notification.person_id, Notification.kind).order_by(Notification.id)
    ).all()
    assert told == [
        (people[0].id, "cohorts:enrolled"),
        (people[1].id, "cohorts:waiting"),
        (people[0].id, "cohorts:taken_out"),
        (people[1].id, "cohorts:promoted"),
    ]


def test_nobody_is_told_of_a_draft(scene: Scene) -> None:
    scene.seat(scene.ayu, scene.open_cohort(published=False))
    assert scene.session.scalars(sa.select(Notification)).all() == []


def test_enrolling_others_is_noted_and_enrolling_oneself_is_not(scene: Scene) -> None:
    enrol(scene.session, scene.cohort, scene.ayu, by=actor_for(scene.ayu), now=scene.now)
    noted = sa.select(AuditEntry.after).where(AuditEntry.act == "cohort:enrolled")
    assert scene.session.scalars(noted).all() == []
    enrol(scene.session, scene.cohort, scene.susi, by=actor_for(scene.dewi), now=scene.now)
    assert scene.session.scalars(noted).all() == [{"person_ids": [str(scene.susi.id)]}]


class Model:
    """What the waiting list should do, written as lists of numbers."""

    def __init__(self, quota: int | None) -> None:
        self.quota, self.active, self.waiting = quota, set[int](), list[int]()

    def _has_room(self) -> bool:
        return self.quota is None or len(self.active) < self.quota

    def enrol(self, who: int) -> None:
        if who not in self.active and who not in self.waiting:
            if self._has_room():
                self.active.add(who)
            else:
                self.waiting.append(who)

    def leave(self, who: int) -> None:
        self.active.discard(who)
        self.waiting = [one for one in self.waiting if one != who]
        self.fill()

    def resize(self, quota: int | None) -> bool:
        if quota is not None and quota < len(self.active):
            return False
        self.quota = quota
        self.fill()
        return True

    def fill(self) -> None:
        while self.waiting and self._has_room():
            self.active.add(self.waiting.pop(0))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("enrol"), st.integers(0, 7)),
        st.tuples(st.just("leave"), st.integers(0, 7)),
        st.tuples(st.just("resize"), st.one_of(st.none(), st.integers(1, 6))),
    ),
    max_size=14,
)


@pytest.fixture
def eight(scene: Scene) -> Iterator[tuple[Scene, Cohort, list[Person]]]:
    return_value = scene, scene.open_cohort(quota=2), scene.people(8)
    yield return_value


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_any_history_keeps_the_quota_and_the_order_and_loses_nobody(
    eight: tuple[Scene, Cohort, list[Person]], session: Session, steps: list[tuple[str, int | None]]
) -> None:
    scene, cohort, people = eight
    with session.begin_nested() as attempt:
        model = Model(cohort.quota)
        for step, value in steps:
            _act(scene, cohort, people, model, step, value)
            _compare(scene, cohort, people, model)
        attempt.rollback()
    session.expire_all()


def _act(
    scene: Scene, cohort: Cohort, people: list[Person], model: Model, step: str, value: int | None
) -> None:
    if step == "resize":
        plan = plan_of(cohort, quota=value)
        if model.resize(value):
            change(scene.session, cohort, plan, by=actor_for(scene.dewi), now=scene.now)
        else:
            with pytest.raises(Invalid):
                change(scene.session, cohort, plan, by=actor_for(scene.dewi), now=scene.now)
        return
    assert value is not None
    person = people[value]
    if step == "enrol":
        model.enrol(value)
        enrol(scene.session, cohort, person, by=None, now=scene.now)
        return
    model.leave(value)
    found = scene.session.scalars(
        sa.select(Enrolment).where(Enrolment.cohort_id == cohort.id, Enrolment.person_id == person.id)
    ).one_or_none()
    if found:
        withdraw(scene.session, found, by=actor_for(person), now=scene.now)


def _compare(scene: Scene, cohort: Cohort, people: list[Person], model: Model) -> None:
    scene.session.flush()
    ids = {person.id: number for number, person in enumerate(people)}
    rows = scene.session.execute(
        sa.select(Enrolment.person_id, Enrolment.state)
        .where(Enrolment.cohort_id == cohort.id)
        .order_by(Enrolment.queue_number)
    ).all()
    assert {ids[id_] for id_, state in rows if state is ACTIVE} == model.active
    assert [ids[id_] for id_, state in rows if state is WAITING] == model.waiting
    assert model.quota is None or seats_taken(scene.session, cohort) <= model.quota

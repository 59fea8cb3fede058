"""Which answer counts: any number of devices, any order, any repetition."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from courses.quizzes.merging import Change, Standing, Verdict, after, judge

A, B = uuid.UUID(int=1), uuid.UUID(int=2)


def change(value: str, rev: int, base: int = 0, device: uuid.UUID = A, settles: bool = False) -> Change:
    return Change(1, value, device, rev, base, settles=settles)


def told(*changes: Change, holder: uuid.UUID = A) -> tuple[Standing, list[Verdict]]:
    """How the question stands after the changes. As the journal does, it knows each device's own revs only."""
    standing, verdicts = Standing(), []
    newest: dict[uuid.UUID | None, int] = {}
    seen: dict[uuid.UUID | None, dict[int, tuple[int, str]]] = {A: {}, B: {}}
    for one in changes:
        asked = Standing(
            standing.value,
            standing.revision,
            standing.last,
            standing.device,
            standing.conflict,
            newest.get(one.device, 0),
            seen[one.device],
        )
        verdict = judge(asked, one, holder)
        standing = after(asked, one, verdict)
        verdicts.append(verdict)
        if standing.last > asked.last and one.rev is not None:
            newest[one.device] = standing.newest
            seen[one.device] = dict(standing.seen)
    return standing, verdicts


def test_the_newest_of_one_device_counts() -> None:
    standing, verdicts = told(change("a", 1), change("b", 2, 1), change("c", 3, 1))
    assert (standing.value, standing.revision) == ("c", 3)
    assert verdicts == [Verdict.COUNTS] * 3


def test_what_overtook_on_the_way_is_kept_beside_and_makes_no_conflict() -> None:
    standing, verdicts = told(change("new", 2), change("old", 1))
    assert (standing.value, standing.last, standing.conflict) == ("new", 2, None)
    assert verdicts == [Verdict.COUNTS, Verdict.BESIDE]


def test_the_same_change_twice_is_known_and_with_another_value_it_is_refused() -> None:
    standing, verdicts = told(change("a", 1), change("b", 2), change("a", 1), change("x", 1))
    assert standing.value == "b"
    assert verdicts[2:] == [Verdict.KNOWN, Verdict.MISMATCH]


def test_another_device_fills_what_was_open_but_does_not_overwrite_unseen() -> None:
    standing, verdicts = told(change("mine", 1), change("theirs", 9, 0, B))
    assert (standing.value, standing.conflict) == ("mine", 2)
    assert verdicts[1] is Verdict.BESIDE
    assert told(change("theirs", 9, 0, B))[0].value == "theirs"


def test_the_holder_overwrites_unseen_and_the_other_answer_stays_a_choice() -> None:
    standing, _ = told(change("theirs", 9, 0, B), change("mine", 1))
    assert (standing.value, standing.conflict) == ("mine", 1)


def test_the_same_answer_from_two_devices_is_no_conflict() -> None:
    standing, _ = told(change("same", 1), change("same", 9, 0, B))
    assert standing.conflict is None


def test_who_says_the_same_by_chance_does_not_overwrite_unseen_with_the_next_answer() -> None:
    standing, verdicts = told(change("mine", 1), change("mine", 9, 0, B), change("older", 10, 0, B))
    assert (standing.value, standing.device, standing.conflict) == ("mine", A, 3)
    assert verdicts[1:] == [Verdict.BESIDE] * 2


def test_a_choice_settles_the_conflict() -> None:
    standing, _ = told(change("mine", 1), change("theirs", 9, 0, B), change("theirs", 2, 1, settles=True))
    assert (standing.value, standing.conflict) == ("theirs", None)


def test_a_device_that_saw_what_counts_may_change_it() -> None:
    standing, _ = told(change("mine", 1), change("theirs", 9, 1, B))
    assert (standing.value, standing.conflict) == ("theirs", None)


def test_a_form_without_script_counts_as_it_arrives() -> None:
    standing = after(Standing("a", 3, 4, A), Change(1, "b"), Verdict.COUNTS)
    assert (standing.value, standing.revision, standing.device) == ("b", 5, None)
    assert judge(standing, Change(1, "c"), A) is Verdict.COUNTS


changes = st.lists(
    st.builds(
        change,
        st.sampled_from("abc"),
        st.integers(1, 6),
        st.integers(0, 6),
        st.sampled_from([A, B]),
        st.booleans(),
    ),
    max_size=14,
)


def distinct(sent: Sequence[Change]) -> list[Change]:
    """A device never gives one number to two answers."""
    return list({(one.device, one.rev): one for one in sent}.values())


@given(changes, st.sampled_from([A, B]))
def test_every_answer_gets_a_place_in_the_journal_exactly_once(sent: list[Change], holder: uuid.UUID) -> None:
    sent = distinct(sent)
    standing, verdicts = told(*sent, *sent, holder=holder)
    assert standing.last == len(sent)
    assert verdicts[len(sent) :] == [Verdict.KNOWN] * len(sent)
    assert standing.revision <= standing.last
    assert standing.conflict is None or 1 <= standing.conflict <= standing.last


@given(st.permutations(range(1, 7)), st.lists(st.integers(1, 6)))
def test_one_devices_newest_answer_counts_in_whatever_order_it_arrives(
    order: list[int], again: list[int]
) -> None:
    standing, _ = told(*(change(str(rev), rev) for rev in [*order, *again]))
    assert standing.value == "6"
    assert standing.conflict is None


@given(changes, st.sampled_from([A, B]))
def test_what_is_refused_for_want_of_room_leaves_everything_as_it_stood(
    sent: list[Change], holder: uuid.UUID
) -> None:
    standing, _ = told(*distinct(sent), holder=holder)
    for refused in sent:
        assert after(standing, refused, Verdict.FULL) is standing

"""The order of a syllabus as plain lists of ids: moving one step, and checking a whole new order. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

Id = TypeVar("Id")


def moved(ids: Sequence[Id], which: Id, step: int) -> list[Id]:
    """The list with one item a place up (-1) or down (1); at an end it stays as it is."""
    order = list(ids)
    place = order.index(which)
    target = place + step
    if 0 <= target < len(order):
        order[place], order[target] = order[target], order[place]
    return order


def shifted(modules: Sequence[Sequence[Id]], which: Id, step: int) -> list[list[Id]]:
    """The activities of all modules with one of them a place up or down, over a module's edge into the next one.

    Up from the top of a module leads to the end of the module before it; down from its end to the top of the next.
    """
    plan = [list(ids) for ids in modules]
    home = next(number for number, ids in enumerate(plan) if which in ids)
    place = plan[home].index(which)
    if 0 <= place + step < len(plan[home]):
        plan[home] = moved(plan[home], which, step)
    elif 0 <= home + step < len(plan):
        plan[home].remove(which)
        neighbour = plan[home + step]
        neighbour.insert(len(neighbour) if step < 0 else 0, which)
    return plan


def same_members(before: Sequence[Sequence[Id]], after: Sequence[Sequence[Id]]) -> bool:
    """Whether a new order holds exactly the same activities, each once."""
    old = [id_ for ids in before for id_ in ids]
    new = [id_ for ids in after for id_ in ids]
    return len(new) == len(old) and len(set(new)) == len(new) and set(new) == set(old)

"""Drawing balanced groups. Pure: the same people, sizes and seed always give the same groups."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Hashable, Sequence
from fractions import Fraction
from typing import TypeVar

Who = TypeVar("Who", bound=Hashable)


def how_many(people: int, least: int, most: int) -> int:
    """Into how many groups to part so many people.

    Where sizes from `least` to `most` are possible: the number whose groups come nearest to the middle of the two.
    Where they are not, groups become smaller than wanted rather than larger.
    """
    if not people:
        return 0
    fewest, greatest = -(-people // most), people // least
    if fewest > greatest:
        return fewest
    middle = Fraction(least + most, 2)
    return min(range(fewest, greatest + 1), key=lambda count: (abs(Fraction(people, count) - middle), count))


def draw(people: Sequence[tuple[Who, Hashable]], *, least: int, most: int, seed: int) -> list[list[Who]]:
    """Part (person, unit) pairs into groups whose sizes differ by at most one, every unit spread as evenly as can be.

    People are dealt like cards, one unit after the other, so no group holds two more of a unit than another.
    """
    count = how_many(len(people), least, most)
    rng = random.Random(seed)  # noqa: S311  (an order, not a secret)
    units: dict[Hashable, list[Who]] = defaultdict(list)
    for person, unit in people:
        units[unit].append(person)
    stacks = list(units.values())
    rng.shuffle(stacks)
    groups: list[list[Who]] = [[] for _ in range(count)]
    place = 0
    for stack in stacks:
        rng.shuffle(stack)
        for person in stack:
            groups[place % count].append(person)
            place += 1
    return groups

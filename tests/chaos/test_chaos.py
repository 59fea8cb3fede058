"""The short run of `./dev chaos`: two hundred attempts under bad luck, every promise looked up in the database."""

from __future__ import annotations

import asyncio
import random

import pytest

from tests.chaos.proxy import Weather
from tests.chaos.run import Chaos, Plan, turned
from tests.load.proof import verdict
from tests.load.scene import QUESTIONS, question
from tests.load.site import running

ATTEMPTS, BROWSERS = 200, 3


@pytest.mark.browser
def test_whatever_happens_nothing_acknowledged_is_lost_and_every_mark_is_right() -> None:
    plan = Plan(ATTEMPTS, BROWSERS, seconds=25, crashes=2)
    seed = random.randrange(1 << 32)
    with running("chaos_test", ATTEMPTS) as site:
        chaos = Chaos(site, plan, random.Random(seed))
        asyncio.run(chaos.run())
        found = verdict(site.database, chaos.ledgers)
    told = f"seed {seed}"
    assert not chaos.counts.errors, told
    assert sum(ledger.handed_in for ledger in chaos.ledgers) == ATTEMPTS, told
    assert found.acknowledged_lost == 0, told
    assert found.silent_discards == 0, told
    assert (found.refused, found.unsent, found.open_attempts) == (0, 0, 0), told
    assert (found.wrong_answers, found.score_mismatches) == (0, 0), told
    assert found.acknowledged_saves > 15 * ATTEMPTS
    assert chaos.kills > 0
    assert chaos.edits > 0
    assert len(chaos.recoveries) == plan.crashes


def test_in_bad_weather_every_fault_happens() -> None:
    chance = random.Random(1)
    seen = {Weather().fault(chance, write=True) for _ in range(500)}
    assert seen == {"twice", "late_copy", "cut_request", "cut_answer", "slow", ""}


@pytest.mark.parametrize("number", range(1, QUESTIONS + 1, 13))
def test_an_authors_edit_really_turns_the_right_answer_round(number: int) -> None:
    content = question(number)
    assert turned(content) != content

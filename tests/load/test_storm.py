"""The short exam storm and the short return storm: counts are asserted, times are for `./dev bench storm`."""

from __future__ import annotations

import asyncio
import random

from tests.load.proof import verdict
from tests.load.site import cookie_of, running
from tests.load.storm import QUEUED, Plan, Storm

LEARNERS, RETURNING = 200, 100


def test_two_hundred_learners_sit_an_exam_and_nothing_is_lost() -> None:
    with running("storm_test", LEARNERS) as site:
        storm = Storm(Plan.short(LEARNERS), site.scene, site.server.port, random.Random(1))
        asyncio.run(storm.run())
        found = verdict(site.database, storm.ledgers)
    assert not storm.counts.errors
    assert len(storm.times["submit"]) == LEARNERS
    assert found.acknowledged_saves == LEARNERS * 40
    assert (found.acknowledged_lost, found.silent_discards, found.refused, found.unsent) == (0, 0, 0, 0)
    assert (found.open_attempts, found.wrong_answers, found.score_mismatches) == (0, 0, 0)


def test_phones_that_return_together_bring_everything_that_waited() -> None:
    with running("return_test", RETURNING) as site:
        cookies = {name: cookie_of(site, name) for name in site.scene.names}
        storm = Storm(Plan.short(RETURNING), site.scene, site.server.port, random.Random(1))
        asyncio.run(storm.come_back(cookies))
        found = verdict(site.database, storm.ledgers)
    assert not storm.counts.errors
    assert found.acknowledged_saves == RETURNING * QUEUED
    assert (found.acknowledged_lost, found.silent_discards, found.unsent) == (0, 0, 0)

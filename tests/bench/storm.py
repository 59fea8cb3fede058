"""`./dev bench storm [options]`: the exam storm with its gates (quality A9, L1 to L4 and L6)."""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from tests.bench.figures import Figure, show
from tests.load.beside import Beside
from tests.load.growth import EVERY, Growth, watching
from tests.load.proof import verdict
from tests.load.site import Site, cookie_of, cpu_of, running
from tests.load.storm import Plan, Storm

# What may take how long at most (seconds), and of how many in a hundred.
GATES = {("save", 95): 0.3, ("save", 99): 1.0, ("start", 95): 1.5, ("submit", 95): 1.0, ("sign_in", 95): None}

MOST_RISEN = 1.5  # saves beside other work, to those before it (L3)
SOAK, MOST_GROWN, MOST_FILES = (
    1200.0,
    1.0,
    2.0,
)  # seconds from which on growth is judged; % in 10 minutes; files (L6)
MOST_DRAINED = 120.0  # seconds until 1,000 phones with 20 answers each have sent them all (L4)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev bench storm", description=__doc__)
    parser.add_argument("--learners", type=int, default=None)
    parser.add_argument("--short", action="store_true", help="200 learners, 90 seconds: the same rates")
    parser.add_argument("--back", action="store_true", help="the return storm: 20 answers wait on each phone")
    parser.add_argument(
        "--beside", action="store_true", help="films, a new film and an import in its second half"
    )
    parser.add_argument("--minutes", type=float, default=10, help="how long answers are saved (10)")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    chosen = parser.parse_args(arguments)
    plan = Plan.full(chosen.learners or 1000, chosen.minutes)
    plan = Plan.short(chosen.learners or 200) if chosen.short else plan
    with running("storm", plan.learners) as site:
        storm = Storm(plan, site.scene, site.server.port, random.Random(chosen.seed))
        made = [show(figure) for figure in measure(site, storm, chosen)]
    return 0 if all(figure.ok for figure in made) else 1


def measure(site: Site, storm: Storm, chosen: argparse.Namespace) -> Iterator[Figure]:
    """The storm's figures: first where it was measured, then times, at last what was kept."""
    yield Figure("seed", chosen.seed, "")
    yield Figure("learners", storm.plan.learners, "learners")
    yield from _machine(site)
    if chosen.back:
        yield from _come_back(site, storm)
    else:
        yield from _sit(site, storm, Beside(site, storm.counts, storm.chance) if chosen.beside else None)
    yield from kept(site, storm)


def _sit(site: Site, storm: Storm, beside: Beside | None) -> Iterator[Figure]:
    spent = _Spent(site)
    with watching(site.server) as growth:
        asyncio.run(storm.run(beside.run if beside else None))
    yield from spent.figures()
    yield from times(storm)
    yield from grown(growth, storm.plan)
    if beside:
        yield from _company(storm, beside)


def _come_back(site: Site, storm: Storm) -> Iterator[Figure]:
    cookies = {name: cookie_of(site, name) for name in site.scene.names}
    spent = _Spent(site)
    asyncio.run(storm.come_back(cookies))
    yield from spent.figures()
    yield from _return_times(storm)


def grown(growth: Growth, plan: Plan) -> Iterator[Figure]:
    """What the web processes kept while answers were saved, after the first fifth: a line through less says little."""
    since, until = plan.opening + plan.saving / 5, plan.opening + plan.saving
    long = plan.saving >= SOAK
    yield Figure("memory_looks", len(growth.looks), "looks", plan.saving / EVERY / 2, least=True)
    yield Figure("memory", max(size for _second, size, _files in growth.looks), "MiB of a worker at most")
    yield Figure("memory_growth", growth.memory(since, until), "% in 10 min", MOST_GROWN if long else None)
    yield Figure("file_growth", growth.files(since, until), "open files", MOST_FILES if long else None)


def _company(storm: Storm, beside: Beside) -> Iterator[Figure]:
    alone, together = (percentile(storm.times[f"save_{phase}"], 95) for phase in ("alone", "beside"))
    yield Figure("save_p95_alone", alone * 1000, "ms")
    yield Figure("save_p95_beside", together * 1000, "ms")
    yield Figure("save_rise", together / alone, "×", MOST_RISEN)
    for name, value in asdict(beside.done).items():
        yield Figure(f"beside_{name}", value, "")


def times(storm: Storm) -> Iterator[Figure]:
    for (name, share), gate in GATES.items():
        value = percentile(storm.times[name], share) * 1000
        yield Figure(f"{name}_p{share}", value, "ms", None if gate is None else gate * 1000)


def _return_times(storm: Storm) -> Iterator[Figure]:
    yield Figure("return_p95", percentile(storm.times["return"], 95), "s")
    yield Figure("drained", max(storm.times["drained"], default=0.0), "s", MOST_DRAINED)


def kept(site: Site, storm: Storm) -> Iterator[Figure]:
    for error in storm.counts.errors[:10]:
        sys.stderr.write(error + "\n")
    yield Figure("requests", storm.counts.requests, "requests")
    yield Figure("busy", storm.counts.busy, "answers")
    yield Figure("errors", len(storm.counts.errors), "errors", 0)
    for name, value in asdict(verdict(site.database, storm.ledgers)).items():
        yield Figure(name, value, "", None if name == "acknowledged_saves" else 0)


def percentile(values: Sequence[float], share: int) -> float:
    """What so many in a hundred did not exceed; 0 of nothing."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * share // 100)] if ordered else 0.0


def _machine(site: Site) -> Iterator[Figure]:
    yield Figure("cores", len(os.sched_getaffinity(0)), "cores")
    yield Figure("load_before", os.getloadavg()[0], "processes")
    if not site.database.shim:
        sys.stderr.write("No C compiler (gcc): the disk is as fast as it is, without the 5 ms delay.\n")
    yield Figure("commit", site.database.commit_ms(), "ms")


class _Spent:
    """Who used the processors since this was made, as parts of one core."""

    def __init__(self, site: Site) -> None:
        self.site, self.began = site, time.monotonic()
        self.before = self._now()

    def _now(self) -> dict[str, float]:
        return {
            "web": self.site.server.cpu_seconds(),
            "database": self.site.database_cpu(),
            "worker": cpu_of(self.site.worker.pid),
            "generator": time.process_time(),
            "machine": _busy_seconds(),
        }

    def figures(self) -> Iterator[Figure]:
        seconds = time.monotonic() - self.began
        used = {name: value - self.before[name] for name, value in self._now().items()}
        others = used.pop("machine") - sum(used.values())
        for name, value in {**used, "other_programs": others}.items():
            yield Figure(f"cores_{name}", value / seconds, "cores")


def _busy_seconds() -> float:
    first = Path("/proc/stat").read_text(encoding="ascii").partition("\n")[0]
    user, nice, system, _idle, _wait, *rest = map(int, first.split()[1:])
    return (user + nice + system + sum(rest[:2])) / os.sysconf("SC_CLK_TCK")

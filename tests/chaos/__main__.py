"""`./dev chaos [--attempts N]`: attempts under bad luck; one JSON line per figure. Exits 1 when anything was lost."""

from __future__ import annotations

import argparse
import asyncio
import random
import signal
import sys
from collections.abc import Sequence

from tests.bench.figures import Figure, show
from tests.chaos.run import Chaos, Plan
from tests.load.site import running


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev chaos", description=__doc__)
    parser.add_argument("--attempts", type=int, default=1000)
    parser.add_argument("--browsers", type=int, default=8, help="attempts in a real Chromium among them")
    parser.add_argument("--seconds", type=float, default=None, help="over which the attempts begin")
    parser.add_argument("--crashes", type=int, default=20, help="times that the database dies")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 32))
    chosen = parser.parse_args(arguments)
    seconds = chosen.seconds or chosen.attempts / 4
    plan = Plan(chosen.attempts, chosen.browsers, seconds, crashes=chosen.crashes)
    show(Figure("seed", chosen.seed, ""))
    with running("chaos", plan.attempts) as site:
        chaos = Chaos(site, plan, random.Random(chosen.seed))
        asyncio.run(chaos.run())
        for error in chaos.counts.errors[:10]:
            sys.stderr.write(error + "\n")
        made = [show(figure) for figure in chaos.figures()]
    return 0 if all(figure.ok for figure in made) else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    sys.exit(main(sys.argv[1:]))

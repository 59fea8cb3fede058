"""A worker with several lanes (lms.jobs.queue.LANES): each takes only its own jobs, all end together."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Mapping
from typing import Any

from procrastinate import App

STOPPING = (signal.SIGTERM, signal.SIGINT)


def work(queue: App, lanes: Mapping[str, int], **options: Any) -> None:
    """Run jobs until SIGTERM or SIGINT (the running ones finish), or until a lane breaks; `lanes` says how many at once."""
    asyncio.run(_work(queue, lanes, options))


async def _work(queue: App, lanes: Mapping[str, int], options: Mapping[str, Any]) -> None:
    async with queue.open_async():
        running = [
            asyncio.create_task(
                queue.run_worker_async(
                    name=lane,
                    queues=[lane],
                    concurrency=concurrency,
                    install_signal_handlers=False,
                    **options,
                )
            )
            for lane, concurrency in lanes.items()
        ]
        loop = asyncio.get_running_loop()
        for each in STOPPING:
            loop.add_signal_handler(each, _stop, running)
        done, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
        _stop(running)
        await asyncio.wait(running)
        for lane in done:
            if not lane.cancelled():
                lane.result()


def _stop(running: list[asyncio.Task[None]]) -> None:
    for lane in running:
        lane.cancel()

"""A link that breaks, as a program of its own, so that it is no slower than the loopback: `Link` speaks to it.

Everything that a phone sends goes through it; after so many bytes it breaks, with all that is under way, and stays down
for a moment.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

CHUNK = 64 * 1024
DOWN = 0.2  # seconds


@dataclass
class Link:
    """`cuts`: after how many bytes in all it breaks, rising."""

    cuts: Sequence[int] = ()

    def __post_init__(self) -> None:
        cuts = ",".join(map(str, self.cuts))
        self.process = subprocess.Popen(
            [sys.executable, __file__, cuts], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def to(self, port: int) -> int:
        """A port through which one reaches another."""
        return int(self._ask(f"to {port}"))

    @property
    def sent(self) -> int:
        """Bytes from the phone so far, with those that were lost."""
        return int(self._ask("state").split()[0])

    @property
    def broken(self) -> int:
        """How often it broke."""
        return int(self._ask("state").split()[1])

    def close(self) -> None:
        self.process.communicate(timeout=10)

    def _ask(self, line: str) -> str:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return self.process.stdout.readline()


class Carrier:
    """What runs in the other process."""

    def __init__(self, cuts: list[int]) -> None:
        self.cuts = cuts
        self.sent = self.broken = 0
        self.down_until = 0.0
        self.open: set[asyncio.StreamWriter] = set()

    async def obey(self) -> None:
        loop = asyncio.get_running_loop()
        lines = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
        while line := (await lines.readline()).decode().split():
            if line[0] == "to":
                answer = await self.door(int(line[1]))
            else:
                answer = f"{self.sent} {self.broken}"
            sys.stdout.write(answer + "\n")
            sys.stdout.flush()

    async def door(self, port: int) -> str:
        door = socket.socket()
        door.setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVBUF, CHUNK
        )  # what a phone has sent is not far ahead of us
        door.bind(("127.0.0.1", 0))
        await asyncio.start_server(lambda near, back: self.let_in(near, back, port), sock=door, limit=CHUNK)
        return str(door.getsockname()[1])

    async def let_in(self, near: asyncio.StreamReader, back: asyncio.StreamWriter, port: int) -> None:
        if asyncio.get_running_loop().time() < self.down_until:
            reset(back)
            return
        far, onward = await asyncio.open_connection("127.0.0.1", port, limit=CHUNK)
        self.open |= {back, onward}
        await asyncio.gather(self.carry(near, onward, True), self.carry(far, back, False))
        self.open -= {back, onward}

    async def carry(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, up: bool) -> None:
        with suppress(OSError):
            while data := await source.read(CHUNK):
                if up and self.breaks(len(data)):
                    return
                target.write(data)
                await target.drain()
        target.close()

    def breaks(self, size: int) -> bool:
        self.sent += size
        if not self.cuts or self.sent < self.cuts[0]:
            return False
        self.cuts.pop(0)
        self.broken += 1
        self.down_until = asyncio.get_running_loop().time() + DOWN
        for each in self.open:
            reset(each)
        return True


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection as a link does that is gone: nothing more is said."""
    found = writer.get_extra_info("socket")
    with suppress(OSError):
        found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


if __name__ == "__main__":
    asyncio.run(Carrier([int(cut) for cut in sys.argv[1].split(",") if cut]).obey())

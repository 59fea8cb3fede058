"""Running a program on a file from a stranger: no network, little memory, time and output, and none of our secrets.

This file is also the program that puts the limits on itself and then becomes the other one, so that nothing of it
happens in a worker with threads. Network is taken away where the system lets us (`unshare`); the limits hold anywhere.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import which

MB = 1024 * 1024
PATHS = "/usr/local/bin:/usr/bin:/bin"


@dataclass(frozen=True, slots=True)
class Limits:
    """`cpu` and `wall` in seconds, `memory` (address space) and `output` (of each file) in bytes."""

    cpu: int
    wall: int
    memory: int
    output: int


@dataclass(frozen=True, slots=True)
class Ended:
    """How it ended: `code` is negative for a signal; `said` is the beginning of what it wrote to its error output."""

    code: int
    said: str
    exhausted: bool

    @property
    def was_killed(self) -> bool:
        """Whether somebody else ended it (the kernel short of memory, an operator): the file is not to blame."""
        return not self.exhausted and self.code in (-signal.SIGKILL, -signal.SIGTERM)


def run(program: Sequence[str], folder: Path, limits: Limits) -> Ended:
    """Run a program in a folder, where it may write, until it ends or a limit ends it."""
    figures = [str(figure) for figure in (limits.cpu, limits.memory, limits.output)]
    command = [*_without_network(), sys.executable, "-I", __file__, *figures, *program]
    said = folder / "said.txt"
    with said.open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603  # a list, no shell, and the jail is the point
            command,
            cwd=folder,
            env={"PATH": PATHS, "LC_ALL": "C"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
        late = _outlasts(process, limits.wall)
    with said.open("rb") as errors:
        text = errors.read(64 * 1024).decode(errors="replace")
    return Ended(process.returncode, text, late or process.returncode == -signal.SIGXCPU)


def _outlasts(process: subprocess.Popen[bytes], wall: int) -> bool:
    """Whether it had to be stopped; in any case it and its children are gone afterwards."""
    try:
        process.wait(wall)
        return False
    except subprocess.TimeoutExpired:
        return True
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@cache
def _without_network() -> tuple[str, ...]:
    unshare = which("unshare")
    if unshare is None:
        return ()
    command = (unshare, "--net", "--map-root-user")
    works = subprocess.run([*command, "true"], capture_output=True, check=False, timeout=10)  # noqa: S603
    return command if works.returncode == 0 else ()


def _confine(cpu: int, memory: int, output: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5))
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output, output))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(10)


if __name__ == "__main__":
    _confine(*map(int, sys.argv[1:4]))
    os.execvp(sys.argv[4], sys.argv[4:])  # noqa: S606

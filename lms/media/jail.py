"""Running a program on a file from a stranger: no network, little memory, time and output, and none of our secrets.

This file is also the program that puts the limits on itself and then becomes the other one, so that nothing of it
happens in a worker with threads. It needs no privilege: the limits hold anywhere; on Linux (x86-64, ARM64) the kernel
refuses it sockets and looking into other processes (seccomp), and it ends when its worker does; where the system lets
us it has a network of its own besides, with nothing in it (`unshare`).
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from shutil import which

MB = 1024 * 1024
PATHS = "/usr/local/bin:/usr/bin:/bin"
BEAT = 1.0  # seconds between two calls of `beat`

# include/uapi/linux: prctl.h, audit.h, seccomp.h, bpf_common.h; the calls by their numbers in each architecture:
# socket, connect, ptrace, process_vm_readv, process_vm_writev, io_uring_setup (which could open sockets too).
_CALLS = {
    "x86_64": (0xC000003E, (41, 42, 101, 310, 311, 425)),
    "aarch64": (0xC00000B7, (198, 203, 117, 270, 271, 425)),
}
_DIES_WITH_PARENT, _SECCOMP, _NO_NEW_PRIVILEGES, _FILTER = 1, 22, 38, 2
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_ALLOW, _REFUSE, _KILL, _OTHER_NUMBERS = 0x7FFF0000, 0x00050000 | 13, 0x80000000, 0x40000000


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


def run(
    program: Sequence[str], folder: Path, limits: Limits, *, beat: Callable[[], None] | None = None
) -> Ended:
    """Run a program in a folder, where it may write, until it ends or a limit ends it. `beat` is called each second."""
    figures = [str(figure) for figure in (limits.cpu, limits.memory, limits.output, os.getpid())]
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
        late = _outlasts(process, limits.wall, beat)
    with said.open("rb") as errors:
        text = errors.read(64 * 1024).decode(errors="replace")
    return Ended(process.returncode, text, late or process.returncode == -signal.SIGXCPU)


def _outlasts(process: subprocess.Popen[bytes], wall: int, beat: Callable[[], None] | None) -> bool:
    """Whether it had to be stopped; in any case it and its children are gone afterwards."""
    until = time.monotonic() + wall
    try:
        while time.monotonic() < until:
            try:
                process.wait(min(BEAT, wall))
                return False
            except subprocess.TimeoutExpired:
                if beat:
                    beat()
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


def _bind_to(parent: int) -> None:
    """On Linux: end with the worker's process, and lose the right to sockets and to other processes for good."""
    machine = os.uname().machine
    if sys.platform != "linux" or machine not in _CALLS:
        return
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    prctl(_DIES_WITH_PARENT, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended before it could be named
        os._exit(1)
    code = _refusing(*_CALLS[machine])
    kept = ctypes.create_string_buffer(code, len(code))
    program = struct.pack("HxxxxxxP", len(code) // 8, ctypes.addressof(kept))
    if prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or prctl(_SECCOMP, _FILTER, program, 0, 0):
        raise OSError(ctypes.get_errno(), "the kernel does not confine this program")


def _refusing(architecture: int, calls: Sequence[int]) -> bytes:
    """A BPF program: of this architecture only, these calls are refused (EACCES), and the numbers of x32 too."""
    steps = [
        (_LOAD, 0, 0, 4),  # seccomp_data.arch
        (_JUMP_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),  # seccomp_data.nr
        (_JUMP_IF_AT_LEAST, len(calls) + 1, 0, _OTHER_NUMBERS),
        *[(_JUMP_IF_EQUAL, len(calls) - at, 0, call) for at, call in enumerate(calls)],
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _REFUSE),
    ]
    return b"".join(struct.pack("HBBI", *step) for step in steps)


if __name__ == "__main__":
    _confine(*map(int, sys.argv[1:4]))
    _bind_to(int(sys.argv[4]))
    os.execvp(sys.argv[5], sys.argv[5:])  # noqa: S606

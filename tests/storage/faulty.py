"""A loopback stub before a store, which fails in the ways that stores fail."""

from __future__ import annotations

import re
import socket
import threading
from contextlib import suppress

MODES = ("down", "slow", "broken", "truncated")
ANSWER = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
RANGE = re.compile(rb"\r\nRange: (bytes=[\d-]+)\r\n", re.IGNORECASE)
CUT = 20_000  # bytes of answers that a connection gives before it ends


class Faulty:
    """Passes everything on while `mode` is ""; `down` hangs up, `slow` never answers, `broken` answers 500, `truncated`
    ends in the middle of an answer.

    `left`, if set, is how many bytes of answers it still passes on before it goes down; `ranges` are those asked for.
    """

    def __init__(self, port: int) -> None:
        self.mode = ""
        self.left: int | None = None
        self.ranges: list[str] = []
        self.target = port
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.door.getsockname()[1])
        self.open: list[socket.socket] = []
        threading.Thread(target=self._let_in, daemon=True).start()

    def turn(self, mode: str) -> None:
        """From now on so; what was open ends."""
        self.mode = mode
        for each in self.open:
            _end(each)
        self.open = []

    def close(self) -> None:
        self.turn("down")
        _end(self.door)

    def _let_in(self) -> None:
        while True:
            try:
                near, _ = self.door.accept()
            except OSError:
                return
            self.open.append(near)
            threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        if self.mode == "down":
            _end(near)
        elif self.mode == "broken":
            with suppress(OSError):
                near.recv(64 * 1024)
                near.sendall(ANSWER)
            _end(near)
        elif self.mode != "slow":
            far = socket.create_connection(("127.0.0.1", self.target))
            self.open.append(far)
            threading.Thread(target=self._ask, args=(near, far), daemon=True).start()
            self._carry(far, near, CUT if self.mode == "truncated" else None)

    def _ask(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while data := near.recv(16 * 1024):
                self.ranges += [found.decode() for found in RANGE.findall(data)]
                far.sendall(data)
        _end(far)
        _end(near)

    def _carry(self, far: socket.socket, near: socket.socket, most: int | None) -> None:
        carried = 0
        with suppress(OSError):
            while data := far.recv(16 * 1024):
                carried += len(data)
                if most is not None and carried > most:
                    break
                if self._spent(len(data)):
                    return self.turn("down")
                near.sendall(data)
        _end(near)
        _end(far)
        return None

    def _spent(self, size: int) -> bool:
        if self.left is None:
            return False
        self.left -= size
        return self.left < 0


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()

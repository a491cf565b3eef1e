"""A proxy in front of a PostgreSQL server that can freeze: it forwards nothing any more, and ends nothing.

The system still takes what is sent to it, as it does for a program that is stopped.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Spy = Callable[[bytes], bool]
"""Is shown what a client sends. Returns whether to freeze before that is forwarded."""


def _never(_sent: bytes) -> bool:
    return False


class FreezingProxy:
    """Forwards each connection to the server's socket until it is frozen, and again once it is thawed.

    `spy` may freeze it in the middle of a client's words.
    """

    def __init__(self, server: str) -> None:
        self.spy: Spy = _never
        self._server = server
        self._asks, self._answers = threading.Event(), threading.Event()
        self._asks.set()
        self._answers.set()
        self._sockets: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self) -> None:
        self._asks.clear()
        self.mute()

    def mute(self) -> None:
        """Forward no answer any more. What is asked still is."""
        self._answers.clear()

    def thaw(self) -> None:
        """Forward what is held back, and all that follows."""
        self.spy = _never
        self._asks.set()
        self._answers.set()

    def close(self) -> None:
        self.thaw()
        for each in (self._listener, *self._sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                self._sockets += [client, server]
                for one, other in ((client, server), (server, client)):
                    threading.Thread(target=self._forward, args=(one, other), daemon=True).start()

    def _forward(self, one: socket.socket, other: socket.socket) -> None:
        from_client = one.family == socket.AF_INET
        flows = self._asks if from_client else self._answers
        with suppress(OSError):
            while data := one.recv(1 << 16):
                if from_client and self.spy(data):
                    self.freeze()
                flows.wait()
                other.sendall(data)
            flows.wait()
            other.shutdown(socket.SHUT_WR)


@contextmanager
def freezing_proxy(server: str) -> Iterator[FreezingProxy]:
    """Lend a proxy for the server that listens on a Unix socket."""
    proxy = FreezingProxy(server)
    try:
        yield proxy
    finally:
        proxy.close()

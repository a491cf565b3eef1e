"""A proxy in front of a PostgreSQL server that counts round trips: each Sync or simple query is one.

Between them the client does not wait. In PostgreSQL's protocol the server answers ReadyForQuery to each.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager

_HEADER = 5
_TRIP_ENDS = (b"S", b"Q")


Transaction = list[list[str]]
"""The statements of a client from BEGIN to the end of the transaction, by round trip."""


class Connection:
    """The messages of one client. A prepared statement is known by its name."""

    def __init__(self, ended: list[Transaction]) -> None:
        self._ended = ended
        self._rest = b""
        self._started = False
        self._prepared: dict[bytes, str] = {}
        self._transaction: Transaction = [[]]

    def sent(self, data: bytes) -> None:
        self._rest += data
        if not self._started:  # only the startup message has no kind
            length = int.from_bytes(self._rest[:4], "big")
            if len(self._rest) < length:
                return
            self._rest, self._started = self._rest[length:], True
        while len(self._rest) >= _HEADER:
            end = 1 + int.from_bytes(self._rest[1:_HEADER], "big")
            if len(self._rest) < end:
                return
            message, self._rest = self._rest[:end], self._rest[end:]
            self._message(message[:1], message[_HEADER:])

    def _message(self, kind: bytes, body: bytes) -> None:
        if kind == b"P":
            name, sql, _ = body.split(b"\0", 2)
            self._prepared[name] = sql.decode()
        elif kind == b"B":
            self._transaction[-1].append(self._prepared[body.split(b"\0", 2)[1]])
        elif kind == b"Q":
            self._transaction[-1].append(body[:-1].decode())
        if kind in _TRIP_ENDS:
            self._trip_ended()

    def _trip_ended(self) -> None:
        if self._transaction[-1][-1:] in (["COMMIT"], ["ROLLBACK"]):
            self._ended.append(self._transaction)
            self._transaction = []
        elif not self._transaction[0] or not self._transaction[0][0].startswith("BEGIN"):
            self._transaction = []  # a statement by itself, such as the first one of a connection
        self._transaction.append([])


class Proxy:
    """Forwards every connection to the server's socket, and keeps the transactions that ended."""

    def __init__(self, server: str) -> None:
        self.ended: list[Transaction] = []
        self._server = server
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client = self._listener.accept()[0]
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(self._server)
            connection = Connection(self.ended)
            for one, other, heard in ((client, server, connection.sent), (server, client, len)):
                threading.Thread(target=_forward, args=(one, other, heard), daemon=True).start()


def _forward(one: socket.socket, other: socket.socket, heard: object) -> None:
    assert callable(heard)
    with closing(one):
        try:
            while data := one.recv(1 << 16):
                heard(data)
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            return  # one side has closed


@contextmanager
def proxied(server: str) -> Iterator[Proxy]:
    """Lend a proxy for the server that listens on a Unix socket."""
    proxy = Proxy(server)
    try:
        yield proxy
    finally:
        proxy.close()

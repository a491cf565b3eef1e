"""A proxy in front of a PostgreSQL server that counts round trips: each Sync or simple query is one.

Between them the client does not wait. In PostgreSQL's protocol the server answers ReadyForQuery to each. On demand, the
answer to a COMMIT ends otherwise.
"""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

_HEADER = 5
_READY = b"Z\0\0\0\5"
_TRIP_ENDS = (b"S", b"Q")


Transaction = list[list[str]]
"""The statements of a client from BEGIN to the end of the transaction, by round trip."""


class Connection:
    """The messages of one client. A prepared statement is known by its name."""

    def __init__(self, proxy: "Proxy") -> None:
        self._proxy = proxy
        self._rest = b""
        self._ending: bytes | None = None
        self._held = b""
        self._started = False
        self._prepared: dict[bytes, str] = {}
        self._transaction: Transaction = [[]]

    def sent(self, data: bytes) -> bytes:
        """Note what the client sends. Return it."""
        self._rest += data
        if not self._started:  # only the startup message has no kind
            length = int.from_bytes(self._rest[:4], "big")
            if len(self._rest) < length:
                return data
            self._rest, self._started = self._rest[length:], True
        while len(self._rest) >= _HEADER:
            end = 1 + int.from_bytes(self._rest[1:_HEADER], "big")
            if len(self._rest) < end:
                break
            message, self._rest = self._rest[:end], self._rest[end:]
            self._message(message[:1], message[_HEADER:])
        return data

    def received(self, data: bytes) -> bytes:
        """Return what the client is to get of the server's answer. Raise OSError if the connection ends with it."""
        if self._ending is None:
            return data
        self._held += data
        if self._held[-_HEADER - 1 : -1] != _READY:
            return b""
        if not self._ending:
            raise ConnectionAbortedError
        answer, self._ending = self._held[: -_HEADER - 1] + self._ending, None
        return answer

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
            self._proxy.ended.append(self._transaction)
            if any("INSERT INTO request" in sql for trip in self._transaction for sql in trip):
                self._ending, self._proxy.behind_commit = self._proxy.behind_commit, None
            self._transaction = []
        elif not self._transaction[0] or not self._transaction[0][0].startswith("BEGIN"):
            self._transaction = []  # a statement by itself, such as the first one of a connection
        self._transaction.append([])


class Proxy:
    """Forwards every connection to the server's socket, and keeps the transactions that ended.

    `behind_commit`: what the client gets instead of ReadyForQuery for the next COMMIT of a call; nothing closes the connection.
    """

    def __init__(self, server: str) -> None:
        self.ended: list[Transaction] = []
        self.behind_commit: bytes | None = None
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
            connection = Connection(self)
            for one, other, passed in (
                (client, server, connection.sent),
                (server, client, connection.received),
            ):
                threading.Thread(target=_forward, args=(one, other, passed), daemon=True).start()


def _forward(one: socket.socket, other: socket.socket, passed: Callable[[bytes], bytes]) -> None:
    with closing(one):
        try:
            while data := one.recv(1 << 16):
                other.sendall(passed(data))
            other.shutdown(socket.SHUT_WR)
        except ConnectionAbortedError:
            other.shutdown(socket.SHUT_RDWR)
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


def error(severity: str, sqlstate: str, message: str) -> bytes:
    """Return an ErrorResponse of the server."""
    fields = (("S", severity), ("V", severity), ("C", sqlstate), ("M", message))
    body = b"".join(f"{kind}{text}".encode() + b"\0" for kind, text in fields) + b"\0"
    return b"E" + (len(body) + 4).to_bytes(4, "big") + body

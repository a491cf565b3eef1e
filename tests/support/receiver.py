"""A receiver of callbacks on a real port of this machine: it keeps what was sent, and answers as a test says."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from queue import SimpleQueue
from socket import create_server, socket
from threading import Thread
from typing import TypeAlias
from urllib.parse import parse_qsl

Answer: TypeAlias = bytes | Callable[[socket], object]
"""What is sent back, or what does it."""

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK"


@dataclass(frozen=True)
class Received:
    """A request. `headers` have names in lower case."""

    line: str
    headers: dict[str, str]
    form: dict[str, str]


@dataclass
class Receiver:
    port: int
    connections: int = 0
    received: "SimpleQueue[Received]" = field(default_factory=SimpleQueue)

    def url(self, path: str = "/done", host: str = "127.0.0.1", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.port}{path}"

    def next(self) -> Received:
        """Return the next request; wait for it."""
        return self.received.get(timeout=30)


@contextmanager
def receiving(*answers: Answer, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Receive until the block ends. Each request gets the next answer; the last one is repeated."""
    with create_server(("127.0.0.1", 0)) as listening:
        receiver = Receiver(listening.getsockname()[1])
        left = list(answers or (OK,))
        thread = Thread(target=_serve, args=(listening, receiver, left, tls), daemon=True)
        thread.start()
        yield receiver
        with suppress(OSError):
            listening.shutdown(2)
        thread.join()


def _serve(listening: socket, receiver: Receiver, answers: list[Answer], tls: ssl.SSLContext | None) -> None:
    while True:
        try:
            accepted, _ = listening.accept()
        except OSError:
            return
        receiver.connections += 1
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        with suppress(OSError), accepted:
            connection = accepted if tls is None else tls.wrap_socket(accepted, server_side=True)
            with connection:
                receiver.received.put(_read(connection))
                connection.sendall(answer) if isinstance(answer, bytes) else answer(connection)


def _read(connection: socket) -> Received:
    with connection.makefile("rb") as file:
        line = file.readline().decode().strip()
        headers = {}
        while (header := file.readline().decode().strip()) != "":
            name, _, value = header.partition(":")
            headers[name.lower()] = value.strip()
        body = file.read(int(headers["content-length"])).decode()
    return Received(line, headers, dict(parse_qsl(body, strict_parsing=True)))

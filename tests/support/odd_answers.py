"""A server whose answers no emulator gives: other JSON, without end, byte by byte, or none at all."""

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from socket import SHUT_WR, socket

Answers = Callable[[socket], None]

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
DEEP_ARRAYS, DEEP_OBJECTS = b"[" * 100_000, b'{"a":' * 100_000 + b"1" + b"}" * 100_000


CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
BROKEN_CHUNKS = [
    CHUNKED + size + b"\r\n{}" for size in (b"-5", b"-1", b"zz", b"\xb2", b"7" * 16, b"f" * 16, b"f" * 5_000)
]
"""Answers whose first chunk has no possible size."""


def body(content: bytes, head: bytes = HEAD) -> Answers:
    return lambda client: client.sendall(head + b"Content-Length: %d\r\n\r\n%s" % (len(content), content))


def without_length(mebibytes: int) -> Answers:
    """Send an answer of this many mebibytes, without a length."""

    def answer(client: socket) -> None:
        client.sendall(HEAD + b'\r\n{"result":"')
        for _ in range(mebibytes):
            client.sendall(b"a" * 2**20)

    return answer


def byte_by_byte(client: socket) -> None:
    """Send a byte each 50 milliseconds for two seconds, and then the rest."""
    content = b'{"result": "OK"}'
    client.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % (40 + len(content)))
    for _ in range(40):
        threading.Event().wait(0.05)
        client.sendall(b" ")
    client.sendall(content)


@contextmanager
def answering(answer: Answers) -> Iterator[str]:
    """Answer each request in this way until the end of the block. Yield the URL."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):  # the client has had enough
                self.request.recv(65_536)
                answer(self.request)
                self.request.shutdown(SHUT_WR)
                while self.request.recv(65_536):  # or closing it would reset what the client has not read yet
                    pass

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()

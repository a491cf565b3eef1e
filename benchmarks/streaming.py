"""The speed of an account's answers while many clients read its event stream."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from selectors import EVENT_READ, DefaultSelector

from benchmarks.loads import CONNECTIONS, SHOW
from benchmarks.plan import Plan
from benchmarks.row import Row, Target
from benchmarks.servers import Server
from benchmarks.stand import stand
from benchmarks.wrk import drive

STREAMS = 500


def measure(plan: Plan) -> list[Row]:
    found: dict[str, list[float]] = {"alone": [], "emulator": []}
    with stand(plan.folder) as servers:
        for _ in range(plan.rounds):
            found["alone"].append(_rate(servers.in_memory, plan))
            with _followed(servers.in_memory):
                found["emulator"].append(_rate(servers.in_memory, plan))
    what = f"`show` of an account with {STREAMS} event streams open"
    return [Row("streams", what, "calls/s", found, found["emulator"], "calls/s", Target("≥", 250))]


def _rate(server: Server, plan: Plan) -> float:
    server.settle()
    url = f"http://127.0.0.1:{server.port}/eq.php"
    return drive(url, "same_call.lua", SHOW, connections=CONNECTIONS, seconds=plan.seconds).per_second


@contextmanager
def _followed(server: Server) -> Iterator[None]:
    """Read the account's events over this many connections, in a thread."""
    ended = threading.Event()
    selector = DefaultSelector()
    request = b"GET /_emulator/accounts/demo/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    for _ in range(STREAMS):
        connection = socket.create_connection(("127.0.0.1", server.port))
        connection.sendall(request)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200")
        connection.setblocking(False)
        selector.register(connection, EVENT_READ)
    reader = threading.Thread(target=_read, args=(selector, ended))
    reader.start()
    try:
        yield
    finally:
        ended.set()
        reader.join()


def _read(selector: DefaultSelector, ended: threading.Event) -> None:
    while not ended.is_set():
        for key, _ in selector.select(0.1):
            assert isinstance(key.fileobj, socket.socket)
            with suppress(BlockingIOError):
                key.fileobj.recv(1 << 18)
    for key in list(selector.get_map().values()):
        assert isinstance(key.fileobj, socket.socket)
        key.fileobj.close()
    selector.close()

"""When the system gives no more connections, the server says so once, waits, and goes on."""

import asyncio
import errno
import logging
import os
import socket
from collections.abc import Iterator

import pytest

from invapi_emulator.server import accepting
from invapi_emulator.server.accepting import Accepting, Room

FULL = [errno.EMFILE, errno.EMFILE, errno.ENFILE, errno.ENOBUFS]


class Greeting(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(b"hello")
        transport.close()


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as bound:
        yield bound


async def greeted(listening: socket.socket, *problems: int, most: int = 10) -> bytes:
    """Accept until a client has its greeting. First, accepting fails with these problems."""
    loop, to_come = asyncio.get_running_loop(), list(problems)
    accept = loop.sock_accept

    async def accept_at_last(wanted: socket.socket) -> tuple[socket.socket, object]:
        if to_come:
            number = to_come.pop(0)
            raise OSError(number, os.strerror(number))
        return await accept(wanted)

    loop.sock_accept = accept_at_last  # type: ignore[method-assign,assignment]
    accepted = Accepting(listening, 10, Greeting, Room(most, ()))
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    told = await reader.read()
    writer.close()
    accepted.close()
    await accepted.wait_closed()
    return told


@pytest.mark.parametrize("problems", [[], FULL, [errno.ECONNABORTED]])
def test_a_client_is_served_after_all(
    listening: socket.socket,
    problems: list[int],
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(accepting, "AGAIN_SECONDS", 0)
    caplog.set_level(logging.WARNING)
    assert asyncio.run(greeted(listening, *problems)) == b"hello"
    lines = [record.message for record in caplog.records if record.name == accepting.__name__]
    said = [
        "no connection can be opened: Too many open files; new ones wait until others end (see `ulimit -n`)"
    ]
    assert lines == (said if problems == FULL else [])


async def greeted_at_once(listening: socket.socket, number: int) -> list[bytes]:
    """Let clients wait in the system's queue, and tell the server of the first alone. Return what each is told."""
    loop = asyncio.get_running_loop()
    accept, told = loop.sock_accept, 0

    async def accept_once(wanted: socket.socket) -> tuple[socket.socket, object]:
        nonlocal told
        told += 1
        return await (accept(wanted) if told == 1 else loop.create_future())

    loop.sock_accept = accept_once  # type: ignore[method-assign,assignment]
    clients = [await asyncio.open_connection(*listening.getsockname()) for _ in range(number)]
    accepted = Accepting(listening, number, Greeting, Room(number, ()))
    greetings = [await reader.read() for reader, _ in clients]
    for _, writer in clients:
        writer.close()
    accepted.close()
    await accepted.wait_closed()
    return greetings


def test_all_that_wait_are_accepted_in_one_turn() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listening:
        assert asyncio.run(greeted_at_once(listening, 20)) == [b"hello"] * 20

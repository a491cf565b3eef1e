"""Head and body of an answer go in one write. Streams do not wait."""

import asyncio
from collections.abc import Callable
from typing import cast

from invapi_emulator.server.coalescing_transport import CoalescingTransport


class Wire:
    """The data that reached the transport, write by write. `None` means that it was closed."""

    def __init__(self) -> None:
        self.written: list[bytes | None] = []

    def write(self, data: bytes) -> None:
        self.written.append(data)

    def is_closing(self) -> bool:
        return None in self.written

    def close(self) -> None:
        self.written.append(None)


def written(*turns: Callable[[CoalescingTransport], object]) -> list[bytes | None]:
    """Run each of these in its own turn of the loop. Return the result."""
    wire = Wire()

    async def all_of_them() -> None:
        answer = CoalescingTransport(cast("asyncio.Transport", wire), asyncio.get_running_loop())
        for turn in turns:
            turn(answer)
            await asyncio.sleep(0)

    asyncio.run(all_of_them())
    return wire.written


def whole(answer: CoalescingTransport) -> None:
    answer.write(b"head ")
    answer.write(b"body")


def asked_to_go_on(answer: CoalescingTransport) -> None:
    answer.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def without_a_body(answer: CoalescingTransport) -> None:
    answer.write(b"head")
    answer.close()


def test_an_immediate_body_goes_with_its_head() -> None:
    assert written(whole) == [b"head body"]


def test_a_head_with_a_later_body_goes_alone() -> None:
    later = (lambda answer: answer.write(b"head"), lambda answer: answer.write(b"one"), whole)
    assert written(*later) == [b"head", b"one", b"head ", b"body"]


def test_a_client_that_waits_to_send_its_body_is_answered_at_once() -> None:
    assert written(asked_to_go_on, whole) == [b"HTTP/1.1 100 Continue\r\n\r\n", b"head body"]


def test_a_head_without_a_body_is_written_before_the_connection_closes() -> None:
    assert written(without_a_body) == [b"head", None]


def test_nothing_is_written_to_a_connection_that_is_closed() -> None:
    closed = (lambda answer: answer.close(), whole, asked_to_go_on)
    assert written(*closed) == [None]
    assert written(without_a_body, whole) == [b"head", None]

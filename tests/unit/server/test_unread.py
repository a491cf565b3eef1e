"""A client gets its time again for each part of an answer that it takes."""

import asyncio
from collections.abc import Callable
from typing import cast

import pytest

from invapi_emulator.server.unread import LEAST, Unread

SECONDS = 60


class Timers:
    """A loop whose timers fire when they are told to."""

    def __init__(self) -> None:
        self.waiting: Callable[[], None] | None = None

    def call_later(self, seconds: float, then: Callable[[], None]) -> "Timers":
        assert seconds == SECONDS
        self.waiting = then
        return self

    def cancel(self) -> None:
        self.waiting = None

    def fire(self) -> None:
        assert self.waiting is not None
        self.waiting()


class Sender:
    """A transport with so much left to send."""

    def __init__(self, left: int) -> None:
        self.left = left

    def get_write_buffer_size(self) -> int:
        return self.left


def watched(left: int) -> tuple[Unread, Sender, Timers, list[str]]:
    sender, timers, ended = Sender(left), Timers(), list[str]()
    unread = Unread(
        cast("asyncio.Transport", sender),
        cast("asyncio.AbstractEventLoop", timers),
        SECONDS,
        lambda: ended.append("given up"),
    )
    unread.begin()
    return unread, sender, timers, ended


def test_a_client_that_takes_nothing_is_given_up() -> None:
    _, _, timers, ended = watched(10 * LEAST)
    timers.fire()
    assert ended == ["given up"]


@pytest.mark.parametrize(("taken", "expected"), [(LEAST, []), (LEAST - 1, ["given up"]), (1, ["given up"])])
def test_a_client_that_takes_a_part_gets_its_time_again(taken: int, expected: list[str]) -> None:
    _, sender, timers, ended = watched(10 * LEAST)
    sender.left -= taken
    timers.fire()
    assert ended == expected
    if not expected:
        timers.fire()
        assert ended == ["given up"]


def test_a_client_that_has_taken_everything_is_left_alone() -> None:
    unread, _, timers, _ = watched(LEAST)
    unread.end()
    assert timers.waiting is None

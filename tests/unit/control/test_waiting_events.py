"""What waits for an event stream is held once for all streams of an account, and a stream gets a small piece at a time."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from invapi_emulator.control import feeds
from invapi_emulator.control.feed import PIECE
from invapi_emulator.control.messages import Message
from tests.support.harness import Emulator, Json
from tests.unit.control.test_events import kinds, listening


@pytest.mark.parametrize("of_a_feed", [0, 10_000])
def test_a_stream_gets_all_that_its_feed_no_longer_holds(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, of_a_feed: int
) -> None:
    monkeypatch.setattr(feeds, "MOST_OF_A_FEED", 0)
    monkeypatch.setattr(feeds, "LEAST_OF_A_FEED", of_a_feed)
    with listening(emulator) as told:
        before = emulator.last_request
        for _ in range(60):
            emulator.call("eq", "list", comment="x" * 4000)
        assert [next(told)["request"]["id"] - before for _ in range(60)] == list(range(1, 61))


def test_a_stream_whose_missed_calls_are_gone_has_a_gap_and_goes_on(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "MOST_OF_A_FEED", 0)
    monkeypatch.setattr(feeds, "LEAST_OF_A_FEED", 0)
    with listening(emulator) as told:
        emulator.call("eq", "list")
        assert next(told)["kind"] == "request"
        monkeypatch.setattr(feeds, "piece_of", lambda _messages: [])
        emulator.call("eq", "list")
        assert next(told)["kind"] == "gap"
        monkeypatch.undo()
        emulator.call("eq", "list")
        assert next(told)["kind"] == "request"


@pytest.mark.parametrize("missed", [False, True])
def test_an_unread_stream_holds_a_small_piece(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, *, missed: bool
) -> None:
    if missed:
        monkeypatch.setattr(feeds, "MOST_OF_A_FEED", 0)
        monkeypatch.setattr(feeds, "LEAST_OF_A_FEED", 0)
    given: list[int] = []
    follow = feeds.Feeds.follow

    async def followed(*asked: Any) -> AsyncIterator[list[Message]]:
        async for piece in follow(*asked):
            given.append(sum(len(each.text) for each in piece))
            yield piece

    emulator.call("eq", "list")
    with listening(emulator) as told:
        place = next_place(emulator, told)
    for _ in range(30):
        emulator.call("eq", "list", comment="x" * 4000)
    monkeypatch.setattr(feeds.Feeds, "follow", followed)
    with listening(emulator, after=place) as told:
        assert kinds(told, 30) == ["request"] * 30
    assert max(given) <= PIECE


def next_place(emulator: Emulator, told: Iterator[Json]) -> str:
    emulator.call("eq", "list")
    place: str = next(told)["id"]
    return place

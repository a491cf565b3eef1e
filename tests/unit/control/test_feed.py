"""Which messages a feed has for a stream at some place, and which words name a place."""

import pytest

from invapi_emulator.control.feed import Feed
from invapi_emulator.control.messages import Place, gap
from tests.support.harness import Emulator


def feed_with(*places: tuple[int, int]) -> Feed:
    feed = Feed(Place(0, 1, 1), cleared=0)
    feed.add([gap(Place(0, *place)) for place in places], most=100_000)
    return feed


def test_a_stream_gets_what_comes_after_its_place() -> None:
    feed = feed_with((2, 1), (2, 2), (3, 2))
    found = feed.after(Place(0, 2, 1))
    assert found is not None
    assert [each.place for each in found] == [Place(0, 2, 2), Place(0, 3, 2)]
    assert feed.after(feed.place) == []


def test_a_stream_that_got_there_by_another_order_gets_nothing_twice() -> None:
    """The feed learned that call 4 was cleared before it looked at events 2 to 4, and the stream after event 3."""
    feed = feed_with((1, 4), (2, 4), (3, 4), (4, 4))
    assert feed.after(Place(0, 3, 3)) is None
    assert feed.after(Place(0, 0, 1)) is None
    found = feed.after(Place(0, 3, 4))
    assert found is not None
    assert [each.place for each in found] == [Place(0, 4, 4)]


@pytest.mark.parametrize(
    "after", ["0x1-1-1", "1_0-1-1", "1- 1-1", "1-\u0661-1", "1-+0-0", "-1-1-1", "A-1-1", "1-1"]
)
def test_what_no_stream_has_sent_is_refused_as_a_place(emulator: Emulator, after: str) -> None:
    answer = emulator.http.get("/_emulator/accounts/demo/events", params={"after": after})
    assert answer.status_code == 422
    assert "is not an event id of this stream" in answer.json()["error"]["message"]

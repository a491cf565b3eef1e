"""A stream has a gap wherever it lacks messages, and then all that are kept."""

import pytest

from invapi_emulator.control import feeds
from invapi_emulator.storage import requests
from tests.support.harness import Emulator
from tests.unit.control.test_events import kinds, listening


def place_after_a_call(emulator: Emulator) -> str:
    """Return the place of a stream that has sent a call."""
    with listening(emulator) as told:
        emulator.call("eq", "list")
        place: str = next(told)["id"]
    return place


@pytest.mark.parametrize("place", ["1-0-0", "ffffffffffff-999999-999999"])
def test_a_position_that_is_no_longer_kept_is_reported_as_a_gap(emulator: Emulator, place: str) -> None:
    with listening(emulator, after=place) as told:
        assert next(told)["kind"] == "gap"
        emulator.eq("off")
        assert next(told)["kind"] == "task_started"


def test_calls_that_are_gone_before_they_were_sent_are_a_gap(emulator: Emulator) -> None:
    place = place_after_a_call(emulator)
    emulator.call("eq", "list")
    emulator.clear_requests()
    emulator.call("eq", "list")
    with listening(emulator, after=place) as told:
        assert kinds(told, 2) == ["gap", "request"]
        emulator.call("eq", "list")
        assert next(told)["kind"] == "request"


def test_a_place_before_the_oldest_call_gets_a_gap_and_all_that_is_kept(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "KEPT", 20)
    place = place_after_a_call(emulator)
    emulator.fault("reject", allow_unused=True)
    for _ in range(200):
        emulator.call("eq", "list")
    last = emulator.last_request
    with listening(emulator, after=place) as told:
        sent = [next(told)]
        while sent[-1].get("request", {}).get("id") != last:
            sent.append(next(told))
    assert sent[0]["kind"] == "gap"
    numbers = [event["request"]["id"] for event in sent if event["kind"] == "request"]
    assert numbers == list(range(last - len(numbers) + 1, last + 1))
    assert len(numbers) >= 20


def test_a_stream_learns_of_cleared_calls_without_another_call(emulator: Emulator) -> None:
    place = place_after_a_call(emulator)
    emulator.call("eq", "list")
    emulator.clear_requests()
    with listening(emulator, after=place) as told:
        assert next(told)["kind"] == "gap"
        emulator.call("eq", "list")
        assert next(told)["kind"] == "request"


@pytest.mark.acceptance
@pytest.mark.no_cover
def test_a_stream_whose_reader_was_too_slow_has_a_gap_wherever_it_lacks_calls(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "KEPT", 200)
    monkeypatch.setattr(feeds, "MOST_OF_A_FEED", 0)
    monkeypatch.setattr(feeds, "LEAST_OF_A_FEED", 10_000)
    monkeypatch.setitem(emulator.http.headers, "User-Agent", "x" * 4000)  # what the sockets hold is soon full
    before = emulator.last_request
    last = before + 2500
    with listening(emulator) as told:
        for _ in range(last - before):
            emulator.call("eq", "list", comment="x" * 4000)
        sent = [next(told)]
        while sent[-1].get("request", {}).get("id") != last:
            sent.append(next(told))
    numbers = [event["request"]["id"] if event["kind"] == "request" else None for event in sent]
    jumps = [
        place
        for place, number in enumerate(numbers)
        if number is not None and place and numbers[place - 1] not in (None, number - 1)
    ]
    assert jumps == []
    assert numbers.count(None) == [event["kind"] for event in sent].count("gap") >= 1
    assert numbers[0] == before + 1


def test_another_stream_keeps_no_calls_that_were_cleared(emulator: Emulator) -> None:
    with listening(emulator) as other:
        emulator.call("eq", "list")
        place = next(other)["id"]
        emulator.call("eq", "list", note="cleared")
        assert next(other)["kind"] == "request"
        emulator.clear_requests()
        emulator.call("eq", "list", note="kept")
        with listening(emulator, after=place) as told:
            assert next(told)["kind"] == "gap"
            assert next(told)["request"]["fields"]["note"] == "kept"
        assert next(other)["request"]["fields"]["note"] == "kept"

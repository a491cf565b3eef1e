"""The event stream of an account, read up to a mark, and what must be true of it."""

import json
from collections.abc import Iterator

import httpx

from invapi_emulator.domain.instants import Instant, parse_iso
from tests.support.harness import SEED, Json

MARK = SEED + 1_000_000
"""A reset with this seed marks the end of a part of the stream."""


class ToldEvents:
    """Continues reading where it stopped."""

    _path = "/_emulator/accounts/demo/events"

    def __init__(self, http: httpx.Client) -> None:
        self._http = http
        with self._http.stream("GET", self._path) as stream:
            lines = stream.iter_lines()
            next(lines)  # from here on it has every event
            self._set_mark()
            self._after: str = self._up_to_mark(lines)[-1]["id"]

    def next_part(self) -> list[Json]:
        """Set a mark. Return all events and calls since the last mark, without the marks."""
        self._set_mark()
        with self._http.stream("GET", self._path, params={"after": self._after}) as stream:
            told = self._up_to_mark(stream.iter_lines())
        hold_numbers(self._after, told)
        self._after = told[-1]["id"]
        return told[:-1]

    def _set_mark(self) -> None:
        self._http.post(
            "/_emulator/accounts/demo/reset", content=json.dumps({"seed": MARK})
        ).raise_for_status()

    def _up_to_mark(self, lines: Iterator[str]) -> list[Json]:
        told: list[Json] = []
        for line in lines:
            if line.startswith("data: "):
                told.append(json.loads(line.removeprefix("data: ")))
                if told[-1]["kind"] == "reset" and told[-1]["seed"] == MARK:
                    return told
        raise AssertionError(f"the stream ended after {told[-1:]}")


def hold_numbers(after: str, told: list[Json]) -> None:
    """Assert that events and calls are numbered without a gap, and that events are in order of time."""
    _, *numbers = after.split("-")
    event, request = map(int, numbers)
    at: Instant = 0
    for each in told:
        is_call = each["kind"] == "request"
        event, request = event + (not is_call), request + is_call
        assert each["id"].split("-")[1:] == [str(event), str(request)], each
        if is_call or each["kind"] == "clock_moved":
            continue  # a move names the new time; what happened meanwhile follows
        assert each["kind"] in {"reset", "imported"} or parse_iso(each["at"]) >= at, each
        at = parse_iso(each["at"])

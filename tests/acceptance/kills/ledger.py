"""An account's events and journal over all lives of its server: nothing twice, nothing missing."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import httpx

from tests.support.harness import Json
from tests.support.modelled_vm import CHANGING


class Ledger:
    """The books of one account. Events are read from the stream, after the last one read."""

    def __init__(self, account: str) -> None:
        self.account = account
        self.started: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()
        self.changing: dict[int, str] = {}
        self.snapshots: dict[int, list[str]] = {}
        self.made = 0
        self.place = ""
        self.journal: dict[int, tuple[Any, ...]] = {}

    def read(self, http: httpx.Client) -> None:
        """Read the events since the last time, and the present journal."""
        for number, event in self._news(http):
            assert number == self._number() + 1, (self.account, self.place, number, event)
            self.place = event["id"]
            self._note(event)
        doubled = [key for book in (self.started, self.ended) for key, times in book.items() if times != 1]
        assert not doubled, doubled
        assert self.ended.keys() <= self.started.keys()
        self._read_journal(http)

    def _number(self) -> int:
        return int(self.place.split("-")[1])

    def _news(self, http: httpx.Client) -> Iterator[tuple[int, Json]]:
        present = next(self._stream(http, "0-0-0"))
        assert present["kind"] == "gap"
        made_at, newest, request = present["id"].split("-")
        if not self.place:
            self.place = present["id"]
        after = f"{made_at}-{self._number()}-{request}"
        if int(newest) == self._number():
            return
        for event in self._stream(http, after):
            number = int(event["id"].split("-")[1])
            if event["kind"] != "request":
                yield number, event
            if number >= int(newest):
                return

    def _stream(self, http: httpx.Client, after: str) -> Iterator[Json]:
        path = f"/_emulator/accounts/{self.account}/events"
        with http.stream("GET", path, params={"after": after}) as lines:
            for line in lines.iter_lines():
                if line.startswith("data: "):
                    yield json.loads(line.removeprefix("data: "))

    def _note(self, event: Json) -> None:
        names = self.snapshots.setdefault(event.get("vm", 0), [])
        match event["kind"]:
            case "task_started":
                self.started[event["task"]] += 1
                self._note_change(event)
            case "task_ended":
                assert event["state"] == "done", event
                self.ended[event["task"]] += 1
                if self.changing.get(event["vm"]) == event["task"]:
                    del self.changing[event["vm"]]
            case "snapshot_made":
                assert event["name"] not in names, (event, names)
                names.append(event["name"])
                self.made += 1
            case "snapshot_removed":
                names.remove(event["name"])
            case "snapshot_restored":
                assert names[-1] == event["name"], (event, names)

    def _note_change(self, event: Json) -> None:
        if event["action"] in CHANGING:
            assert event["vm"] not in self.changing, (event, self.changing)
            self.changing[event["vm"]] = event["task"]

    def _read_journal(self, http: httpx.Client) -> None:
        """Read the journal: its numbers have no gaps, and each always belongs to the same call."""
        calls = http.get(f"/_emulator/accounts/{self.account}/requests").json()["requests"]
        numbers = [call["id"] for call in calls]
        assert all(after == before + 1 for before, after in pairwise(numbers)), numbers
        now = {call["id"]: (call["at"], call["module"], call["action"], call["answer"]) for call in calls}
        changed = [number for number, call in now.items() if self.journal.get(number, call) != call]
        assert not changed, changed
        self.journal = now

    def close(self, http: httpx.Client, logins: int, uncertain_logins: int) -> int:
        """Compare the books with the world after all tasks. Return how many uncertain logins happened.

        The account's counter counts tasks, snapshots and logins, and nothing else.
        """
        assert self.started == self.ended
        state = http.get(f"/_emulator/accounts/{self.account}/state").json()
        for vm in state["vms"]:
            assert [row["name"] for row in vm["snapshots"]] == self.snapshots.get(vm["id"], [])
        counted = sum(self.started.values()) + self.made + logins
        surplus: int = state["counters"]["sequence"] - counted
        assert 0 <= surplus <= uncertain_logins, (self.account, surplus, uncertain_logins)
        return surplus

"""Requests that change one clock at the same time: each answers what it did itself."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from invapi_emulator.domain.instants import parse_iso
from tests.support.harness import Emulator, Json

MOVES = 16
START = datetime(2030, 1, 1, tzinfo=UTC)
PATH = "/_emulator/accounts/moved"


@pytest.fixture(autouse=True)
def moved(emulator: Emulator) -> Iterator[None]:
    body = {"name": "moved", "scenario": "empty", "clock": "frozen", "seed": 4}
    emulator.http.post("/_emulator/accounts", content=json.dumps(body)).raise_for_status()
    yield
    emulator.http.post("/_emulator/purge")


def put_tasks(emulator: Emulator, count: int) -> None:
    vms = [{"id": number + 1, "tasks": [{"action": "reboot"}]} for number in range(count)]
    emulator.http.put(f"{PATH}/state", content=json.dumps({"vms": vms})).raise_for_status()


def all_at_once(send: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(MOVES) as pool:
        return list(pool.map(send, range(MOVES)))


def put(emulator: Emulator, path: str, body: Json) -> Json:
    answer: Json = emulator.http.put(f"{PATH}/{path}", content=json.dumps(body)).json()
    return answer


def advance(emulator: Emulator, seconds: float) -> Json:
    body = json.dumps({"seconds": seconds})
    answer: Json = emulator.http.post(f"{PATH}/clock/advance", content=body).json()
    return answer


@pytest.mark.parametrize("tasks", [20, 400], ids=["few-tasks", "tasks-for-several-transactions"])
def test_each_advance_answers_its_own_time_and_events(emulator: Emulator, tasks: int) -> None:
    put_tasks(emulator, tasks)
    answers = sorted(all_at_once(lambda _: advance(emulator, 5)), key=lambda each: str(each["now"]))
    assert [datetime.fromisoformat(each["now"]) for each in answers] == [
        START + timedelta(seconds=5 * number) for number in range(1, MOVES + 1)
    ]
    ids = [event["id"] for each in answers for event in each["events"]]
    assert ids == sorted(set(ids))
    ended = [event["task"] for each in answers for event in each["events"] if event["kind"] == "task_ended"]
    assert len(set(ended)) == tasks
    for each in answers:
        own = parse_iso(each["now"]) - 5_000_000, parse_iso(each["now"])
        assert all(own[0] < parse_iso(event["at"]) <= own[1] for event in each["events"])
        assert each["complete"]


def test_each_change_of_a_clock_answers_its_own_rate(emulator: Emulator) -> None:
    answers = all_at_once(lambda number: put(emulator, "clock", {"rate": number + 1}))
    assert [each["rate"] for each in answers] == list(range(1, MOVES + 1))


def test_each_change_of_assumptions_answers_its_own_options(emulator: Emulator) -> None:
    wanted = [("yes", "no")[number % 2] for number in range(MOVES)]
    answers = all_at_once(lambda number: put(emulator, "assumptions", {"A-12": wanted[number]}))
    options = [
        next(each for each in answer["assumptions"] if each["id"] == "A-12")["option"] for answer in answers
    ]
    assert [options[0], options[1]] * (MOVES // 2) == options
    assert options[0] != options[1]

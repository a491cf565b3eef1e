"""The clock: its modes and its moves."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.harness import Emulator

START = datetime(2030, 1, 1, tzinfo=UTC)
TEN_YEARS = 315_360_000


def now(emulator: Emulator) -> timedelta:
    """Return the time since the start of a seeded clock."""
    return datetime.fromisoformat(emulator.clock["now"]) - START


def test_a_frozen_clock_with_a_seed_starts_in_2030_and_stands_still(emulator: Emulator) -> None:
    assert emulator.clock == {"mode": "frozen", "rate": 10, "polls": 1, "now": "2030-01-01T00:00:00Z"}
    emulator.time.go_on(100)
    assert now(emulator) == timedelta()


def test_a_frozen_clock_moves_on_request(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    answer = emulator.advance(90)
    assert answer["now"] == "2030-01-01T00:01:30Z"
    assert answer["hanging"] == []
    assert [event["kind"] for event in answer["events"]] == [
        "task_stage", "task_stage", "snapshot_made", "task_ended",
    ]  # fmt: skip
    assert answer["events"][0] | {"task": key, "vm": 12345, "stage": "copy disk"} == answer["events"][0]
    assert answer["events"][3] | {"task": key, "vm": 12345, "state": "done"} == answer["events"][3]
    assert emulator.check(key)["result"] == "OK"


def test_an_advance_with_nothing_due_has_no_events(emulator: Emulator) -> None:
    assert emulator.advance(0.25) == {
        "now": "2030-01-01T00:00:00.250000Z",
        "events": [],
        "hanging": [],
        "complete": True,
        "missing": 0,
    }


def test_advance_until_idle_ends_all_tasks_that_can_end(emulator: Emulator) -> None:
    keys = [emulator.start("vm", "create_snapshot", 12345, name="a"), emulator.start("eq", "on", 12346)]
    last = max(task["due_at"] for task in emulator.tasks)
    answer = emulator.advance(until="idle")
    assert answer["now"] == last
    assert [event["task"] for event in answer["events"] if event["kind"] == "task_ended"] == keys[::-1]
    assert emulator.advance(until="idle")["events"] == []


def test_advance_until_a_task_stops_at_its_end(emulator: Emulator) -> None:
    slow = emulator.start("vm", "create_snapshot", 12345, name="a")
    quick = emulator.start("eq", "status", 12345)
    answer = emulator.advance(until=quick)
    assert answer["now"] == emulator.control("GET", f"/tasks/{quick}")["ended_at"]
    assert emulator.check(slow)["result"] == "Not ready"
    assert emulator.advance(until=quick)["now"] == answer["now"]


def test_advance_until_a_timestamp_stops_there(emulator: Emulator) -> None:
    assert emulator.advance(until="2030-01-01T01:00:00+01:00")["now"] == "2030-01-01T00:00:00Z"
    assert emulator.advance(until="2030-02-01T00:00:00Z")["now"] == "2030-02-01T00:00:00Z"
    assert emulator.advance(until="2030-02-01 00:00:01.5")["now"] == "2030-02-01T00:00:01.500000Z"


def test_a_past_timestamp_is_422(emulator: Emulator) -> None:
    error = emulator.control("POST", "/clock/advance", {"until": "2029-12-31T23:59:59Z"}, 422)["error"]
    assert (error["reason"], error["field"]) == ("in_the_past", "until")
    assert "2029-12-31T23:59:59Z" in error["message"]


def test_a_task_whose_key_has_aged_out_is_404(emulator: Emulator) -> None:
    key = emulator.start("eq", "status")
    emulator.advance(until=key)
    emulator.advance(24 * 3600)
    assert (
        emulator.control("POST", "/clock/advance", {"until": key}, 404)["error"]["reason"] == "task_not_found"
    )


def test_the_last_second_of_the_calendar_can_be_reached(emulator: Emulator) -> None:
    assert emulator.advance(until="9999-12-31T23:59:59Z")["now"] == "9999-12-31T23:59:59Z"
    assert emulator.call_vm("get_snapshot")["result"] == "OK"


def test_an_unknown_task_is_404(emulator: Emulator) -> None:
    error = emulator.control("POST", "/clock/advance", {"until": "0" * 32}, 404)["error"]
    assert (error["reason"], error["field"]) == ("task_not_found", "until")


@pytest.mark.parametrize(
    "body",
    [{}, {"seconds": 1, "until": "idle"}, {"seconds": -1}, {"seconds": TEN_YEARS + 1}, {"seconds": "90"}, {"x": 1},
     {"seconds": None}, {"seconds": True}, {"until": "soon"}, {"until": ""}, {"until": 5}, {"until": "9999-99-99"},
     {"until": "x" * 200}, [], "idle", 90, None, {"until": "2030-01-01T00:00:00\x00"}],
)  # fmt: skip
def test_an_invalid_advance_is_422_and_moves_nothing(emulator: Emulator, body: Any) -> None:
    error = emulator.control("POST", "/clock/advance", body, 422)["error"]
    assert set(error) == {"reason", "message", "field"}
    assert now(emulator) == timedelta()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"seconds": NaN}',
        '{"seconds": Infinity}',
        "\x00",
        '{"seconds": 1e999}',
        '{"seconds":' + "[" * 9_000,
        '{"seconds": ' + "1" * 5000 + "}",
    ],
)
def test_broken_json_is_422(emulator: Emulator, text: str) -> None:
    response = emulator.http.post("/_emulator/accounts/demo/clock/advance", content=text)
    assert response.status_code == 422
    assert set(response.json()["error"]) == {"reason", "message", "field"}


def test_ten_years_can_be_advanced_repeatedly_until_dates_end(emulator: Emulator) -> None:
    for _ in range(3):
        emulator.advance(TEN_YEARS)
    emulator.advance(until="9999-12-30T00:00:00Z")
    error = emulator.control("POST", "/clock/advance", {"seconds": 400_000}, 422)["error"]
    assert error["reason"] == "too_far"
    assert emulator.call_vm("get_snapshot")["result"] == "OK"


def test_a_real_clock_runs_at_its_rate(emulator: Emulator) -> None:
    emulator.set_clock(mode="real", rate=10)
    emulator.time.go_on(3)
    assert now(emulator) == timedelta(seconds=30)


def test_a_change_of_rate_keeps_now_continuous(emulator: Emulator) -> None:
    emulator.set_clock(mode="real", rate=10)
    emulator.time.go_on(3)
    assert emulator.set_clock(rate=2.5)["now"] == "2030-01-01T00:00:30Z"
    emulator.time.go_on(2)
    assert now(emulator) == timedelta(seconds=35)


def test_freezing_stops_a_clock_where_it_is(emulator: Emulator) -> None:
    emulator.set_clock(mode="real")
    emulator.time.go_on(1)
    emulator.set_clock(mode="frozen")
    emulator.time.go_on(100)
    assert now(emulator) == timedelta(seconds=10)


def test_a_real_clock_can_be_advanced_too(emulator: Emulator) -> None:
    emulator.set_clock(mode="real")
    key = emulator.start("vm", "create_snapshot", name="a")
    emulator.advance(3600)
    assert emulator.check(key)["result"] == "OK"
    emulator.time.go_on(1)
    assert now(emulator) == timedelta(seconds=3610)


def test_tasks_on_a_real_clock_end_as_time_passes(emulator: Emulator) -> None:
    emulator.set_clock(mode="real", rate=10)
    key = emulator.start("vm", "create_snapshot", name="a")
    emulator.time.go_on(3)
    assert emulator.check(key)["result"] == "Not ready"
    emulator.time.go_on(2)
    assert emulator.check(key)["result"] == "OK"


def test_an_auto_clock_jumps_after_its_number_of_polls(emulator: Emulator) -> None:
    emulator.set_clock(mode="auto", polls=2)
    first = emulator.start("vm", "create_snapshot", 12345, name="a")
    other = emulator.start("eq", "on", 12346)
    assert [emulator.check(first)["result"] for _ in range(3)] == ["Not ready", "Not ready", "OK"]
    assert emulator.vm(12346)["power"] == "on"
    assert emulator.check(other)["result"] == "OK"


def test_polls_are_counted_for_each_task(emulator: Emulator) -> None:
    emulator.set_clock(mode="auto", polls=1)
    slow = emulator.start("vm", "create_snapshot", 12345, name="a")
    quick = emulator.start("eq", "on", 12346)
    assert emulator.check(quick)["result"] == "Not ready"
    assert emulator.check(slow)["result"] == "Not ready"
    assert emulator.check(quick)["result"] == "OK"
    assert emulator.vm(12345)["locked_by"] == slow


def test_with_zero_polls_a_task_is_done_at_the_first_check(emulator: Emulator) -> None:
    emulator.set_clock(mode="auto", polls=0)
    assert emulator.check(emulator.start("vm", "create_snapshot", name="a"))["result"] == "OK"


def test_an_auto_clock_also_runs_like_a_real_one(emulator: Emulator) -> None:
    emulator.set_clock(mode="auto", polls=50)
    key = emulator.start("eq", "off")
    emulator.time.go_on(1)
    assert emulator.check(key)["result"] == "OK"
    assert now(emulator) == timedelta(seconds=10)


def test_a_single_word_is_a_mode(emulator: Emulator) -> None:
    answer = emulator.control("PUT", "/clock", "auto")
    assert (answer["mode"], answer["rate"], answer["polls"]) == ("auto", 10, 1)


def test_now_can_be_set_forward_and_due_tasks_take_effect(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    assert emulator.set_clock(now="2031-01-01T00:00:00Z")["now"] == "2031-01-01T00:00:00Z"
    assert emulator.control("GET", f"/tasks/{key}", status=404)
    assert emulator.listed()[-1] == "a"


def test_now_cannot_be_set_back(emulator: Emulator) -> None:
    error = emulator.control("PUT", "/clock", {"now": "2029-01-01T00:00:00Z", "mode": "real"}, 422)["error"]
    assert (error["reason"], error["field"]) == ("in_the_past", "now")
    assert emulator.clock["mode"] == "frozen"


@pytest.mark.parametrize(
    "body",
    ["fast", {"mode": "fast"}, {"rate": 0}, {"rate": -1}, {"rate": 10_001}, {"rate": "10"}, {"rate": True}, {"polls": -1},
     {"polls": 1.5}, {"polls": True}, {"now": 5}, {"now": "soon"}, {"now": "1969-01-01"}, {"pace": 1}, 5, [],
     {"now": "10000-01-01"}],
)  # fmt: skip
def test_an_invalid_change_of_the_clock_is_422_and_changes_nothing(emulator: Emulator, body: Any) -> None:
    before = emulator.clock
    error = emulator.control("PUT", "/clock", body, 422)["error"]
    assert set(error) == {"reason", "message", "field"}
    assert emulator.clock == before


@pytest.mark.acceptance
def test_many_tasks_due_at_once_take_effect(emulator: Emulator) -> None:
    keys = [emulator.start("eq", "status", 12345) for _ in range(350)]
    answer = emulator.advance(10)
    assert [event["task"] for event in answer["events"]].count(keys[0]) == 1
    assert {event["task"] for event in answer["events"]} == set(keys)
    assert {emulator.check(key)["result"] for key in keys} == {"OK"}


@pytest.mark.no_cover
def test_a_call_finds_any_number_of_due_tasks_done(emulator: Emulator) -> None:
    keys = [emulator.start("eq", "status", 12345) for _ in range(250)]
    emulator.set_clock(mode="real")
    emulator.time.go_on(10)
    assert emulator.check(keys[-1])["result"] == "OK"
    assert {task["state"] for task in emulator.tasks} == {"done"}


@pytest.mark.no_cover
def test_an_auto_clock_jumps_over_any_number_of_due_tasks(emulator: Emulator) -> None:
    keys = [emulator.start("eq", "status", 12345) for _ in range(150)]
    last = max(emulator.tasks, key=lambda task: str(task["due_at"]))["key"]
    emulator.set_clock(mode="auto", polls=0)
    assert emulator.check(last)["result"] == "OK"
    assert {emulator.check(key)["result"] for key in keys if key != last} == {"OK"}


@pytest.mark.acceptance
def test_a_thousand_statistics_due_at_once_are_no_problem(emulator: Emulator) -> None:
    keys = [emulator.start("vm", "load_stats", 12346) for _ in range(1000)]
    emulator.advance(until="idle")
    assert emulator.check(keys[-1])["result"] == "OK"


def test_everything_can_be_read_near_the_end_of_time(emulator: Emulator) -> None:
    emulator.set_clock(now="9999-12-31T23:59:50Z")
    key = emulator.start("vm", "create_snapshot", name="a")
    assert emulator.control("GET", f"/tasks/{key}")["due_at"] == "9999-12-31T23:59:59Z"
    assert emulator.vm(12345)["locked_by"] == key
    emulator.advance(until="idle")
    assert emulator.check(key)["result"] == "OK"


def test_the_slowest_clock_is_harmless(emulator: Emulator) -> None:
    emulator.set_clock(mode="real", rate=1e-320)
    key = emulator.start("eq", "status")
    assert emulator.check(key)["result"] == "Not ready"
    emulator.advance(until=key)
    assert emulator.check(key)["result"] == "OK"

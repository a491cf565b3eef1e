"""Faults that act on the check of a task that has ended."""

import pytest

from tests.support.harness import Emulator


def ended(emulator: Emulator) -> str:
    """Return the key of a task that has ended."""
    key = emulator.start("eq", "off")
    emulator.advance(until=key)
    return key


def test_a_check_is_not_ready_though_the_task_has_ended(emulator: Emulator) -> None:
    emulator.fault("not_ready", times=2)
    key = ended(emulator)
    assert [emulator.check(key) for _ in range(2)] == [{"result": "Not ready", "key": key}] * 2
    assert emulator.check(key)["result"] == "OK"
    assert emulator.check(key)["reason"] == "key_spent"
    assert [line["fault"] for line in emulator.control("GET", "/requests")["requests"][-4:]] == [
        "not_ready", "not_ready", None, None,
    ]  # fmt: skip


def test_a_failed_task_is_not_ready_either(emulator: Emulator) -> None:
    emulator.fault("task_fails")
    emulator.fault("not_ready")
    key = ended(emulator)
    assert [emulator.check(key)["result"] for _ in range(2)] == ["Not ready", "Fail"]


def test_checks_of_tasks_under_way_and_of_spent_keys_do_not_count(emulator: Emulator) -> None:
    key = ended(emulator)
    emulator.check(key)
    emulator.fault("not_ready")
    assert emulator.check(key)["reason"] == "key_spent"
    emulator.check(emulator.start("eq", "on"))
    emulator.eq("show")
    assert emulator.control("GET", "/faults")["faults"][0]["seen"] == 0


def test_a_check_that_moves_an_auto_clock_is_not_ready_at_its_end(emulator: Emulator) -> None:
    emulator.set_clock(mode="auto", polls=0)
    emulator.fault("not_ready")
    key = emulator.start("eq", "off")
    assert [emulator.check(key)["result"] for _ in range(2)] == ["Not ready", "OK"]


@pytest.mark.parametrize(
    ("match", "fired"), [({"id": 12345}, 1), ({"action": "check"}, 1), ({"id": 12346}, 0)]
)
def test_a_rule_matches_the_check_by_its_tasks_vm(
    emulator: Emulator, match: dict[str, object], fired: int
) -> None:
    emulator.fault("not_ready", match=match)
    emulator.check(ended(emulator))
    assert emulator.control("GET", "/faults")["faults"][0]["fired"] == fired

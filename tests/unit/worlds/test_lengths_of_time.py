"""Lengths of time are whole microseconds: a shorter one is refused, and what rules make of them can be imported."""

import pytest

from tests.support.harness import Emulator, Json

STALE: Json = {"kind": "stale_list", "seconds": 1}
LIMIT: Json = {"kind": "rate_limit", "budget": 100, "per": 1}
SLOW: Json = {"kind": "latency", "distribution": "lognormal", "median": 1, "sigma": 0}


@pytest.mark.parametrize(
    ("rule", "field"), [(STALE, "seconds"), (LIMIT, "per"), (SLOW, "median")]
)  # fmt: skip
@pytest.mark.parametrize("seconds", [5e-324, 1e-9, 4e-7, 9.99e-7])
def test_a_rule_with_less_than_a_microsecond_is_refused(
    emulator: Emulator, rule: Json, field: str, seconds: float
) -> None:
    refused = emulator.control("POST", "/faults", rule | {field: seconds}, status=422)
    assert refused["error"]["field"] == field
    in_a_world = {"faults": [rule | {field: seconds}]}
    assert emulator.control("PUT", "/state", in_a_world, status=422)["error"]["field"] == f"faults.0.{field}"
    assert emulator.control("POST", "/faults", rule | {field: 1e-6}, status=201)[field] == 1e-6


@pytest.mark.parametrize(("seconds", "status"), [(0, 422), (4e-7, 422), (1e-6, 200)])
def test_a_stale_task_of_a_world_has_at_least_a_microsecond(
    emulator: Emulator, seconds: float, status: int
) -> None:
    task = {"action": "create_snapshot", "context": {"name": "a", "type": "vps"}, "stale_seconds": seconds}
    emulator.control("PUT", "/state", {"vms": [{"id": 1, "tasks": [task]}]}, status=status)


@pytest.mark.parametrize("rule", [{"seconds": 1e-6}, {"seconds": 1e-6, "at_least": 0}])
def test_a_task_that_is_stale_for_a_moment_comes_back(emulator: Emulator, rule: Json) -> None:
    """Of the draws from 0 on, some are less than half a microsecond."""
    emulator.control("PUT", "/state", {"vms": [{"id": number} for number in range(1, 13)]})
    emulator.fault("stale_list", **rule, times=None)
    for number in range(1, 13):
        emulator.start("vm", "create_snapshot", number, name="a")
    before = emulator.control("GET", "/state")
    emulator.control("PUT", "/state", before)
    assert emulator.control("GET", "/state") == before
    stale = {vm["tasks"][0].get("stale_seconds") for vm in before["vms"]}
    assert stale == ({1e-6} if "at_least" not in rule else {None, 1e-6})

"""Tasks enter their stages in order of time, with an event for each."""

import pytest

from invapi_emulator.domain.instants import parse_iso
from tests.support.harness import Emulator


def test_stages_of_several_tasks_are_entered_in_order_of_time(emulator: Emulator) -> None:
    emulator.start("vm", "create_snapshot", 12345, name="a")
    emulator.start("eq", "reboot", 12347)
    emulator.start("eq", "on", 12348)
    events = emulator.advance(until="idle")["events"]
    times = [parse_iso(event["at"]) for event in events]
    assert times == sorted(times)
    stages = [(event["vm"], event["stage"]) for event in events if event["kind"] == "task_stage"]
    assert sorted(stages) == [
        (12345, "copy disk"), (12345, "upload image"), (12347, "boot"), (12348, "boot"),
    ]  # fmt: skip


@pytest.mark.no_cover
def test_many_tasks_enter_their_stages_in_order_across_batches(emulator: Emulator) -> None:
    for _ in range(120):
        emulator.start("vm", "load_stats", 12345)
    events = emulator.advance(until="idle")["events"]
    times = [parse_iso(event["at"]) for event in events]
    assert times == sorted(times)
    assert [event["kind"] for event in events].count("task_stage") == 120
    assert [event["kind"] for event in events].count("task_ended") == 120


def test_a_hanging_task_enters_no_stage_after_it_hangs(emulator: Emulator) -> None:
    emulator.fault("task_hangs", at=0.2)
    emulator.start("vm", "create_snapshot", 12345, name="a")
    events = emulator.advance(3600)["events"]
    assert [event["stage"] for event in events] == ["copy disk"]

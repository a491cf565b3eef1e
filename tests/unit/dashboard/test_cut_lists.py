"""A list that is cut says so: each part of a page that shows the newest of something tells how much there is."""

from typing import Any

import pytest

from invapi_emulator.dashboard import timeline
from tests.support.harness import Emulator
from tests.unit.dashboard.seen import said, vm_page

NOW = {"mode": "frozen", "now": "2030-01-01T00:00:00Z"}
ACCOUNT = "/_emulator/ui/accounts/demo"


def task(second: int) -> dict[str, Any]:
    at = f"2029-12-31T23:{second // 60:02}:{second % 60:02}Z"
    stages = [{"name": "get state", "ends_at": at}]
    return {
        "action": "status",
        "state": "done",
        "created_at": at,
        "ended_at": at,
        "due_at": at,
        "stages": stages,
    }


def vms(emulator: Emulator, count: int, tasks: int = 0) -> None:
    """Import VMs, the first with this number of tasks of the last hour."""
    world: list[dict[str, Any]] = [{"id": number} for number in range(1, count + 1)]
    world[0]["tasks"] = [task(second) for second in range(tasks)]
    emulator.import_({"clock": NOW, "vms": world})


@pytest.mark.parametrize("path", [ACCOUNT, vm_page(1)])
def test_the_list_of_tasks_says_how_many_there_are(emulator: Emulator, path: str) -> None:
    vms(emulator, 1, tasks=timeline.MOST_TASKS)
    assert "the newest 50 of" not in said(emulator, path)
    assert "a task was running." in said(emulator, vm_page(1))
    vms(emulator, 1, tasks=timeline.MOST_TASKS + 3)
    assert "the newest 50 of 53" in said(emulator, path)
    assert "a task was running, of the newest 50." in said(emulator, vm_page(1))


def test_tasks_of_other_vms_do_not_count_on_the_page_of_a_vm(emulator: Emulator) -> None:
    vms(emulator, 2, tasks=timeline.MOST_TASKS + 3)
    assert "the newest" not in said(emulator, vm_page(2)).partition("Tasks, newest first")[2]


def test_the_timeline_says_that_not_every_vm_has_a_lane(emulator: Emulator) -> None:
    vms(emulator, 12)
    assert "have a lane" not in said(emulator, ACCOUNT)
    vms(emulator, 13, tasks=1)
    assert "1 of 13 VMs have a lane: those with the newest tasks" in said(emulator, ACCOUNT)
    assert "have a lane" not in said(emulator, vm_page(1))


@pytest.mark.parametrize("path", [ACCOUNT, vm_page(1)])
def test_the_timeline_says_that_older_marks_are_missing(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    vms(emulator, 1)
    monkeypatch.setattr(timeline, "_MOST_MARKS", 3)
    emulator.advance(1)
    assert "are marked" not in said(emulator, path)
    for _ in range(3):
        emulator.advance(1)
    assert "Only the newest 3 faults and moves of the clock are marked" in said(emulator, path)


def test_a_vm_says_how_many_types_of_snapshot_only_have_settings(emulator: Emulator) -> None:
    settings = {f"t{number}": {"enable_rotation": 1} for number in range(25)}
    emulator.import_({"vms": [{"id": 1, "settings": settings}]})
    assert "5 more types have settings of rotation, and no snapshot shown here" in said(emulator, vm_page(1))
    del settings["t0"], settings["t1"], settings["t2"], settings["t3"]
    emulator.import_({"vms": [{"id": 1, "settings": settings}]})
    assert "1 more type has settings" in said(emulator, vm_page(1))
    del settings["t4"]
    emulator.import_({"vms": [{"id": 1, "settings": settings}]})
    assert "settings of rotation" not in said(emulator, vm_page(1))

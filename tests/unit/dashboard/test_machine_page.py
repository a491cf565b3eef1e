"""A VM's page: the origin of its disk, what a restore would delete, the tasks under way."""

import re

import pytest

from invapi_emulator.dashboard import machine_page
from tests.support.harness import Emulator
from tests.unit.dashboard.seen import page, said, vm_page


def descent(emulator: Emulator, vm: int = 12345) -> str:
    (found,) = re.findall(r"[◆◇✗] (The VM's disk .*?)\. Type", said(emulator, vm_page(vm)))
    return str(found)


def test_each_snapshot_shows_which_ones_a_restore_deletes(emulator: Emulator) -> None:
    words = said(emulator, vm_page(12346))
    names = [row["name"] for row in emulator.call_vm("get_snapshot", 12346)["snapshots"]]
    assert f"Restoring it deletes {', '.join(names[1:])}" in words
    assert words.count("Restoring it deletes no other snapshot") == 1


def test_a_disk_first_descends_from_the_newest_snapshot(emulator: Emulator) -> None:
    assert descent(emulator) == "The VM's disk now descends from before-release, with changes since then"


def test_an_origin_further_back_than_the_events_is_not_guessed(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulator.do("vm", "create_snapshot", name="now")
    emulator.advance(5)
    monkeypatch.setattr(machine_page, "MOST_OF_LINEAGE", 2)
    for _ in range(3):
        emulator.do("eq", "status", 12347)
    assert "is too far back to tell" in descent(emulator)


def test_a_disk_descends_from_the_last_snapshot_made(emulator: Emulator) -> None:
    emulator.do("vm", "create_snapshot", name="now")
    emulator.advance(5)
    assert descent(emulator) == "The VM's disk now descends from now, with changes since then"


def test_a_restored_disk_equals_its_snapshot_and_descends_from_it_after_a_run(emulator: Emulator) -> None:
    emulator.do("eq", "off")
    emulator.do("vm", "restore_snapshot", name="fresh-install")
    assert descent(emulator) == "The VM's disk now is exactly fresh-install"
    emulator.do("eq", "on")
    emulator.advance(1)
    assert descent(emulator) == "The VM's disk now descends from fresh-install, with changes since then"


def test_a_disk_can_descend_from_a_snapshot_of_another_type(emulator: Emulator) -> None:
    emulator.do("vm", "create_snapshot", type="backup", name="weekly")
    emulator.do("eq", "off")
    emulator.do("vm", "restore_snapshot", name="before-release")
    assert descent(emulator) == "The VM's disk now is exactly before-release"
    assert "Type backup" in said(emulator, vm_page())


def test_a_failed_restore_leaves_a_damaged_disk(emulator: Emulator) -> None:
    emulator.do("eq", "off")
    emulator.fault("task_fails")
    emulator.do("vm", "restore_snapshot", name="fresh-install")
    assert descent(emulator) == "The VM's disk is damaged: a restore failed halfway"


def test_without_its_removed_snapshot_a_disk_descends_from_the_one_before(emulator: Emulator) -> None:
    emulator.do("eq", "off")
    emulator.do("vm", "create_snapshot", name="now")
    emulator.do("eq", "on")
    emulator.do("eq", "off")
    emulator.do("vm", "remove_snapshot", name="now")
    assert "descends from before-release" in descent(emulator)


def test_a_snapshot_under_way_is_shown_in_the_chain(emulator: Emulator) -> None:
    emulator.start("vm", "create_snapshot", name="coming")
    emulator.advance(2)
    assert re.search(r"coming ▸ creating prepare, \d+ %", said(emulator, vm_page()))


def test_a_hanging_task_is_shown_as_hanging(emulator: Emulator) -> None:
    emulator.fault("task_hangs")
    emulator.start("vm", "create_snapshot", name="stuck")
    emulator.advance(3600)
    words = said(emulator, vm_page())
    assert "locked: Create snapshot, hangs" in words
    assert "hangs in" in words


def test_polls_faults_and_jumps_are_marked_in_the_lane(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="watched")
    emulator.advance(10)
    emulator.check(key)
    emulator.fault("reject")
    emulator.call_vm("get_snapshot")
    text = page(emulator, vm_page())
    lane = text.partition('data-key="lane-12345"')[2].partition('class="legend')[0]
    assert lane.count('class="poll') == 1
    assert "fault reject on get_snapshot" in lane
    assert "clock moved 10 s" in lane


def test_events_before_a_reset_are_not_marked(emulator: Emulator) -> None:
    emulator.fault("reject")
    emulator.call_vm("get_snapshot")
    emulator.advance(10)
    emulator.reset()
    lane = page(emulator, vm_page()).partition('data-key="lane-12345"')[2].partition('class="legend')[0]
    assert "clock moved" not in lane
    assert "fault" not in lane


def test_simultaneous_tasks_have_separate_rows(emulator: Emulator) -> None:
    emulator.start("vm", "load_stats")
    emulator.start("vm", "get_snapshot")
    emulator.advance(60)
    emulator.start("vm", "load_stats")
    lane = page(emulator, vm_page()).partition('data-key="lane-12345"')[2]
    assert re.findall(r'<svg x="[^"]*" width="[^"]*" y="(\d+)"', lane) == ["2", "2", "28"]


def test_a_machine_without_snapshots_is_shown_without_a_form(emulator: Emulator) -> None:
    text = page(emulator, vm_page(12347))
    assert "A VDS has no snapshots" in text
    assert "create_snapshot" not in text.partition('id="timeline"')[0]


def test_statistics_are_those_of_load_stats(emulator: Emulator) -> None:
    emulator.do("vm", "load_stats")
    stats = page(emulator, vm_page()).partition('id="charts"')[2]
    assert stats.count("<polyline") == 6
    assert re.search(r'aria-label="CPU, last hour\. cpu: minimum \d+ %, maximum \d+ %, last \d+ %"', stats)


def test_a_window_can_be_chosen(emulator: Emulator) -> None:
    emulator.do("eq", "off")
    emulator.advance(7200)
    assert 'data-key="bar-' in page(emulator, f"{vm_page()}?window=6h")
    assert 'data-key="bar-' not in page(emulator, f"{vm_page()}?window=1h")

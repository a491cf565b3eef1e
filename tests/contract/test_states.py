"""Contract 4.4, 4.11 and 8: how running, power, snapshots and restores change disk and memory."""

import json
import re

import pytest

from tests.support.harness import Emulator, Json


def state_of(vm: Json) -> tuple[object, ...]:
    """Return what a restore must bring back: generation and fingerprint of the disk and of the memory."""
    parts = (vm["disk"], vm["memory"])
    return tuple((part["generation"], part["fingerprint"]) for part in parts)


def power(emulator: Emulator, action: str, vm: int = 12345) -> None:
    assert emulator.do("eq", action, vm)["result"] == "OK"


@pytest.mark.clause("4.4", "4.11")
@pytest.mark.follows("A-07")
def test_a_restore_brings_back_disk_and_memory(emulator: Emulator) -> None:
    before = state_of(emulator.vm(12345))
    emulator.do("vm", "create_snapshot", name="a")
    emulator.advance(3600)
    assert state_of(emulator.vm(12345)) != before
    power(emulator, "off")
    assert state_of(emulator.vm(12345)) != before
    emulator.do("vm", "restore_snapshot", name="a")
    restored = emulator.vm(12345)
    assert state_of(restored) == before
    assert restored["power"] == "off"


@pytest.mark.clause("4.11")
@pytest.mark.follows("A-07")
def test_held_memory_is_resumed_at_the_next_power_on(emulator: Emulator) -> None:
    _, memory = state_of(emulator.vm(12345))
    emulator.do("vm", "create_snapshot", name="a")
    power(emulator, "off")
    emulator.do("vm", "restore_snapshot", name="a")
    power(emulator, "on")
    assert state_of(emulator.vm(12345))[1] == memory
    emulator.advance(60)
    assert state_of(emulator.vm(12345))[1] != memory


@pytest.mark.clause("4.11")
@pytest.mark.follows("A-07")
def test_a_snapshot_of_a_vm_that_is_off_has_no_memory_and_a_boot_makes_a_new_one(
    emulator: Emulator,
) -> None:
    power(emulator, "off")
    off = state_of(emulator.vm(12345))
    assert off[1][1] is None  # type: ignore[index]
    emulator.do("vm", "create_snapshot", name="a")
    power(emulator, "on")
    power(emulator, "off")
    emulator.do("vm", "restore_snapshot", name="a")
    assert state_of(emulator.vm(12345)) == off
    power(emulator, "on")
    booted = state_of(emulator.vm(12345))
    assert booted != off
    assert booted[1][1] is not None  # type: ignore[index]


@pytest.mark.clause("4.11")
@pytest.mark.parametrize("action", ["remove_snapshot", "restore_snapshot"])
@pytest.mark.follows("A-08")
def test_removing_and_restoring_require_the_vm_off(emulator: Emulator, action: str) -> None:
    assert emulator.call_vm(action, name="fresh-install")["reason"] == "vm_running"
    power(emulator, "off")
    assert emulator.do("vm", action, name="fresh-install")["result"] == "OK"


@pytest.mark.clause("8.2")
def test_running_boots_and_shutdowns_change_a_vm(emulator: Emulator) -> None:
    seen = [state_of(emulator.vm(12345))]
    emulator.advance(1)
    seen.append(state_of(emulator.vm(12345)))
    for action in ("reboot", "off", "on"):
        power(emulator, action)
        seen.append(state_of(emulator.vm(12345)))
    assert len(set(seen)) == len(seen)
    power(emulator, "off")
    off = state_of(emulator.vm(12345))
    emulator.advance(3600)
    assert state_of(emulator.vm(12345)) == off


@pytest.mark.clause("8.2")
def test_a_vm_stands_still_while_its_snapshot_is_taken(emulator: Emulator) -> None:
    emulator.advance(10)
    before = state_of(emulator.vm(12345))
    key = emulator.start("vm", "create_snapshot", name="a")
    emulator.advance(20)
    assert state_of(emulator.vm(12345)) == before
    emulator.advance(until=key)
    assert state_of(emulator.vm(12345)) == before
    emulator.advance(1)
    assert state_of(emulator.vm(12345)) != before


@pytest.mark.clause("8.3")
@pytest.mark.follows("A-05", "A-18")
def test_the_size_of_a_snapshot_is_used_disk_and_memory_if_running(emulator: Emulator) -> None:
    def make(name: str) -> tuple[int, float]:
        used = emulator.vm(12345)["disk"]["used_gb"]
        emulator.do("vm", "create_snapshot", name=name)
        return emulator.call_vm("get_snapshot")["snapshots"][-1]["size"], used

    gib = 1024**3
    running, used = make("running")
    assert running == used * gib + 4096 * 1024**2
    emulator.advance(24 * 3600)
    power(emulator, "off")
    off, used_later = make("off")
    assert used_later > used
    assert off == used_later * gib
    emulator.do("vm", "restore_snapshot", name="running")
    assert emulator.vm(12345)["disk"]["used_gb"] == used


@pytest.mark.clause("8.3")
def test_used_disk_ends_at_95_percent(emulator: Emulator) -> None:
    emulator.advance(10 * 365 * 24 * 3600)
    assert emulator.vm(12345)["disk"]["used_gb"] == pytest.approx(38, abs=0.01)


@pytest.mark.clause("8.4")
def test_two_runs_with_the_same_seed_give_the_same_answers_except_keys(emulator: Emulator) -> None:
    def run() -> str:
        emulator.reset(seed=99)
        emulator.advance(100)
        answers = [
            emulator.do("vm", "create_snapshot", name="a"),
            emulator.do("vm", "load_stats"),
            emulator.call_vm("get_snapshot"),
            emulator.eq("show"),
            emulator.do("eq", "off"),
            emulator.do("vm", "restore_snapshot", name="a"),
            emulator.control("GET", "/vms"),
            emulator.control("GET", "/tasks"),
        ]
        return re.sub(r'"[a-z0-9]{32}"', '"key"', json.dumps(answers))

    assert run() == run()


@pytest.mark.clause("8.4")
def test_another_seed_gives_other_results(emulator: Emulator) -> None:
    def due_at(seed: int) -> object:
        emulator.reset(seed=seed)
        emulator.start("vm", "create_snapshot", name="a")
        return emulator.tasks[0]["due_at"]

    assert due_at(1) != due_at(2)


@pytest.mark.clause("8.4")
@pytest.mark.follows("A-18")
def test_the_draws_of_a_vm_do_not_depend_on_calls_about_others(emulator: Emulator) -> None:
    def due_at() -> object:
        return emulator.control("GET", f"/tasks/{emulator.start('vm', 'create_snapshot', name='a')}")[
            "due_at"
        ]

    alone = due_at()
    emulator.reset()
    emulator.start("vm", "get_snapshot", 12346)
    emulator.start("vm", "create_snapshot", 12348, name="x")
    assert due_at() == alone

"""Other options of the assumptions about keys, checks, ids, and concurrent work on a VM."""

import json

import pytest

from tests.support.harness import Emulator

HOUR = 3600


def failed(emulator: Emulator) -> str:
    """Return the key of a task that has failed."""
    emulator.fault("task_fails", match={"action": "create_snapshot"})
    key = emulator.start("vm", "create_snapshot", name="doomed")
    emulator.advance(until=key)
    return key


def test_a_failed_tasks_key_is_spent_by_its_answer(emulator: Emulator) -> None:
    emulator.assume({"A-12": "no"})
    key = failed(emulator)
    assert emulator.check(key)["result"] == "Fail"
    assert emulator.check(key)["reason"] == "key_spent"


def test_a_failed_key_that_was_spent_survives_export_and_import(emulator: Emulator) -> None:
    emulator.assume({"A-12": "no"})
    key = failed(emulator)
    emulator.check(key)
    emulator.control("PUT", "/state", emulator.control("GET", "/state"))
    assert emulator.check(key)["reason"] == "key_spent"


def test_a_check_tells_the_stage_past_the_first(emulator: Emulator) -> None:
    emulator.assume({"A-13": "no"})
    key = emulator.start("vm", "create_snapshot", name="a")
    assert emulator.check(key) == {"result": "Not ready", "key": key}
    emulator.advance(10)
    assert emulator.check(key) == {"result": "Stage", "stage": "copy disk", "key": key}
    emulator.advance(until=key)
    assert emulator.check(key)["result"] == "OK"


def test_ids_of_vms_are_strings(emulator: Emulator) -> None:
    emulator.assume({"A-14": "strings"})
    assert emulator.call("eq", "list")["servers"] == ["12345", "12346", "12347", "12348"]
    assert emulator.eq("show")["server_data"]["id"] == "12345"
    assert emulator.call("auth", "info")["result"]["servers"][0] == "12345"
    assert emulator.do("vm", "load_stats")["context"]["id"] == "12345"


def test_fetched_data_is_an_object_and_a_message_stays_text(emulator: Emulator) -> None:
    emulator.assume({"A-15": "object"})
    rows = emulator.do("vm", "get_snapshot")["scope"]["snapshots"]
    assert [row["name"] for row in rows] == ["fresh-install", "before-release"]
    assert emulator.do("vm", "load_stats")["scope"]["step"] == 60
    assert emulator.do("eq", "status")["scope"] == "VM is up now"


def test_a_scope_that_is_no_data_stays_text(emulator: Emulator) -> None:
    emulator.assume({"A-15": "object"})
    key = "k" * 32
    task = {"action": "get_snapshot", "state": "done", "key": key, "scope": "no data"}
    emulator.control("PATCH", "/vms/12345", {"tasks": [task]})
    assert emulator.check(key)["scope"] == "no data"


def test_a_key_ages_out_after_an_hour(emulator: Emulator) -> None:
    emulator.assume({"A-16": "hour"})
    key = failed(emulator)
    emulator.advance(HOUR - 1)
    assert emulator.check(key)["result"] == "Fail"
    emulator.advance(1)
    assert emulator.check(key)["reason"] == "key_not_found"


def test_a_second_change_waits_for_the_first(emulator: Emulator) -> None:
    emulator.assume({"A-21": "queued"})
    first = emulator.start("vm", "create_snapshot", name="a")
    second = emulator.start("vm", "create_snapshot", name="b")
    third = emulator.start("eq", "off")
    due = [task["due_at"] for task in emulator.tasks]
    assert due == sorted(due)
    assert emulator.tasks[1]["stage"] == "queued"
    emulator.advance(until=first)
    assert emulator.vm(12345)["locked_by"] == third
    assert emulator.tasks[1]["stage"] == "prepare"
    emulator.advance(until=third)
    assert [emulator.check(key)["result"] for key in (first, second, third)] == ["OK", "OK", "OK"]
    vm = emulator.vm(12345)
    assert (vm["locked_by"], vm["power"]) == (None, "off")
    assert emulator.listed() == ["fresh-install", "before-release", "a", "b"]
    assert len({row["openstack_image_id"] for row in vm["snapshots"]}) == 4


def test_what_waited_and_cannot_be_any_more_fails(emulator: Emulator) -> None:
    emulator.assume({"A-21": "queued"})
    keys = [emulator.start("vm", "remove_snapshot", 12346, name="monday") for _ in range(2)]
    keys += [emulator.start("vm", "create_snapshot", 12345, name="twice") for _ in range(2)]
    keys += [
        emulator.start("eq", "on", 12348),
        emulator.start("vm", "restore_snapshot", 12348, name="golden"),
    ]
    emulator.advance(until="idle")
    answers = [emulator.check(key) for key in keys]
    assert [answer["result"] for answer in answers] == ["OK", "Fail"] * 3
    assert "no snapshot 'monday'" in answers[1]["error"]
    assert "'twice' of this type already" in answers[3]["error"]
    assert answers[5]["error"] == "the VM is running; power it off first"
    assert [emulator.vm(vm)["locked_by"] for vm in (12345, 12346, 12348)] == [None, None, None]


def test_nothing_waits_for_a_task_that_hangs(emulator: Emulator) -> None:
    emulator.assume({"A-21": "queued"})
    emulator.fault("task_hangs", match={"action": "off"})
    emulator.start("eq", "off")
    assert emulator.eq("hard_off")["reason"] == "vm_locked"


def test_a_queue_survives_export_and_import(emulator: Emulator) -> None:
    emulator.assume({"A-21": "queued"})
    first = emulator.start("vm", "create_snapshot", name="a")
    second = emulator.start("vm", "create_snapshot", name="b")
    state = emulator.control("GET", "/state")
    assert state["assume"] == {"A-21": "queued"}
    emulator.reset()
    emulator.control("PUT", "/state", state)
    assert emulator.control("GET", "/state") == state
    assert emulator.vm(12345)["locked_by"] == second
    emulator.advance(until="idle")
    assert [emulator.check(key)["result"] for key in (first, second)] == ["OK", "OK"]


def test_a_task_ended_by_hand_leaves_the_lock_to_those_that_wait(emulator: Emulator) -> None:
    emulator.assume({"A-21": "queued"})
    first = emulator.start("vm", "create_snapshot", name="a")
    second = emulator.start("vm", "create_snapshot", name="b")
    emulator.control("POST", f"/tasks/{second}/complete")
    assert emulator.vm(12345)["locked_by"] == first
    emulator.advance(until=first)
    assert emulator.vm(12345)["locked_by"] is None


def test_a_queue_survives_export_and_import_when_changes_wait_no_more(emulator: Emulator) -> None:
    emulator.assume({"A-21": "queued"})
    first, second = (emulator.start("vm", "create_snapshot", name="a") for _ in range(2))
    emulator.assume({"A-21": "refused"})
    emulator.advance(until=first)
    state = emulator.control("GET", "/state")
    emulator.control("PUT", "/state", state)
    assert emulator.control("GET", "/state") == state
    emulator.advance(until=second)
    assert emulator.check(second)["result"] == "Fail"


@pytest.mark.parametrize("action", ["on", "reboot"])
def test_a_vm_that_is_switched_ahead_of_its_snapshot_stands_still_until_that_ends(
    emulator: Emulator, action: str
) -> None:
    emulator.assume({"A-21": "queued"})
    if action == "on":
        emulator.do("eq", "off")
    first = emulator.start("vm", "create_snapshot", name="a")
    second = emulator.start("eq", action)
    emulator.control("POST", f"/tasks/{second}/complete")
    state = emulator.control("GET", "/state")
    assert (state["vms"][0]["power"], state["vms"][0]["running_since"]) == ("on", None)
    emulator.control("PUT", "/state", state)
    emulator.advance(until=first)
    assert emulator.control("GET", "/state")["vms"][0]["running_since"] == emulator.clock["now"]


@pytest.mark.parametrize(
    ("module", "action"), [("vm", "get_snapshot"), ("vm", "load_stats"), ("eq", "status"), ("eq", "sensors")]
)
def test_a_locked_vm_is_not_read(emulator: Emulator, module: str, action: str) -> None:
    emulator.assume({"A-28": "no"})
    emulator.start("vm", "create_snapshot", name="a")
    assert emulator.call(module, action, id=12345)["reason"] == "vm_locked"
    emulator.advance(until="idle")
    assert emulator.call(module, action, id=12345)["result"] == "OK"


def test_what_is_written_stays_as_it_was_when_an_option_is_set_back(emulator: Emulator) -> None:
    emulator.assume({"A-15": "object"})
    key = emulator.start("vm", "get_snapshot")
    emulator.advance(until=key)
    emulator.assume({"A-15": "yes"})
    assert json.loads(emulator.check(key)["scope"])["snapshots"]


def test_a_reboot_that_waited_for_an_off_fails(emulator: Emulator) -> None:
    emulator.assume({"A-21": "queued"})
    emulator.start("eq", "off")
    key = emulator.start("eq", "reboot")
    emulator.advance(until="idle")
    assert emulator.check(key)["error"] == "the VM is not running; power it on first"


def test_a_check_of_what_waits_tells_no_stage_yet(emulator: Emulator) -> None:
    emulator.assume({"A-21": "queued", "A-13": "no"})
    emulator.start("vm", "create_snapshot", name="a")
    key = emulator.start("vm", "create_snapshot", name="b")
    assert emulator.check(key)["result"] == "Not ready"
    emulator.advance(until=emulator.tasks[0]["key"])
    assert emulator.check(key) == {"result": "Stage", "stage": "prepare", "key": key}

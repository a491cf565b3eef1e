"""Contract 3: keys, and the answers to a check."""

import json
import re

import pytest

from tests.support.harness import Emulator

DAY = 24 * 60 * 60


@pytest.mark.clause("3.1")
@pytest.mark.follows("A-18")
def test_a_call_that_starts_work_answers_a_key(emulator: Emulator) -> None:
    keys = [emulator.start("vm", "get_snapshot") for _ in range(20)]
    assert all(re.fullmatch("[a-z0-9]{32}", key) for key in keys)
    assert len(set(keys)) == 20


@pytest.mark.clause("3.2")
def test_a_check_needs_no_token_and_ignores_other_fields(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    form = {"action": "check", "key": key, "status": "x", "stage": "y", "id": "zz", "token": "wrong"}
    assert emulator.http.post("/eq_callback.php", data=form).json() == {"result": "Not ready", "key": key}


@pytest.mark.clause("3.3")
def test_a_running_task_is_not_ready_at_every_check(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    for _ in range(5):
        assert emulator.check(key) == {"result": "Not ready", "key": key}


@pytest.mark.clause("3.3")
@pytest.mark.follows("A-13")
def test_a_running_task_is_not_ready_in_every_stage(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    emulator.advance(10)
    assert emulator.tasks[0]["stage"] == "copy disk"
    assert emulator.check(key) == {"result": "Not ready", "key": key}


@pytest.mark.clause("3.4")
@pytest.mark.follows("A-14")
def test_a_finished_task_repeats_the_request_without_the_token(emulator: Emulator) -> None:
    answer = emulator.do("vm", "create_snapshot", name="a", num_rotation="7", comment="späß")
    assert answer["result"] == "OK"
    assert answer["action"] == "check"
    assert answer["scope"] == "Snapshot a created"
    assert answer["debug"].startswith("openstack: image ")
    assert answer["context"] == {
        "type": "snapshot",
        "name": "a",
        "num_rotation": "7",
        "comment": "späß",
        "action": "create_snapshot",
        "id": 12345,
        "location": "NL",
    }
    assert set(answer) == {"result", "action", "scope", "context", "debug", "key"}


@pytest.mark.clause("3.4")
@pytest.mark.follows("A-14")
def test_the_context_has_arrays_as_arrays_and_the_id_as_a_number(emulator: Emulator) -> None:
    form = "action=load_stats&token=HOSTKEY_TOKEN&id=0012345&tag[]=x&tag[]=y"
    key = emulator.http.post("/vm.php", content=form).json()["callback"]
    emulator.advance(until=key)
    context = emulator.check(key)["context"]
    assert context == {"tag": ["x", "y"], "action": "load_stats", "id": 12345, "location": "NL"}


@pytest.mark.clause("3.4")
@pytest.mark.follows("A-15", "A-18")
def test_the_scope_of_a_fetching_task_is_a_json_string(emulator: Emulator) -> None:
    scope = emulator.do("vm", "get_snapshot")["scope"]
    assert isinstance(scope, str)
    assert [row["name"] for row in json.loads(scope)["snapshots"]] == ["fresh-install", "before-release"]


def task_that_fails(emulator: Emulator) -> str:
    """Start a create that finds no room at its end, because rotation was switched off meanwhile."""
    key = emulator.start("vm", "create_snapshot", 12348, name="late")
    emulator.call_vm("update_restore_settings", 12348, enable_rotation=0)
    emulator.advance(until=key)
    return key


@pytest.mark.clause("3.5")
@pytest.mark.follows("A-12", "A-25")
def test_a_failed_task_is_answered_and_its_key_stays(emulator: Emulator) -> None:
    key = task_that_fails(emulator)
    answer = emulator.check(key)
    assert "reason" not in answer
    assert answer["result"] == "Fail"
    assert "rotation is off" in answer["error"]
    assert answer["context"]["action"] == "create_snapshot"
    assert answer["key"] == key
    assert set(answer) == {"result", "error", "scope", "context", "debug", "key"}
    assert emulator.check(key) == answer


@pytest.mark.clause("3.6")
@pytest.mark.follows("A-06")
def test_the_second_check_after_ok_does_not_find_the_key(emulator: Emulator) -> None:
    key = emulator.start("eq", "status")
    emulator.advance(until=key)
    assert emulator.check(key)["result"] == "OK"
    again = emulator.check(key)
    assert (again["code"], again["message"], again["key"]) == (-1, "AsyncKey not found", key)
    assert again["reason"] == "key_spent"


@pytest.mark.clause("3.6")
@pytest.mark.parametrize("key", ["", "x", "0" * 32, "0" * 33, "KEY!", "a\x00b", "ключ", "x" * 5000])
@pytest.mark.follows("A-06")
def test_a_key_that_never_existed_is_not_found(emulator: Emulator, key: str) -> None:
    answer = emulator.check(key)
    assert (answer["message"], answer["key"], answer["reason"]) == (
        "AsyncKey not found",
        key,
        "key_not_found",
    )


@pytest.mark.clause("3.6")
@pytest.mark.follows("A-06")
def test_a_check_without_a_key_names_the_parameter(emulator: Emulator) -> None:
    answer = emulator.answer(emulator.http.post("/eq_callback.php", data={"action": "check"}))
    assert answer["reason"] == "invalid_parameter"
    assert "key" in answer["message"]


@pytest.mark.clause("3.7")
@pytest.mark.follows("A-16", "A-25")
def test_a_key_ages_out_a_day_after_its_task_ends(emulator: Emulator) -> None:
    failed = task_that_fails(emulator)
    emulator.advance(DAY - 1)
    assert emulator.check(failed)["result"] == "Fail"
    emulator.advance(1)
    assert emulator.check(failed)["reason"] == "key_not_found"
    assert emulator.tasks == []


@pytest.mark.clause("3.7")
@pytest.mark.follows("A-16")
def test_the_key_of_a_running_task_does_not_age(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    emulator.advance(DAY + 30)
    spent = emulator.start("eq", "status", 12346)
    emulator.advance(until=spent)
    assert emulator.check(key)["result"] == "OK"


@pytest.mark.clause("8.1")
@pytest.mark.follows("A-18", "A-28")
def test_effects_take_place_and_are_visible_when_due(emulator: Emulator) -> None:
    key = emulator.start("vm", "create_snapshot", name="a")
    task = emulator.control("GET", f"/tasks/{key}")
    assert emulator.listed() == ["fresh-install", "before-release"]
    emulator.advance(until=key)
    row = emulator.call_vm("get_snapshot")["snapshots"][-1]
    assert (row["name"], row["created_at"]) == ("a", task["due_at"])
    assert emulator.clock["now"] == task["due_at"]

"""Lint rules about changes: what breaks them, and what does not."""

from typing import Any

import httpx
import pytest

from invapi_emulator.storage import hidden_fields
from tests.support.harness import Emulator
from tests.unit.client_lint.findings import findings, shown_by

OFF = {"action": "off", "token": "HOSTKEY_TOKEN", "id": 12345}


def test_a_change_during_another_is_found(client: Emulator) -> None:
    client.start("eq", "off")
    client.eq("reboot")
    assert shown_by(client, "change-while-busy") == [("eq", "reboot")]


def test_one_change_after_another_is_not_found(client: Emulator) -> None:
    client.do("eq", "off")
    client.do("eq", "on")
    assert findings(client) == {}


@pytest.mark.parametrize("lost", ["lost_reply", "truncated_body", "malformed_json"])
def test_a_change_repeated_after_a_lost_reply_is_found(client: Emulator, lost: str) -> None:
    client.fault(lost)
    lose(client)
    client.http.post("/eq.php", data=OFF)
    assert shown_by(client, "blind-repeat") == [("eq", "off")]


def test_a_repetition_after_a_look_is_not_found(client: Emulator) -> None:
    client.fault("lost_reply")
    lose(client)
    client.eq("show")
    client.http.post("/eq.php", data=OFF)
    assert "blind-repeat" not in findings(client)


def test_another_change_or_another_vm_is_no_repetition(client: Emulator) -> None:
    client.fault("lost_reply")
    lose(client)
    client.eq("reboot")
    client.eq("off", 23456)
    assert "blind-repeat" not in findings(client)


@pytest.mark.parametrize(("second", "is_found"), [("one", True), ("other", False)])
def test_a_change_that_differs_in_a_masked_field_is_no_repetition(
    client: Emulator, second: str, *, is_found: bool
) -> None:
    client.fault("malformed_json")
    for password in ("one", second):
        client.http.post("/eq.php", data=OFF | {"root_pass": "x", "password": password})
    assert ("blind-repeat" in findings(client)) is is_found


@pytest.mark.parametrize("differs", ["secret1", "secret59"])
@pytest.mark.parametrize(("second", "is_found"), [("one", True), ("other", False)])
def test_changes_with_more_masked_fields_than_have_a_digest_each_are_compared(
    client: Emulator, differs: str, second: str, *, is_found: bool
) -> None:
    client.fault("malformed_json")
    masked = {f"secret{number}": "x" for number in range(60)}
    for value in ("one", second):
        client.http.post("/eq.php", data=OFF | masked | {differs: value})
    assert ("blind-repeat" in findings(client)) is is_found


@pytest.mark.parametrize("values", [("A" * 5000 + "1", "A" * 5000 + "2"), ("x" * 5000, "x" * 5000)])
def test_changes_that_cannot_be_compared_any_more_are_no_repetition(
    client: Emulator, monkeypatch: pytest.MonkeyPatch, values: tuple[str, str]
) -> None:
    client.fault("malformed_json")
    client.http.post("/eq.php", data=OFF | {"note": values[0]})
    monkeypatch.setattr(hidden_fields, "LIFE_NAME", "another process")
    client.http.post("/eq.php", data=OFF | {"note": values[1]})
    assert "blind-repeat" not in findings(client)


@pytest.mark.parametrize("field", ["password", "note", "post_install_callback"])
@pytest.mark.parametrize("is_found", [True, False])
def test_changes_of_a_former_process_are_found_only_if_all_that_they_hide_is_equal(
    client: Emulator, monkeypatch: pytest.MonkeyPatch, field: str, *, is_found: bool
) -> None:
    client.fault("malformed_json")
    value = "http://hooks.test/?" + "a" * 5000
    for sent in (value, value if is_found else value + "b"):
        client.http.post("/eq.php", data=OFF | {field: sent})
    monkeypatch.setattr(hidden_fields, "LIFE_NAME", "another process")
    assert ("blind-repeat" in findings(client)) is is_found


@pytest.mark.parametrize("with_a_new_token", [True, False])
def test_changes_that_the_journal_shows_whole_are_compared_after_a_restart(
    client: Emulator, monkeypatch: pytest.MonkeyPatch, *, with_a_new_token: bool
) -> None:
    client.fault("malformed_json")
    client.http.post("/eq.php", data=OFF)
    client.http.post("/eq.php", data=OFF | {"token": log_in(client) if with_a_new_token else OFF["token"]})
    monkeypatch.setattr(hidden_fields, "LIFE_NAME", "another process")
    assert "blind-repeat" in findings(client)


def log_in(client: Emulator) -> str:
    """Return a new token. The login is a look of no VM."""
    answer = client.http.post("/auth.php", data={"action": "login", "key": "demo-api-key"}).json()
    return str(answer["result"]["token"])


def test_a_lost_read_may_be_repeated(client: Emulator) -> None:
    client.fault("lost_reply")
    with pytest.raises(httpx.TransportError):
        client.call_vm("get_snapshot")
    client.call_vm("get_snapshot")
    assert findings(client) == {}


def lose(client: Emulator) -> None:
    """Make a change whose answer is lost or broken."""
    try:
        client.http.post("/eq.php", data=OFF)
    except httpx.TransportError:
        return


@pytest.mark.parametrize("begin", ["reset", "import"])
def test_the_same_change_in_a_new_world_is_no_repetition(client: Emulator, begin: str) -> None:
    state = client.control("GET", "/state")
    client.fault("lost_reply")
    lose(client)
    if begin == "reset":
        client.reset()
    else:
        client.control("PUT", "/state", state)
    client.http.post("/eq.php", data=OFF)
    assert "blind-repeat" not in findings(client)


@pytest.mark.parametrize(
    ("module", "action", "fields"),
    [
        ("tags", "add", {"tag": "a", "value": "b"}),
        ("eq", "rename_server", {"hostname": "other"}),
        ("vm", "get_snapshot", {"type": "no type"}),
        ("auth", "info", {}),
    ],
)
def test_a_call_that_shows_nothing_is_no_look(
    client: Emulator, module: str, action: str, fields: dict[str, str]
) -> None:
    client.fault("lost_reply")
    lose(client)
    client.call(module, action, id=12345, **fields)
    client.http.post("/eq.php", data=OFF)
    assert "blind-repeat" in findings(client)


def test_a_list_of_all_servers_is_a_look(client: Emulator) -> None:
    client.fault("lost_reply")
    lose(client)
    client.call("eq", "list")
    client.http.post("/eq.php", data=OFF)
    assert "blind-repeat" not in findings(client)


def test_a_read_that_is_refused_because_of_a_lock_is_not_found(client: Emulator) -> None:
    client.control("PUT", "/assumptions", {"A-28": "refused"})
    client.start("eq", "off")
    assert client.call_vm("get_snapshot")["reason"] == "vm_locked"
    assert findings(client) == {}


def test_an_accepted_change_or_a_check_of_the_vm_is_a_look(client: Emulator) -> None:
    client.fault("lost_reply")
    lose(client)
    client.advance(until="idle")
    client.do("eq", "on")
    client.http.post("/eq.php", data=OFF)
    assert findings(client) == {}


def test_a_check_of_another_task_of_the_vm_is_a_look(client: Emulator) -> None:
    key = client.start("vm", "get_snapshot")
    client.fault("lost_reply")
    lose(client)
    client.check(key)
    client.http.post("/eq.php", data=OFF)
    assert "blind-repeat" not in findings(client)


def test_each_lost_change_of_a_vm_is_remembered(client: Emulator) -> None:
    client.control("PUT", "/assumptions", {"A-21": "queued"})
    client.fault("malformed_json", times=2)
    for name in ("a", "b", "a"):
        data = {"action": "create_snapshot", "token": "HOSTKEY_TOKEN", "id": 12345, "name": name}
        client.http.post("/vm.php", data=data)
    assert shown_by(client, "blind-repeat") == [("vm", "create_snapshot")]


def test_a_change_after_an_answer_that_came_late_is_no_repetition(client: Emulator) -> None:
    client.fault("latency", seconds=0.01)
    lose(client)
    client.http.post("/eq.php", data=OFF)
    assert "blind-repeat" not in findings(client)


@pytest.mark.parametrize("kind", ["lost_reply", "rejected_but_done", "latency", "task_hangs", "slow_task"])
def test_a_change_while_a_task_runs_that_the_client_cannot_wait_for_is_not_found(
    client: Emulator, kind: str
) -> None:
    fields: dict[str, dict[str, Any]] = {"latency": {"seconds": 0.01}, "slow_task": {"factor": 100}}
    client.fault(kind, **fields.get(kind, {}))
    lose(client)
    client.eq("show")
    assert client.eq("reboot")["reason"] == "vm_locked"
    assert "change-while-busy" not in findings(client)


def test_a_change_while_an_imported_task_runs_is_not_found(client: Emulator) -> None:
    client.control("PUT", "/state", {"vms": [{"id": 12345, "tasks": [{"action": "reboot"}]}]})
    assert client.eq("off")["reason"] == "vm_locked"
    assert findings(client) == {}


def busy_again(client: Emulator) -> None:
    """Let a task run on the VM that the client knows nothing of."""
    client.http.delete("/_emulator/accounts/demo/vms/12345").raise_for_status()
    client.control("POST", "/vms", {"id": 12345, "tasks": [{"action": "reboot"}]}, status=201)


@pytest.mark.parametrize("ended", ["seen", "completed", "removed"])
def test_a_change_while_a_task_of_others_runs_is_not_found(client: Emulator, ended: str) -> None:
    key = client.start("eq", "off")
    if ended == "seen":
        client.advance(until="idle")
        client.eq("show")
    elif ended == "completed":
        client.control("POST", f"/tasks/{key}/complete")
    busy_again(client)
    assert client.eq("reboot")["reason"] == "vm_locked"
    assert "change-while-busy" not in findings(client)


def test_the_same_change_of_a_server_that_was_removed_and_added_again_is_no_repetition(
    client: Emulator,
) -> None:
    client.fault("lost_reply", match={"action": "off"})
    with pytest.raises(httpx.TransportError):
        client.eq("off")
    (vm,) = (vm for vm in client.control("GET", "/state")["vms"] if vm["id"] == 12345)
    client.http.delete("/_emulator/accounts/demo/vms/12345").raise_for_status()
    client.control("POST", "/vms", vm | {"tasks": []}, status=201)
    client.eq("off")
    assert "blind-repeat" not in findings(client)

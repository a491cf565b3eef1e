"""Contract 2: success and failure."""

from typing import Any

import pytest

from invapi_emulator.api.parameters import what_it_takes
from invapi_emulator.engine.action import ACTIONS
from tests.support.harness import TOKEN, Emulator, Json
from tests.support.offenders import assert_none

REASONS = {
    "unknown_module",
    "unknown_action",
    "not_emulated",
    "method_not_allowed",
    "body_too_large",
    "unsupported_media_type",
    "malformed_body",
    "invalid_token",
    "token_expired",
    "invalid_api_key",
    "no_appropriate_servers",
    "invalid_parameter",
    "nothing_to_update",
    "vm_not_found",
    "not_supported",
    "vm_locked",
    "vm_running",
    "vm_not_running",
    "snapshot_not_found",
    "ssh_key_not_found",
    "api_key_not_found",
    "tag_not_found",
    "image_mismatch",
    "name_taken",
    "snapshot_limit",
    "not_in_catalogue",
    "access_denied",
    "invoice_not_found",
    "key_not_found",
    "key_spent",
    "fault",
    "unavailable",
}
SNAPSHOT_ACTIONS = ("create_snapshot", "get_snapshot", "remove_snapshot", "restore_snapshot")


@pytest.mark.clause("2.1")
def test_success_names_module_and_action(emulator: Emulator) -> None:
    answer = emulator.call_vm("create_snapshot", name="a")
    callback = answer.pop("callback")
    assert answer == {"result": "OK", "module": "vm", "action": "create_snapshot"}
    assert len(callback) == 32


def refusals_of(action: str) -> list[dict[str, object]]:
    """Return calls of an action that must be refused, for any action."""
    whole: dict[str, object] = {"id": "12345", "name": "a"}
    return [
        whole | {"token": "wrong"},
        whole | {"token": ""},
        whole | {"id": "0"},
        whole | {"id": "99999"},
        whole | {"id": "12345", "name": "a b"},
        whole | {"id": "12347"},
        whole | {"id": "12346", "openstack_id": "other"},
        whole | {"id": "12345", "name": "fresh-install"},
        {"key": "no such key", "user": "nobody", "password": "none", "ttl": "1" * (action == "check") or "0"},
    ]


def is_success(module: str, action: str, body: Json) -> bool:
    """Tell whether an answer is one of the forms that say yes: the only one without a `result` is flat (11.6)."""
    if not ACTIONS[module, action].has_envelope:
        return "billing_status" in body and not {"result", "code", "message", "error"} & set(body)
    return body["result"] in ("OK", "Not ready", "success") or "token" in body["result"]


@pytest.mark.clause("2.2", "2.5")
@pytest.mark.parametrize(("module", "action"), sorted(ACTIONS))
@pytest.mark.follows("A-04", "A-06", "A-44", "A-46")
def test_every_refusal_of_every_action_has_the_same_shape(
    emulator: Emulator, module: str, action: str
) -> None:
    refused = 0
    for fields in refusals_of(action):
        response = emulator.http.post(f"/{module}.php", data={"action": action, "token": TOKEN} | fields)
        body = response.json()
        if "x-emulator-reason" not in response.headers:
            assert is_success(module, action, body), body
            continue
        refused += 1
        assert response.status_code == 200
        assert response.headers["x-emulator-reason"] in REASONS
        assert body["result"] == -1
        assert body["code"] in (-1, -2)
        assert body["message"] == body["error"] != ""
        assert set(body) <= {"result", "code", "message", "error", "key"}
    assert refused > 0


@pytest.mark.clause("2.3", "2.5")
@pytest.mark.parametrize("token", ["", "wrong", "x" * 5000, "токен", "a\nb", "a\x00b", "HOSTKEY_TOKEN "])
@pytest.mark.follows("A-06", "A-10")
def test_a_bad_token_is_minus_two_with_the_known_text(emulator: Emulator, token: str) -> None:
    for module, action in (("vm", "create_snapshot"), ("eq", "list"), ("auth", "info"), ("auth", "logout")):
        answer = emulator.call(module, action, token=token)
        assert (answer["code"], answer["message"]) == (-2, "Invalid token")
        assert answer["reason"] == "invalid_token"


@pytest.mark.clause("2.3")
def test_a_missing_token_is_an_invalid_token(emulator: Emulator) -> None:
    response = emulator.http.post("/eq.php", data={"action": "list"})
    assert emulator.answer(response)["reason"] == "invalid_token"


@pytest.mark.clause("2.4")
@pytest.mark.parametrize(
    ("module", "action", "prefix"),
    [
        ("vm", "create_snapshot", "failed to request snapshot creation for 99999 - "),
        ("vm", "get_snapshot", "failed to request snapshot list for 99999 - "),
        ("vm", "remove_snapshot", "failed to request snapshot removal for 99999 - "),
        ("vm", "restore_snapshot", "failed to request snapshot restore for 99999 - "),
        ("vm", "load_stats", "failed to request statistics for 99999 - "),
        ("vm", "update_restore_settings", "failed to update restore settings for 99999 - "),
        ("eq", "show", "failed to request show for 99999 - "),
        ("eq", "status", "failed to request status for 99999 - "),
        ("eq", "on", "failed to request on for 99999 - "),
        ("eq", "off", "failed to request off for 99999 - "),
        ("eq", "hard_off", "failed to request hard_off for 99999 - "),
        ("eq", "reboot", "failed to request reboot for 99999 - "),
    ],
)
@pytest.mark.follows("A-06", "A-09")
def test_a_refusal_about_a_vm_names_the_request(
    emulator: Emulator, module: str, action: str, prefix: str
) -> None:
    answer = emulator.call(module, action, id=99999, name="a", enable_rotation=1)
    assert answer["reason"] == "vm_not_found"
    assert answer["message"].startswith(prefix)
    assert len(answer["message"]) > len(prefix)


@pytest.mark.clause("2.4")
@pytest.mark.follows("A-06", "A-09")
def test_a_bad_parameter_has_the_prefix_if_the_id_is_valid(emulator: Emulator) -> None:
    other = emulator.call_vm("create_snapshot", name="a b")
    assert other["message"].startswith(
        "failed to request snapshot creation for 12345 - invalid parameter name"
    )
    both = emulator.call("vm", "create_snapshot", id="x", name="a b")
    assert both["message"].startswith("invalid parameter id: 'x'")
    nothing = emulator.call_vm("update_restore_settings")
    assert nothing["message"].startswith("failed to update restore settings for 12345 - nothing to update")


@pytest.mark.clause("2.6")
@pytest.mark.parametrize("action", ["", "no_such_action", "CREATE_SNAPSHOT", "__init__", "create_snapshot "])
@pytest.mark.follows("A-06")
def test_an_unknown_action_is_refused_with_a_list_of_actions(emulator: Emulator, action: str) -> None:
    answer = emulator.call("vm", action)
    assert answer["reason"] == "unknown_action"
    assert all(name in answer["message"] for name in SNAPSHOT_ACTIONS)


@pytest.mark.clause("2.6")
def test_a_missing_action_is_an_unknown_action(emulator: Emulator) -> None:
    assert emulator.answer(emulator.http.post("/vm.php"))["reason"] == "unknown_action"


@pytest.mark.clause("2.7")
@pytest.mark.parametrize(
    ("fields", "says"),
    [
        (
            {},
            "invalid parameter name: it is missing; it takes 1 to 100 characters: ASCII letters, digits, `_`, `-` and `.`",
        ),
        ({"name": ""}, "invalid parameter name: ''; it takes"),
        ({"name": "a b"}, "invalid parameter name: 'a b'; it takes"),
        ({"name": "x" * 101}, f"invalid parameter name: '{'x' * 59}... (101 long); it takes"),
        ({"name": "a", "type": "x" * 33}, "invalid parameter type: 'xxx"),
        ({"name": "a", "type": ""}, "invalid parameter type: ''; it takes 1 to 32"),
    ],
)
@pytest.mark.follows("A-06", "A-09")
def test_a_bad_parameter_is_named_with_its_value_and_accepted_values(
    emulator: Emulator, fields: dict[str, str], says: str
) -> None:
    answer = emulator.call_vm("create_snapshot", 12345, **fields)
    assert answer["reason"] == "invalid_parameter"
    assert says in answer["message"]
    assert emulator.tasks == []


@pytest.mark.clause("2.7")
def test_every_parameter_describes_its_accepted_values() -> None:
    fields = {
        (at, name): field
        for at, action in ACTIONS.items()
        for name, field in action.params.model_fields.items()
    }
    assert fields
    mute = [where for where, field in fields.items() if not what_it_takes(field)]
    assert_none(mute)


@pytest.mark.clause("2.8")
@pytest.mark.follows("A-08", "A-10", "A-21")
def test_refusals_come_in_order(emulator: Emulator) -> None:
    """Fix one mistake of a call after the other. Each time the next refusal comes."""

    def reason(module: str = "vm", **fields: Any) -> object:
        return emulator.answer(emulator.http.post(f"/{module}.php", data=fields))["reason"]

    call: Json = {"action": "none", "token": "wrong", "id": "x", "name": "no-such"}
    assert reason("none", **call) == "unknown_module"
    assert emulator.answer(emulator.http.post("/vm.php", content="%zz"))["reason"] == "malformed_body"
    assert reason(**call) == "unknown_action"
    call["action"] = "restore_snapshot"
    assert reason(**call) == "invalid_token"
    call["token"] = TOKEN
    assert reason(**call) == "invalid_parameter"
    call["id"] = 99999
    assert reason(**call) == "vm_not_found"
    call["id"] = 12347
    assert reason(**call) == "not_supported"
    lock = emulator.start("eq", "reboot", 12345)
    call["id"] = 12345
    assert reason(**call) == "vm_locked"
    emulator.advance(until=lock)
    assert reason(**call) == "snapshot_not_found"
    call |= {"name": "fresh-install", "openstack_id": "other"}
    assert reason(**call) == "image_mismatch"
    del call["openstack_id"]
    assert reason(**call) == "vm_running"


@pytest.mark.clause("2.8")
@pytest.mark.follows("A-21")
def test_a_taken_name_is_refused_before_the_limit_and_after_the_lock(emulator: Emulator) -> None:
    assert emulator.call_vm("create_snapshot", 12346, name="monday")["reason"] == "name_taken"
    assert emulator.call_vm("create_snapshot", 12346, name="friday")["reason"] == "snapshot_limit"
    emulator.start("eq", "on", 12346)
    assert emulator.call_vm("create_snapshot", 12346, name="monday")["reason"] == "vm_locked"
    assert emulator.call_vm("create_snapshot", 12347, name="monday")["reason"] == "not_supported"

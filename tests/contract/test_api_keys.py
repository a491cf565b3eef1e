"""Contract 10.4, and 5.1 of a key for one server: API keys and their logins."""

import pytest

from tests.support.account_objects import SSH, add_api_key, log_in, params
from tests.support.harness import Emulator, Json


@pytest.mark.clause("10.4")
@pytest.mark.follows("A-06")
def test_an_api_key_is_made_viewed_edited_and_deleted(emulator: Emulator) -> None:
    made = add_api_key(
        emulator, name="Production Key", server_id=12345, ip="192.0.2.1, 10.4.6.3/24", active=1,
        login_notify_method="email", login_notify_address="me@example.com",
    )  # fmt: skip
    secret = made.pop("api_key")
    assert len(secret) == 32
    assert made == {
        "id": made["id"], "name": "Production Key", "server_id": 12345, "ip": "192.0.2.1,10.4.6.0/24",
        "active": 1, "login_notify_method": "email", "login_notify_address": "me@example.com",
        "created": "2030-01-01 00:00:00",
    }  # fmt: skip
    other = add_api_key(emulator)
    assert (other["server_id"], other["ip"], other["login_notify_method"]) == (None, "", "none")
    assert [key["id"] for key in emulator.call("api_keys", "list")["data"]] == [made["id"], other["id"]]
    assert emulator.call("api_keys", "list_for_server", **params(server_id=12345))["data"] == [made]
    assert emulator.call("api_keys", "list_for_server", **params(server_id=12346))["data"] == []
    assert emulator.call("api_keys", "view", **params(id=made["id"]))["data"] == made
    edited = emulator.call("api_keys", "edit", **params(id=made["id"], name="Old", active=0, ip=""))["data"]
    assert edited == made | {"name": "Old", "active": 0, "ip": ""}
    assert emulator.call("api_keys", "edit", **params(id=made["id"]))["reason"] == "nothing_to_update"
    assert emulator.call("api_keys", "delete", **params(id=made["id"]))["result"] == "OK"
    for action, more in (("view", {}), ("edit", {"name": "x"}), ("delete", {})):
        gone = emulator.call("api_keys", action, **params(id=made["id"], **more))
        assert (gone["reason"], "not found" in gone["error"]) == ("api_key_not_found", True)


@pytest.mark.clause("10.4")
@pytest.mark.follows("A-06")
def test_an_api_key_logs_in_while_it_is_active_and_there(emulator: Emulator) -> None:
    made = add_api_key(emulator)
    token = log_in(emulator, made["api_key"])["result"]["token"]
    emulator.call("api_keys", "edit", **params(id=made["id"], active=0))
    assert log_in(emulator, made["api_key"])["error"] == "Invalid API key"
    emulator.call("api_keys", "edit", **params(id=made["id"], active=1, ip="198.51.100.0/24"))
    assert log_in(emulator, made["api_key"])["reason"] == "invalid_api_key"
    emulator.call("api_keys", "edit", **params(id=made["id"], ip="127.0.0.0/8,::1"))
    assert log_in(emulator, made["api_key"])["result"]["role_type"] == "Customer"
    emulator.call("api_keys", "delete", **params(id=made["id"]))
    assert log_in(emulator, made["api_key"])["reason"] == "invalid_api_key"
    assert emulator.call("eq", "list", token=token)["result"] == "OK"


@pytest.mark.clause("5.1", "10.4")
@pytest.mark.follows("A-14", "A-38")
def test_a_key_of_one_server_sees_that_server_alone(emulator: Emulator) -> None:
    own = add_api_key(emulator, server_id=12346)
    add_api_key(emulator, server_id=12345)
    result = log_in(emulator, own["api_key"])["result"]
    token = result["token"]
    assert (result["role_type"], result["role_name"]) == ("server 12346", "server 12346")
    assert result["servers"] == [12346]
    assert emulator.call("auth", "info", token=token)["result"] == result
    for action in ("list", "update_servers"):
        assert emulator.call("eq", action, token=token)["servers"] == [12346]
    assert emulator.call("vm", "get_engine", token=token)["engines"] == ["ovirt"]
    assert [key["id"] for key in emulator.call("api_keys", "list", token=token)["data"]] == [own["id"]]
    assert emulator.eq("status", 12346, token=token)["result"] == "OK"


OF_A_SERVER: list[tuple[str, str, Json]] = [
    ("vm", "create_snapshot", {"name": "a"}), ("vm", "get_snapshot", {}), ("vm", "load_stats", {}),
    ("vm", "remove_snapshot", {"name": "golden"}), ("vm", "restore_snapshot", {"name": "golden"}),
    ("vm", "update_restore_settings", {"enable_rotation": 0}), ("eq", "show", {}), ("eq", "status", {}),
    ("eq", "on", {}), ("eq", "off", {}), ("eq", "hard_off", {}), ("eq", "reboot", {}),
    ("eq", "rename_server", {"hostname": "x"}), ("tags", "add", {"tag": "a", "value": "b"}),
    ("tags", "list", {}), ("tags", "remove", {"tag": "a"}),
]  # fmt: skip


@pytest.mark.clause("5.1")
@pytest.mark.parametrize(("module", "action", "fields"), OF_A_SERVER)
def test_another_server_is_not_there_for_a_key_of_one(
    emulator: Emulator, module: str, action: str, fields: Json
) -> None:
    token = log_in(emulator, add_api_key(emulator, server_id=12346)["api_key"])["result"]["token"]
    assert emulator.call(module, action, id=12348, token=token, **fields)["reason"] == "vm_not_found"


@pytest.mark.clause("5.1")
@pytest.mark.parametrize(
    ("module", "action", "fields", "reason"),
    [
        ("ssh_keys", "add", params(name="a", key=SSH), "access_denied"),
        ("ssh_keys", "list", {}, "access_denied"),
        ("ssh_keys", "delete", {"id": 7}, "access_denied"),
        ("api_keys", "add", params(name="a"), "access_denied"),
        ("whmcs", "get_client", {}, "access_denied"),
        ("whmcs", "getcredits", {}, "access_denied"),
        ("whmcs", "get_invoices", {}, "access_denied"),
        ("whmcs", "get_invoice", {"invoice_id": 7001}, "access_denied"),
        ("whmcs", "get_product_invoice", {"product": 12345}, "access_denied"),
        ("api_keys", "add", params(name="a", server_id=12348), "vm_not_found"),
        ("api_keys", "list_for_server", params(server_id=12348), "vm_not_found"),
        ("api_keys", "view", params(id=7), "api_key_not_found"),
        ("api_keys", "edit", params(id=7, name="x"), "api_key_not_found"),
        ("api_keys", "delete", params(id=7), "api_key_not_found"),
    ],
)
def test_what_is_the_accounts_is_closed_to_a_key_of_one_server(
    emulator: Emulator, module: str, action: str, fields: Json, reason: str
) -> None:
    assert add_api_key(emulator)["id"] == 7
    token = log_in(emulator, add_api_key(emulator, server_id=12346)["api_key"])["result"]["token"]
    assert emulator.call(module, action, token=token, **fields)["reason"] == reason


@pytest.mark.clause("5.1", "5.3")
def test_a_key_of_a_server_that_is_gone_is_gone_and_its_token_sees_nothing(emulator: Emulator) -> None:
    secret = add_api_key(emulator, server_id=12346)["api_key"]
    token = log_in(emulator, secret)["result"]["token"]
    emulator.http.delete("/_emulator/accounts/demo/vms/12346")
    assert log_in(emulator, secret)["reason"] == "invalid_api_key"
    assert emulator.call("eq", "list", token=token)["servers"] == []
    assert emulator.eq("show", 12346, token=token)["reason"] == "vm_not_found"
    emulator.control("POST", "/vms", {"id": 12346}, 201)
    assert emulator.call("eq", "list", token=token)["servers"] == []


@pytest.mark.clause("10.4")
def test_a_login_key_is_one_accounts_only(emulator: Emulator) -> None:
    secret = add_api_key(emulator)["api_key"]
    body = {"name": "second", "api_key": secret}
    refused = emulator.http.post("/_emulator/accounts", json=body)
    assert (refused.status_code, refused.json()["error"]["field"]) == (409, "api_key")

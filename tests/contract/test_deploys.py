"""Contract 11.3 to 11.5: deploys, reinstalls, dedicated servers."""

import pytest

from tests.support.account_objects import add_api_key, log_in, tags
from tests.support.harness import Emulator, Json
from tests.support.orders import MEDIUM, credit, deploy, invoice, pay, place_order, updated

WORDS_OF_FAILURE = ("error", "fail", "abort", "reject", "cancel")


@pytest.mark.clause("11.3", "6.1")
@pytest.mark.follows("A-41", "A-14")
def test_a_deploy_hands_over_a_server(emulator: Emulator) -> None:
    answer = place_order(emulator, hostname="web-9.example.com")
    key = answer["callback"]
    during = updated(emulator)
    assert during["deploy_keys"] == {str(answer["invoice"]): key}
    (waiting,) = during["billing_servers"]
    assert (waiting["name"], waiting["status"]) == ("web-9.example.com", "Active")
    assert "vm.pico" in waiting["config"]
    emulator.advance(until=key)
    done = emulator.check(key)
    assert done["scope"] == done["scope"] | {
        "location": "NL",
        "preset": "vm.pico",
        "os": "Ubuntu 22.04",
        "status": "deploy_done",
    }
    server, address = done["scope"]["id"], done["scope"]["ip"]
    assert done["context"] == {
        "action": "deploy",
        "id": server,
        "location": "NL",
        "ip": address,
        "port": "eth0",
        "User": "admin",
        "password": "censored",
    }
    assert done["debug"] == "Task completed successfully. Server deployed."
    assert not any(word in str(done).lower() for word in WORDS_OF_FAILURE)
    assert emulator.check(key)["reason"] == "key_spent"
    after = updated(emulator)
    assert (after["deploy_keys"], after["billing_servers"]) == ([], [])
    assert server in after["servers"]


@pytest.mark.clause("11.3")
@pytest.mark.follows("A-41")
def test_a_server_is_there_at_the_moment_its_deploy_is_done(emulator: Emulator) -> None:
    key = place_order(emulator, hostname="web-9.example.com")["callback"]
    emulator.advance(until=key)
    server = max(emulator.call("eq", "list")["servers"])
    shown = emulator.eq("show", server)
    data = shown["server_data"]
    assert (data["hostname"], data["power_status"], data["status"]) == (
        "web-9.example.com",
        "power_on",
        "rent",
    )
    assert (data["ref_tableName"], data["virtual"], data["preset"]) == ("VPS", 1, "vm.pico")
    assert shown["hardware"] == {"cpu_count": 1, "ram_mb": 1024, "disk_gb": 15}
    assert [address["main_ip"] for address in shown["IP"]] == [1]
    assert tags(emulator, server) == {"hostname": "web-9.example.com", "os": "Ubuntu 22.04"}


@pytest.mark.clause("11.1", "11.3")
def test_without_a_hostname_a_server_is_named_after_its_id(emulator: Emulator) -> None:
    server = deploy(emulator)
    assert emulator.eq("show", server)["server_data"]["hostname"] == f"hostkey{server}"


@pytest.mark.clause("11.3")
@pytest.mark.follows("A-42")
def test_a_server_that_is_being_deployed_is_seen_by_no_call(emulator: Emulator) -> None:
    place_order(emulator)
    (server,) = {vm["id"] for vm in emulator.control("GET", "/vms")["vms"]} - {12345, 12346, 12347, 12348}
    assert server not in emulator.call("eq", "list")["servers"]
    assert server not in [row["id"] for row in emulator.call("eq", "list", full=1)["servers"]]
    for module, action, fields in (
        ("eq", "show", {}), ("eq", "on", {}), ("vm", "create_snapshot", {"name": "a"}), ("tags", "list", {}),
        ("tags", "add", {"tag": "a", "value": "b"}), ("eq", "rename_server", {"hostname": "a"}),
        ("whmcs", "request_cancellation", {"cancellation_reason": "a"}), ("eq", "reinstall", {"os_id": 187}),
    ):  # fmt: skip
        assert emulator.call(module, action, id=server, **fields)["reason"] == "vm_not_found", action


@pytest.mark.clause("11.3")
@pytest.mark.parametrize("preset", ["vm.pico", "vm.v2-medium", "bm.v2-promo"])
def test_a_deploy_takes_ten_to_thirty_minutes(emulator: Emulator, preset: str) -> None:
    emulator.control("PATCH", "", {"credit": "1000"})
    traffic = {"traffic_plan": 40} if preset == "bm.v2-promo" else {}
    place_order(emulator, preset=preset, **traffic)
    emulator.advance(590)
    assert updated(emulator)["billing_servers"] != []
    emulator.advance(1_210)
    assert updated(emulator)["billing_servers"] == []


@pytest.mark.clause("11.3")
def test_profile_instant_deploys_at_once(emulator: Emulator) -> None:
    emulator.control("PUT", "/profile", {"profile": "instant"})
    place_order(emulator)
    assert len(emulator.call("eq", "list")["servers"]) == 5


@pytest.mark.clause("11.3", "11.7", "11.8")
@pytest.mark.follows("A-41")
@pytest.mark.parametrize("kind", ["task_fails", "deploy_fails"])
def test_a_deploy_that_fails_leaves_a_paid_order_without_a_server(emulator: Emulator, kind: str) -> None:
    emulator.fault(kind, match={"module": "eq", "action": "order_instance"})
    answer = place_order(emulator)
    emulator.advance(until="idle")
    failed = emulator.check(answer["callback"])
    assert (failed["result"], failed["scope"]) == ("Error", "cancelled")
    assert failed["debug"]
    assert len(emulator.call("eq", "list")["servers"]) == 4
    after = updated(emulator)
    assert after["deploy_keys"] == {str(answer["invoice"]): answer["callback"]}
    assert [row["status"] for row in after["billing_servers"]] == ["Failed"]
    told = invoice(emulator, answer["invoice"])
    assert (told["status"], told["items"]["item"][0]["inv_id"]) == ("Paid", None)
    assert credit(emulator) == "146.50"
    emulator.advance(90_000)
    assert updated(emulator)["deploy_keys"] == []
    assert updated(emulator)["billing_servers"] != []


@pytest.mark.clause("11.2", "11.8")
def test_an_invoice_paid_from_outside_begins_the_deploy(emulator: Emulator) -> None:
    answer = place_order(emulator, **MEDIUM)
    paid = pay(emulator, answer["invoice"])
    assert (paid["status"], paid["balance"]) == ("Paid", "0.00")
    assert credit(emulator) == "150.50"
    (key,) = updated(emulator)["deploy_keys"].values()
    emulator.advance(until=key)
    assert emulator.check(key)["scope"]["location"] == "DE"
    assert pay(emulator, answer["invoice"], status=409)["error"]["reason"] == "already_paid"


@pytest.mark.clause("11.3")
def test_a_world_may_have_an_address_that_follows_from_an_id(emulator: Emulator) -> None:
    emulator.control("PATCH", "/vms/12345", {"ip": "203.0.113.218"})
    server = deploy(emulator)
    addresses = [row["IP"] for row in emulator.call("eq", "list", full=1)["servers"]]
    assert server == 50001
    assert len(set(addresses)) == len(addresses)


@pytest.mark.clause("11.4")
@pytest.mark.follows("A-14", "A-21")
@pytest.mark.parametrize("action", ["reinstall", "order_instance"])
def test_a_reinstall_keeps_the_server_and_wipes_its_disk(emulator: Emulator, action: str) -> None:
    before, shown = emulator.control("GET", "/vms/12345")["disk"], emulator.eq("show")
    answer = emulator.eq(action, os_id=237, hostname="fresh.example.com")
    assert answer["id"] == 12345
    assert "invoice" not in answer
    assert answer.get("stage") == ("create_pxe" if action == "reinstall" else None)
    assert emulator.eq("reboot")["reason"] == "vm_locked"
    emulator.advance(until=answer["callback"])
    done = emulator.check(answer["callback"])
    assert done["scope"]["status"] == "deploy_done"
    assert (done["context"]["id"], done["context"]["ip"]) == (12345, shown["IP"][0]["IP"])
    after = emulator.control("GET", "/vms/12345")["disk"]
    assert after["fingerprint"] != before["fingerprint"]
    assert after["generation"] > before["generation"]
    assert emulator.eq("show")["server_data"]["hostname"] == "fresh.example.com"
    assert emulator.eq("show")["server_data"]["power_status"] == "power_on"
    assert emulator.call("whmcs", "get_invoices")["totalresults"] == 2


@pytest.mark.clause("11.4")
def test_a_reinstall_keeps_the_hostname_and_changes_the_system(emulator: Emulator) -> None:
    server = deploy(emulator, hostname="web-9.example.com")
    key = emulator.eq("reinstall", server, os_name="Debian 12")["callback"]
    emulator.advance(until=key)
    assert tags(emulator, server) == {"hostname": "web-9.example.com", "os": "Debian 12"}


@pytest.mark.clause("11.4")
@pytest.mark.follows("A-18", "A-43")
def test_a_reinstall_keeps_snapshots(emulator: Emulator) -> None:
    names = emulator.listed(12345)
    emulator.advance(until=emulator.eq("reinstall", os_id=237)["callback"])
    assert emulator.listed(12345) == names


@pytest.mark.clause("11.4")
def test_a_reinstall_that_fails_leaves_the_server_off(emulator: Emulator) -> None:
    emulator.fault("task_fails", match={"action": "reinstall"})
    key = emulator.eq("order_instance", os_id=237)["callback"]
    emulator.advance(until="idle")
    assert emulator.check(key)["result"] == "Error"
    assert emulator.eq("show")["server_data"]["power_status"] == "power_off"


@pytest.mark.clause("11.4", "11.1", "2.8")
@pytest.mark.parametrize(
    ("vm", "fields", "reason"),
    [
        (99999, {"os_id": 237}, "vm_not_found"),
        (12345, {}, "invalid_parameter"),
        (12345, {"os_id": 5}, "not_in_catalogue"),
        (12345, {"os_id": 237, "os_name": "Debian 12"}, "invalid_parameter"),
        (12345, {"os_id": 237, "preset": "vm.pico"}, "not_compatible"),
        (12345, {"os_id": 237, "preset": 279}, "not_in_catalogue"),
        (12345, {"os_id": 237, "root_pass": "short"}, "invalid_parameter"),
        (12345, {"os_id": 237, "ssh_key": "none"}, "ssh_key_not_found"),
    ],
)
def test_what_a_reinstall_is_refused_for(emulator: Emulator, vm: int, fields: Json, reason: str) -> None:
    before = emulator.control("GET", "/state")
    for action in ("reinstall", "order_instance"):
        assert emulator.eq(action, vm, **fields)["reason"] == reason
    assert emulator.control("GET", "/state") == before


@pytest.mark.clause("11.4")
@pytest.mark.follows("A-06", "A-09")
def test_a_system_that_does_not_fit_the_server_is_refused_in_words(emulator: Emulator) -> None:
    emulator.control("PATCH", "/vms/12345", {"preset": "vgpu.v2-a4000"})
    answer = emulator.eq("reinstall", os_id=219)
    assert "OS 219 is not compatible with server eq:12345" in answer["message"]


@pytest.mark.clause("11.4", "4.12")
@pytest.mark.follows("A-21")
def test_a_locked_server_is_not_reinstalled(emulator: Emulator) -> None:
    emulator.start("eq", "reboot")
    assert emulator.eq("reinstall", os_id=237)["reason"] == "vm_locked"


@pytest.mark.clause("11.4", "5.1")
def test_a_key_of_one_server_reinstalls_that(emulator: Emulator) -> None:
    secret = add_api_key(emulator, server_id=12345)["api_key"]
    token = log_in(emulator, secret)["result"]["token"]
    assert emulator.eq("reinstall", 12346, os_id=237, token=token)["reason"] == "vm_not_found"
    assert emulator.eq("reinstall", 12345, os_id=237, token=token)["result"] == "OK"


@pytest.mark.clause("11.5")
def test_a_dedicated_server_has_power_and_statistics_and_no_snapshots(emulator: Emulator) -> None:
    server = deploy(emulator, preset="bm.v2-promo", traffic_plan=40)
    data = emulator.eq("show", server)
    assert (data["server_data"]["type"], data["server_data"]["virtual"]) == ("dedicated", 0)
    assert (data["server_data"]["ref_tableName"], data["ipmi"]["model"]) == ("dedicated", "supermicro")
    assert emulator.do("eq", "reboot", server)["result"] == "OK"
    assert emulator.do("vm", "load_stats", server)["result"] == "OK"
    assert emulator.call_vm("create_snapshot", server, name="a")["reason"] == "not_supported"
    assert emulator.eq("reinstall", server, os_id=237)["result"] == "OK"

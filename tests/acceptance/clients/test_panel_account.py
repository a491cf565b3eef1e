"""A panel's connection test, its inventory and its catalogue, played by a Node program over verified HTTPS."""

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import Program, asked, failure, server_key
from tests.support.harness import Json

pytestmark = pytest.mark.acceptance


def test_a_connection_test_names_the_account(panel: Program, account: Account) -> None:
    tested = panel(0, "test").told["read"]
    customer = account.call("auth", "info")["result"]["whmcs_id"]
    assert tested == {"authority": f"hostkey:whmcs_com:{customer}", "name": account.name, "billing": True}
    assert asked(account)[:3] == ["auth/login", "whmcs/get_client", "eq/list"]


def test_an_inventory_has_every_server_as_it_is(panel: Program, account: Account) -> None:
    account.call("tags", "add", id=12345, tag="hostname", value="shop-1")
    found = {int(row["id"]): row for row in panel(0, "inventory").told["read"]}
    vms: dict[int, Json] = {vm["id"]: vm for vm in account.export()["vms"]}
    assert {vm: row["name"] for vm, row in found.items()} == {
        vm: each["hostname"] for vm, each in vms.items()
    }
    assert [found[vm]["power"] for vm in (12345, 12346)] == ["running", "stopped"]
    for vm, row in found.items():
        whole = account.vm(vm)
        assert (row["memoryMb"], row["diskGb"]) == (whole["memory"]["size_mb"], whole["disk"]["size_gb"])
        assert [address["ip"] for address in row["addresses"]] == [vms[vm]["ip"]]
        assert row["location"] == whole["location"]
    assert asked(account)[-6:] == ["whmcs/get_client", "eq/list", *["eq/show"] * 4]
    assert len({row["incarnation"] for row in found.values()}) == 4


def test_a_server_is_gone_when_the_list_has_it_no_more(panel: Program, account: Account) -> None:
    assert panel(12348, "resource").told["read"]["name"] == account.vm(12348)["hostname"]
    account.emulator.control("DELETE", f"/accounts/{account.name}/vms/12348")
    assert panel(12348, "resource").told["read"] is None
    assert asked(account)[-2:] == ["whmcs/get_client", "eq/list"]


def test_a_catalogue_has_the_virtual_presets_with_prices_of_each_location(
    panel: Program, account: Account
) -> None:
    catalogue = panel(0, "catalogue").told["read"]
    pico, *others = catalogue["sizes"]
    assert (pico["id"], pico["name"], pico["prices"]) == ("108", "vm.pico", {"NL": 4.0})
    assert "bm.v2-promo" not in [size["name"] for size in others]
    assert {"id": "219", "name": "Debian 12"} in catalogue["images"]
    assert asked(account)[-2:] == ["presets/list", "os/list"]
    assert all(call["unread"] == [] for call in account.requests())


def test_balance_and_invoices_are_read(panel: Program) -> None:
    assert panel(0, "summary").told["read"] == {
        "balance": "150.50 EUR",
        "invoices": ["7001 Paid", "7002 Unpaid"],
        "totalresults": 2,
    }


def test_a_key_of_one_server_logs_in_to_that_server_alone(panel: Program, account: Account) -> None:
    account.assume({"A-38": "flat"})
    key = server_key(account, 12346)
    tested = panel(0, "test", HOSTKEY_API_KEY=key).told["read"]
    whole = panel(0, "test").told["read"]
    assert (tested["authority"], tested["billing"]) == (whole["authority"], False)
    assert [row["id"] for row in panel(0, "inventory", HOSTKEY_API_KEY=key).told["read"]] == ["12346"]
    assert panel(12346, "list", HOSTKEY_API_KEY=key).ok
    assert failure(panel(12345, "list", HOSTKEY_API_KEY=key))[0].startswith("eq/show: ")
    assert failure(panel(0, "summary", HOSTKEY_API_KEY=key))[1] == 403


def test_a_key_of_one_server_has_no_identity_where_info_is_nested(panel: Program, account: Account) -> None:
    assert failure(panel(0, "test", HOSTKEY_API_KEY=server_key(account, 12346))) == (
        "auth/info: ",
        400,
        False,
    )
    assert asked(account, module="auth", action="info") == ["auth/info"]


def test_a_connection_test_fails_where_the_customer_cannot_be_read(panel: Program, account: Account) -> None:
    account.fault("http_status", status=503, match={"action": "get_client"})
    assert failure(panel(0, "test")) == ("HTTP 503", 503, False)
    assert asked(account) == ["auth/login", "whmcs/get_client"]

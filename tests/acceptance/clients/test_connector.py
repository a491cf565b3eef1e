"""What a connector shows of a customer's servers: one list with `full=1`, read by a Python program."""

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import Program, asked, python_of, server_key
from tests.support.harness import Json

pytestmark = pytest.mark.acceptance


@pytest.fixture
def connector(account: Account) -> Program:
    return python_of("connector", account)


def test_it_shows_every_server_with_its_costs(connector: Program, account: Account) -> None:
    shown = {int(row["id"]): row for row in connector("servers").told["read"]}
    vms: dict[int, Json] = {vm["id"]: vm for vm in account.export()["vms"]}
    prices = {preset["name"]: preset["price"] for preset in account.call("presets", "list")["presets"]}
    assert {vm: (row["name"], row["kind"], row["ip"], row["region"]) for vm, row in shown.items()} == {
        vm: (each["hostname"], each["kind"], each["ip"], each["location"]) for vm, each in vms.items()
    }
    for vm, row in shown.items():
        assert row["cost"] == prices[vms[vm]["preset"]][vms[vm]["location"]]["EUR"] > 0
        assert row["status"] == "rent"
    assert asked(account)[:2] == ["auth/login", "eq/list"]
    assert account.requests(module="eq")[0]["unread"] == []


def test_without_full_it_sees_no_servers(connector: Program) -> None:
    assert connector("plain").told["read"] == []


def test_a_server_is_paid_until_its_next_anniversary(connector: Program, account: Account) -> None:
    account.emulator.control(
        "PATCH", f"/accounts/{account.name}/vms/12345", {"created_at": "2029-12-15T00:00:00Z"}
    )
    paid_till = [connector("servers", "group=VPS").told["read"][0]["paid_till"]]
    account.advance(until="2030-01-15T00:00:01Z")
    paid_till.append(connector("servers", "group=VPS").told["read"][0]["paid_till"])
    assert paid_till == ["2030-01-15", "2030-02-15"]


def test_filters_narrow_what_it_shows(connector: Program, account: Account) -> None:
    assert [row["id"] for row in connector("servers", "group=VDS").told["read"]] == ["12347"]
    assert connector("servers", "location=US").told["read"] == []
    account.assume({"A-39": "power_off"})
    off = connector("servers", "status=power_off").told["read"]
    assert {(row["id"], row["status"]) for row in off} == {("12346", "power_off"), ("12348", "power_off")}


def test_a_key_of_one_server_shows_that_server(connector: Program, account: Account) -> None:
    shown = connector("servers", HOSTKEY_API_KEY=server_key(account, 12347)).told["read"]
    assert [row["id"] for row in shown] == ["12347"]

"""What the vendor's MCP server tells a model of servers, catalogue and account: filtered lists, played by a Node program."""

import json
from typing import Any

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import asked, findings, tokenless
from tests.acceptance.clients.mcp_model import Model

pytestmark = pytest.mark.acceptance

ALL = [12345, 12346, 12347, 12348]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ALL),
        ({"location": "NL"}, ALL),
        ({"location": "US"}, []),
        ({"location": "US,NL"}, ALL),
        ({"group": "VDS"}, [12347]),
        ({"group": "Gpu,VDS,1CPU"}, [12347]),
        ({"group": "VPS", "location": "FI,DE"}, []),
        ({"status": "power_off"}, []),
    ],
)
def test_filters_narrow_the_list_of_servers(
    model: Model, account: Account, filters: dict[str, str], found: list[int]
) -> None:
    assert model.read("get_servers", **filters)["servers"] == found
    (listing,) = account.requests(action="list")
    assert (listing["unread"], set(filters) <= set(listing["fields"])) == ([], True)


def test_a_server_is_found_by_its_addresses_and_its_state(model: Model, account: Account) -> None:
    address = model.read("get_server", id=12346)["IP"][0]
    assert model.read("get_servers", ip=address["IP"])["servers"] == [12346]
    assert model.read("get_servers", mac=address["MAC"].upper())["servers"] == [12346]
    account.assume({"A-39": "power_off"})
    assert model.read("get_servers", status="power_off")["servers"] == [12346, 12348]


def test_a_filter_that_cannot_be_read_is_told(model: Model) -> None:
    assert "invalid parameter ip: 'web-1'" in model.error("get_servers", ip="web-1")


def ids(answer: dict[str, Any], field: str) -> list[int]:
    return [row["id"] for row in answer[field]]


def test_a_model_finds_what_it_may_order_without_a_session(model: Model, account: Account) -> None:
    before = tokenless(account)
    presets = model.read("list_presets", location="US")
    assert ids(presets, "presets") == [109, 281, 282, 283]
    assert ids(model.read("list_os", instance_id=310), "os_list") == [187, 237, 219, 300]
    assert ids(model.read("list_software", location="NL", instance_id=108), "software") == [20, 26, 31]
    assert ids(model.read("list_traffic_plans", location="NL", instance_id=108), "traffic_plans") == [25]
    priced = model.read("get_preset_pricing", currencies="USD")["presets"][0]
    assert priced["price"] == {"NL": {"USD": 4.4}}
    assert sum(group["count"] for group in model.read("list_preset_groups")["groups"]) == 7
    calls = tokenless(account)[len(before) :]
    assert [call["reason"] for call in calls] == [None] * 6
    assert all(call["unread"] == [] for call in calls)
    assert account.requests() == []


def test_with_a_session_it_finds_stock_for_a_preset(model: Model) -> None:
    assert model.read("get_preset", id=108)["preset"]["name"] == "vm.pico"
    assert ids(model.read("search_presets", name="vm.pico", location="NL"), "servers")
    assert model.read("search_presets", name="vm.pico", location="DE")["servers"] == []


def test_stock_needs_the_session_that_its_tool_does_not_send(model: Model) -> None:
    assert "Invalid token" in model.error("list_stock_servers", location="NL", group="ALL")
    listed = {"resource": "stocks", "action": "list", "params": {"location": "NL"}, "confirm": True}
    answer = json.loads(model.text("call_api_raw", **listed))
    assert {row["name"] for row in answer["servers"]} == {"bm.v2-promo"}


def test_tags_and_sensors_of_a_server_are_read(model: Model) -> None:
    tags = model.read("get_server_tags", id=12345)["tags"]
    assert {tag["tag"]: tag["value"] for tag in tags} == {"role": "web", "hostname": "web-1"}
    key = model.read("get_server_sensors", id=12345)["callback"]
    model.read("check_task", key=key)
    assert "CPU Temp | " in model.read("check_task", key=key)["scope"]
    assert "HTTP 501: " in model.error("search_servers_by_tag", value="web")


def test_keys_are_made_and_listed_without_their_secrets(model: Model, account: Account) -> None:
    given = {"name": "mcp", "server_id": 12345, "login_notify_method": "none", "active": True}
    made = json.loads(model.text("create_api_key", confirm=True, **given))["data"]
    assert (made["api_key"], made["active"]) == ("***", 1)
    assert ids(model.read("list_server_api_keys", server_id=12345), "data") == [made["id"]]
    assert model.read("list_server_api_keys", server_id=12346)["data"] == []
    assert model.read("get_api_key", id=made["id"])["data"]["name"] == "mcp"
    model.text("delete_api_key", confirm=True, id=made["id"])
    assert made["id"] not in ids(model.read("list_api_keys"), "data")
    assert asked(account, module="api_keys", action="add") == ["api_keys/add"]


def test_money_is_read(model: Model, account: Account) -> None:
    assert model.read("get_billing_client")["client"]["credit"] == "150.50"
    assert model.read("get_credit_history", id=12345)["message"]["totalresults"] == 1
    assert [row["status"] for row in model.read("get_invoices")["invoices"]["invoice"]] == ["Paid", "Unpaid"]
    assert model.read("get_invoice", invoice_id=7002)["balance"] == "9.00"
    assert findings(account) == []

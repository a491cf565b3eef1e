"""Servers that a model orders, reinstalls and cancels by the tools of the vendor's MCP server, played by a Node program."""

import json
from collections.abc import Iterator

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import asked, credit_of, orders, pay_from_outside, set_credit
from tests.acceptance.clients.mcp_model import Model, Starter
from tests.support.harness import Json

pytestmark = pytest.mark.acceptance

PICO = {
    "preset": "vm.pico", "location_name": "NL", "os_id": 219, "traffic_plan": 25, "root_pass": "Secret-12345",
    "deploy_period": "monthly", "hostname": "node-1", "deploy_notify": True,
}  # fmt: skip
ORDER = {"module": "eq", "action": "order_instance"}
DEBIAN_13 = {"id": 50001, "hostname": "node-1", "os_id": 300, "root_pass": "Secret-12345"}


@pytest.fixture
def model(start: Starter) -> Iterator[Model]:
    """Return a model that may destroy."""
    with start(HOSTKEY_ALLOW_DESTRUCTIVE="1") as model:
        yield model


def order(model: Model) -> Json:
    """Return the answer of a confirmed order."""
    told, _, _ = model.text("order_server", dry_run=False, confirm=True, **PICO).partition("\n\n")
    answer: Json = json.loads(told)
    return answer


def deployed(model: Model) -> str:
    """Return the key of a confirmed order whose server is there."""
    key = model.started("order_server", dry_run=False, **PICO)
    assert [model.read("check_task", key=key)["result"] for _ in range(2)] == ["Not ready", "OK"]
    return key


def test_a_trial_run_orders_nothing(model: Model, account: Account) -> None:
    told = model.text("order_server", **PICO)
    found = json.loads(told.partition("\n")[2])
    assert [row["location"] for row in found["preset_availability"]["servers"]] == ["NL"]
    assert 219 in [row["id"] for row in found["os_lookup"]["os_list"]]
    assert "was not run" in model.text("order_server", dry_run=False, **PICO)
    assert (asked(account), orders(account)) == (["auth/login", "presets/search"], [])


def test_an_order_is_followed_by_its_key_to_the_server(model: Model, account: Account) -> None:
    key = model.started("order_server", dry_run=False, **PICO)
    assert model.read("check_task", key=key) == {"result": "Not ready", "key": key}
    assert 50001 not in model.read("get_servers")["servers"]
    done = model.read("check_task", key=key)
    assert (done["result"], done["scope"]["status"], done["scope"]["id"]) == ("OK", "deploy_done", 50001)
    assert done["context"]["id"] == 50001
    assert "AsyncKey not found" in model.error("check_task", key=key)
    server = model.read("get_server", id=50001)["server_data"]
    assert (server["hostname"], server["status"]) == ("node-1", "rent")
    assert model.read("get_invoice", invoice_id=100001)["items"]["item"][0]["inv_id"] == 50001
    assert model.read("get_server_billing_data", id=50001)["billing_status"] == "Active"
    (sent,) = account.requests(action="order_instance")
    assert (sent["fields"]["deploy_notify"], sent["unread"]) == ("true", [])


def test_an_unpaid_order_is_paid_from_credit_that_is_added(model: Model, account: Account) -> None:
    set_credit(account, "1")
    answer = order(model)
    assert (answer["status"], "callback" in answer) == ("Unpaid", False)
    assert "Insufficient funds" in model.error("apply_credit", confirm=True, invoice_id=100001, amount=4)
    added = json.loads(model.text("create_addfunds_invoice", confirm=True, amount=5))
    pay_from_outside(account, added["invoice"])
    assert (
        json.loads(model.text("apply_credit", confirm=True, invoice_id=100001, amount=4))["amount"] == "4.00"
    )
    raw = model.text("call_api_raw", resource="eq", action="update_servers", confirm=True)
    assert list(json.loads(raw)["deploy_keys"]) == ["100001"]
    assert credit_of(account) == "2.00"


def test_a_server_is_reinstalled_if_destruction_is_allowed(
    model: Model, start: Starter, account: Account
) -> None:
    deployed(model)
    with start() as careful:
        assert "is disabled" in careful.text("reinstall_server", confirm=True, **DEBIAN_13)
    key = model.started("reinstall_server", **DEBIAN_13)
    model.read("check_task", key=key)
    done = model.read("check_task", key=key)
    assert (done["scope"]["status"], done["scope"]["id"], done["scope"]["os"]) == (
        "deploy_done",
        50001,
        "Debian 13",
    )
    assert len(orders(account)) == 1


@pytest.mark.parametrize(("kind", "stays"), [(1, False), (0, True)])
def test_a_server_is_cancelled_without_the_reasons_name_in_the_reference(
    model: Model, start: Starter, account: Account, kind: int, *, stays: bool
) -> None:
    deployed(model)
    wanted = {"id": 50001, "cancellation_type": kind, "terminate_reason_custom": "moved"}
    with start() as careful:
        assert "is disabled" in careful.text("request_cancellation", confirm=True, **wanted)
    model.text("request_cancellation", confirm=True, **wanted)
    assert (50001 in model.read("get_servers")["servers"]) is stays
    assert account.requests(action="request_cancellation")[0]["unread"] == ["terminate_reason_custom"]
    if stays:
        model.text("delete_cancellation_request", confirm=True, id=50001)
        account.advance(32 * 86_400)
        assert 50001 in model.read("get_servers")["servers"]


@pytest.mark.parametrize("kind", ["lost_reply", "truncated_body", "malformed_json", "rejected_but_done"])
def test_an_order_without_an_answer_is_not_repeated_and_found_by_its_key(
    model: Model, account: Account, kind: str
) -> None:
    account.fault(kind, match=ORDER)
    model.error("order_server", dry_run=False, confirm=True, **PICO)
    assert asked(account, action="order_instance") == ["eq/order_instance"]
    raw = model.text("call_api_raw", resource="eq", action="update_servers", confirm=True)
    ((invoice, key),) = json.loads(raw)["deploy_keys"].items()
    assert model.read("get_invoice", invoice_id=invoice)["status"] == "Paid"
    model.read("check_task", key=key)
    assert model.read("check_task", key=key)["scope"]["id"] == 50001
    assert len(orders(account)) == 1


def test_an_order_whose_session_has_expired_is_sent_again_with_a_new_one(
    model: Model, account: Account
) -> None:
    account.fault("expired_token", match=ORDER)
    assert order(model)["status"] == "Paid"
    assert asked(account) == ["auth/login", "eq/order_instance"] * 2
    assert len(orders(account)) == 1


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ({"kind": "http_status", "status": 503}, "HTTP 503: "),
        ({"kind": "out_of_stock"}, "vm.pico is out of stock at NL"),
    ],
    ids=str,
)
def test_an_order_that_is_not_accepted_is_told(
    model: Model, account: Account, fault: Json, told: str
) -> None:
    account.fault(**fault, match=ORDER)
    assert told in model.error("order_server", dry_run=False, confirm=True, **PICO)
    assert (len(account.requests(action="order_instance")), orders(account)) == (1, [])


@pytest.mark.parametrize(
    "fault", [{"kind": "latency", "seconds": 0.2}, {"kind": "slow_body", "bytes_per_second": 4000}], ids=str
)
@pytest.mark.parametrize("action", ["order_instance", "check"])
def test_a_slow_answer_is_waited_for(model: Model, account: Account, fault: Json, action: str) -> None:
    account.fault(**fault, match={"action": action})
    deployed(model)
    assert len(orders(account)) == 1


@pytest.mark.parametrize("kind", ["task_fails", "deploy_fails"])
def test_a_failed_deploy_is_handed_on_as_it_is(model: Model, account: Account, kind: str) -> None:
    account.fault(kind, error="no free host", match=ORDER)
    key = model.started("order_server", dry_run=False, **PICO)
    model.read("check_task", key=key)
    failed = model.read("check_task", key=key)
    assert (failed["result"], failed["scope"], failed["debug"]) == ("Error", "cancelled", "no free host")
    assert 50001 not in model.read("get_servers")["servers"]

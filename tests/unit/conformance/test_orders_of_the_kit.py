"""Orders of the kit: at most one, and cancelled whatever happens."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from invapi_emulator.testing import Emulator
from invapi_emulator.testing.account import Account
from tests.support.kit_runs import ORDERS, account_of, ran
from tests.unit.conformance.mutated_servers.mutated_server import Asked, Given, mutated_server
from tests.unit.conformance.mutated_servers.mutations import sent
from tests.unit.conformance.orders_made import (
    REFUSED,
    SOMEBODYS,
    VMS,
    credit,
    is_real,
    orders,
    servers,
    statuses,
)


def test_an_order_is_made_checked_and_cancelled(account: Account) -> None:
    found = ran(account, ORDERS)
    assert (found.status, found.names("differs")) == (0, set())
    assert {check["verdict"] for check in found.report["checks"] if check["clause"].startswith("11.")} == {
        "holds"
    }
    assert (servers(account), statuses(account), credit(account)) == (VMS, ["cancelled"], "146.50")
    assert found.report["trouble"] == []


def test_an_order_that_should_be_refused_and_is_taken_ends_the_run_and_is_cancelled(account: Account) -> None:
    def anywhere(asked: Asked) -> bytes | None:
        nowhere = asked.fields.get("location_name") == "conformance-nowhere"
        return sent(asked, location_name="NL") if nowhere else None

    with mutated_server(account.url, lambda _asked, _given: None, anywhere) as target:
        found = ran(account, ORDERS, target=target)
    assert "an-order-at-no-location-is-refused" in found.names("differs")
    assert (statuses(account), servers(account)) == (["cancelled"], VMS)
    assert found.report["trouble"] == []


def test_a_refused_order_that_made_an_invoice_ends_the_run_and_is_cancelled(account: Account) -> None:
    def anywhere(asked: Asked) -> bytes | None:
        nowhere = asked.fields.get("location_name") == "conformance-nowhere"
        return sent(asked, location_name="NL") if nowhere else None

    account.fault("rejected_but_done", match={"action": "order_instance"})
    with mutated_server(account.url, lambda _asked, _given: None, anywhere) as target:
        found = ran(account, ORDERS, target=target)
    assert (statuses(account), servers(account)) == (["cancelled"], VMS)
    assert found.check("an-order-of-an-unknown-system-is-refused")["verdict"] == "could not tell"


def test_an_order_is_not_repeated_though_the_target_asks_for_it(account: Account) -> None:
    seen: list[Asked] = []

    def busy(asked: Asked, given: Given) -> None:
        if is_real(asked):
            seen.append(asked)
            given.status, given.headers["retry-after"] = 503, "0"

    with mutated_server(account.url, busy) as target:
        ran(account, ORDERS, target=target)
    assert len(seen) == 1
    assert (statuses(account), servers(account)) == (["cancelled"], VMS)


@pytest.mark.parametrize("step", [1, 2, 3])
def test_an_interruption_before_a_step_leaves_no_server(account: Account, step: int) -> None:
    def told(line: str) -> None:
        if line.startswith(f"step {step} of"):
            signal.raise_signal(signal.SIGINT)

    found = ran(account, ORDERS, told=told)
    assert (found.status, found.report["trouble"]) == (130, ["interrupted"])
    assert statuses(account) == (["cancelled"] if step == 3 else [])
    assert servers(account) == VMS


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_during_the_order_cancels_it(account: Account, number: signal.Signals) -> None:
    def interrupt(asked: Asked, _given: Given) -> None:
        if is_real(asked):
            os.kill(os.getpid(), number)

    with mutated_server(account.url, interrupt) as target:
        found = ran(account, ORDERS, target=target)
    assert (found.status, statuses(account), servers(account)) == (130, ["cancelled"], VMS)


@pytest.fixture(scope="module")
def in_real_time() -> Iterator[str]:
    """Return the URL of a server whose time runs by itself."""
    with Emulator() as emulator:
        yield emulator.url


@pytest.fixture
def fast(in_real_time: str) -> Iterator[Account]:
    with account_of(in_real_time, clock={"mode": "real", "rate": 10000}) as account:
        yield account


@pytest.mark.parametrize("kind", ["lost_reply", "malformed_json", "rejected_but_done"])
def test_an_order_whose_answer_is_lost_is_found_and_cancelled(fast: Account, kind: str) -> None:
    fast.fault(kind, match={"action": "order_instance"}, skip=0 if kind == "rejected_but_done" else REFUSED)
    found = ran(fast, ORDERS, task_seconds=20)
    assert "left behind" not in found.err
    assert (statuses(fast), servers(fast)) == (["cancelled"], VMS)


@pytest.mark.parametrize("kind", ["lost_reply", "reject", "connection_reset", "malformed_json"])
@pytest.mark.parametrize("action", ["request_cancellation", "check", "update_servers", "get_invoices"])
def test_failures_around_an_order_leave_no_server(fast: Account, action: str, kind: str) -> None:
    fast.fault(kind, match={"action": action}, skip=1, allow_unused=True)
    found = ran(fast, ORDERS, task_seconds=20)
    assert "left behind" not in found.err
    assert set(statuses(fast)) <= {"cancelled"}
    assert servers(fast) == VMS


def test_a_server_of_somebody_else_is_not_cancelled(account: Account) -> None:
    def meanwhile(asked: Asked, given: Given) -> None:
        if is_real(asked):
            httpx.post(f"{account.url}/eq.php", data=SOMEBODYS | {"token": account.token})
            given.body = "lost"

    with mutated_server(account.url, meanwhile) as target:
        found = ran(account, ORDERS, target=target)
    assert found.report["trouble"] == []
    account.advance_until_idle()
    assert {order["hostname"]: order["status"] for order in orders(account)}["somebodys"] == "active"
    assert sorted(statuses(account)) == ["active", "cancelled"]


def test_an_order_that_cannot_be_cancelled_is_told(account: Account) -> None:
    account.fault("reject", match={"action": "request_cancellation"}, skip=1, times=None)
    found = ran(account, ORDERS, task_seconds=1)
    (own,) = (order["hostname"] for order in orders(account))
    assert found.status == 2
    assert f"left behind: the server {own} may exist, and cost money: cancel it" in found.err


@pytest.mark.parametrize("rows", [["x"], [{}], {"a": 1}, None])
def test_a_list_of_invoices_that_cannot_be_read_does_not_keep_the_server(account: Account, rows: Any) -> None:
    def odd(asked: Asked, given: Given) -> None:
        lost.append(is_real(asked))
        if any(lost) and asked.action == "get_invoices":
            given.body["invoices"]["invoice"] = rows

    lost: list[bool] = []
    with mutated_server(account.url, odd) as target:
        found = ran(account, ORDERS, target=target, task_seconds=2)
    assert (statuses(account), servers(account)) == (["cancelled"], VMS)
    assert found.report["trouble"] == []


def test_a_deploy_that_fails_is_told(account: Account) -> None:
    account.fault("deploy_fails")
    found = ran(account, ORDERS)
    (order,) = orders(account)
    assert found.status == 2
    assert f"the deploy of invoice {order['invoice']} failed, and the invoice is paid" in found.err
    assert servers(account) == VMS

"""Lint rules about orders: what breaks them, and what does not."""

from typing import Any

import httpx
import pytest

from invapi_emulator.storage import hidden_fields
from tests.support.harness import TOKEN, Emulator
from tests.unit.client_lint.findings import findings, shown_by

ORDER = {
    "action": "order_instance", "token": TOKEN, "preset": "vm.pico", "location_name": "NL", "os_id": 187,
    "hostname": "web-9", "root_pass": "Secret-word1",
}  # fmt: skip


def order(client: Emulator, **fields: Any) -> None:
    """Order a server. The answer may be lost."""
    try:
        client.http.post("/eq.php", data=ORDER | fields)
    except httpx.TransportError:
        return


def orders_made(client: Emulator) -> int:
    return len(client.control("GET", "/orders")["orders"])


@pytest.fixture
def unread(client: Emulator) -> Emulator:
    """Return a client that cannot read the answer to its first order."""
    client.fault("malformed_json", match={"action": "order_instance"})
    return client


def test_a_second_order_of_a_client_that_has_read_the_first_answer_is_not_found(client: Emulator) -> None:
    for _ in range(2):
        order(client)
    assert orders_made(client) == 2
    assert "orders-twice" not in findings(client)


def test_two_orders_alike_are_found_whatever_password_they_have(unread: Emulator) -> None:
    order(unread)
    order(unread, root_pass="Another+word2")
    assert shown_by(unread, "orders-twice") == [("eq", "order_instance")]
    assert findings(unread)["orders-twice"]["severity"] == "warning"


@pytest.mark.parametrize("kind", ["rejected_but_done", "lost_reply", "truncated_body", "malformed_json"])
def test_an_order_repeated_after_its_answer_was_lost_is_found(client: Emulator, kind: str) -> None:
    client.fault(kind, match={"action": "order_instance"})
    order(client)
    client.time.go_on(590)
    order(client)
    assert orders_made(client) == 2
    assert shown_by(client, "orders-twice") == [("eq", "order_instance")]


def test_an_unpaid_order_repeated_is_found(unread: Emulator) -> None:
    for _ in range(2):
        order(unread, preset="bm.v2-promo", deploy_period="annually")
    assert shown_by(unread, "orders-twice") == [("eq", "order_instance")]


def test_each_further_repetition_is_found(client: Emulator) -> None:
    client.fault("malformed_json", match={"action": "order_instance"}, times=None)
    for _ in range(3):
        order(client)
        client.time.go_on(400)
    assert findings(client)["orders-twice"]["count"] == 2


@pytest.mark.parametrize("kind", ["reject", "connection_reset", "empty_reply", "out_of_stock"])
def test_an_order_repeated_after_a_refusal_is_not_found(client: Emulator, kind: str) -> None:
    client.fault(kind, match={"action": "order_instance"})
    order(client)
    order(client)
    assert orders_made(client) == 1
    assert "orders-twice" not in findings(client)


@pytest.mark.parametrize(
    "other", [{"hostname": "web-10"}, {"preset": "vm.nano"}, {"os_id": 237}, {"deploy_period": "quarterly"}]
)
def test_orders_of_different_servers_are_not_found(unread: Emulator, other: dict[str, Any]) -> None:
    order(unread)
    order(unread, **other)
    assert orders_made(unread) == 2
    assert "orders-twice" not in findings(unread)


def test_orders_at_different_locations_are_not_found(unread: Emulator) -> None:
    for location in ("NL", "DE"):
        order(unread, preset="vm.nano", location_name=location)
    assert orders_made(unread) == 2
    assert "orders-twice" not in findings(unread)


def test_a_second_order_ten_minutes_later_is_not_found(unread: Emulator) -> None:
    order(unread)
    unread.time.go_on(601)
    order(unread)
    assert "orders-twice" not in findings(unread)


def test_a_second_order_ten_minutes_later_on_the_accounts_clock_is_not_found(unread: Emulator) -> None:
    order(unread)
    unread.advance(seconds=600)
    order(unread)
    assert "orders-twice" not in findings(unread)


def test_a_reinstall_repeated_is_not_found(client: Emulator) -> None:
    for _ in range(2):
        order(client, id=12345)
        client.advance(until="idle")
    assert orders_made(client) == 0
    assert "orders-twice" not in findings(client)


def test_an_order_after_the_server_was_cancelled_is_not_found(unread: Emulator) -> None:
    unread.set_profile("instant")
    order(unread)
    server = unread.call("eq", "list")["servers"][-1]
    unread.call("whmcs", "request_cancellation", id=server, cancellation_reason="test", cancellation_type=1)
    order(unread)
    assert orders_made(unread) == 2
    assert "orders-twice" not in findings(unread)


def long_order(client: Emulator, hostname: str) -> None:
    """Order a server with a script before the other fields, which the journal then does not show."""
    client.http.post("/eq.php", data={"post_install_script": "#" * 60_000} | ORDER | {"hostname": hostname})


@pytest.mark.parametrize(("second", "count"), [("web-1", 1), ("web-2", 0)])
def test_orders_that_the_journal_does_not_show_whole_are_compared(
    unread: Emulator, second: str, count: int
) -> None:
    for name in ("web-1", second):
        long_order(unread, name)
    assert orders_made(unread) == 2
    assert findings(unread).get("orders-twice", {"count": 0})["count"] == count


@pytest.mark.parametrize(("second", "count"), [("web-1", 1), ("web-2", 0)])
def test_orders_with_more_long_fields_than_have_a_digest_each_are_compared(
    unread: Emulator, second: str, count: int
) -> None:
    before = {f"field{number}": "v" * 300 for number in range(100)}
    for name in ("web-1", second):
        unread.http.post("/eq.php", data=before | ORDER | {"hostname": name})
    assert orders_made(unread) == 2
    assert findings(unread).get("orders-twice", {"count": 0})["count"] == count


@pytest.mark.parametrize("second", ["web-1", "web-2"])
def test_orders_that_cannot_be_compared_any_more_are_not_found(
    unread: Emulator, monkeypatch: pytest.MonkeyPatch, second: str
) -> None:
    for name in ("web-1", second):
        long_order(unread, name)
    monkeypatch.setattr(hidden_fields, "LIFE_NAME", "another process")
    assert "orders-twice" not in findings(unread)


def test_the_same_order_after_a_reset_is_not_found(unread: Emulator) -> None:
    order(unread)
    unread.control("POST", "/reset")
    order(unread)
    assert "orders-twice" not in findings(unread)


@pytest.mark.parametrize(
    "look", [("eq", "list"), ("eq", "update_servers"), ("whmcs", "get_invoices"), ("auth", "info")]
)
def test_the_same_order_after_a_look_is_not_found(unread: Emulator, look: tuple[str, str]) -> None:
    order(unread)
    unread.call(*look)
    order(unread)
    assert orders_made(unread) == 2
    assert not {"orders-twice", "blind-repeat"} & findings(unread).keys()


@pytest.mark.parametrize("is_checked", [True, False])
def test_the_same_order_after_its_deploy_failed_is_found_only_if_the_client_does_not_know(
    unread: Emulator, *, is_checked: bool
) -> None:
    order(unread)
    (key,) = (task["key"] for task in unread.control("GET", "/tasks")["tasks"])
    unread.control("POST", f"/tasks/{key}/fail")
    if is_checked:
        assert unread.check(key)["result"] == "Error"
    order(unread)
    assert ("orders-twice" in findings(unread)) is not is_checked


def test_the_same_order_after_its_server_was_removed_is_not_found(unread: Emulator) -> None:
    order(unread)
    (made,) = unread.control("GET", "/orders")["orders"]
    deleted = unread.http.delete(f"/_emulator/accounts/demo/vms/{made['server']}")
    assert deleted.is_success
    order(unread)
    assert "orders-twice" not in findings(unread)


def test_the_same_order_after_another_server_was_cancelled_is_found(unread: Emulator) -> None:
    order(unread)
    cancelled = unread.call(
        "whmcs", "request_cancellation", id=12345, cancellation_reason="test", cancellation_type=1
    )
    assert cancelled["result"] == "OK"
    order(unread)
    assert "orders-twice" in findings(unread)

"""Lint rules about waiting: what breaks them, and what does not."""

from contextlib import suppress
from typing import Any

import httpx
import pytest

from tests.support.harness import Emulator
from tests.unit.client_lint.findings import findings, shown_by

CHECK = ("eq_callback", "check")


def test_checks_without_a_pause_are_busy_polling(client: Emulator) -> None:
    key = client.start("vm", "create_snapshot", name="a")
    for _ in range(4):
        client.check(key)
        client.time.go_on(0.1)
    assert shown_by(client, "busy-polling") == [CHECK] * 3


def test_two_hurried_checks_and_retries_after_lost_answers_are_not_busy_polling(client: Emulator) -> None:
    key = client.start("vm", "create_snapshot", name="a")
    for _ in range(3):
        client.check(key)
        client.time.go_on(0.1)
    client.time.go_on(60)
    client.fault("malformed_json", match={"action": "check"}, times=4)
    for _ in range(5):
        client.http.post("/eq_callback.php", data={"action": "check", "key": key})
    assert "busy-polling" not in findings(client)


def test_checks_with_a_pause_are_not_busy_polling(client: Emulator) -> None:
    key = client.start("vm", "create_snapshot", name="a")
    for _ in range(20):
        client.time.go_on(1)
        client.check(key)
    assert findings(client) == {}


def test_two_checks_in_a_row_and_checks_of_several_keys_are_not_busy_polling(client: Emulator) -> None:
    keys = [client.start("vm", "get_snapshot") for _ in range(5)]
    for _ in range(2):
        for key in keys:
            client.check(key)
    assert findings(client) == {}


def test_a_pause_starts_a_new_row(client: Emulator) -> None:
    key = client.start("vm", "create_snapshot", name="a")
    for _ in range(3):
        client.check(key)
        client.check(key)
        client.time.go_on(2)
    assert "busy-polling" not in findings(client)


def test_a_check_after_the_ok_is_found(client: Emulator) -> None:
    client.do("eq", "status")
    assert findings(client) == {}
    key = client.start("eq", "status")
    client.advance(until=key)
    assert client.check(key)["result"] == "OK"
    client.time.go_on(1)
    client.check(key)
    assert shown_by(client, "polls-after-the-end") == [CHECK]


def test_a_client_that_stops_checking_too_early_is_found(client: Emulator) -> None:
    key = client.start("vm", "create_snapshot", name="a")
    client.check(key)
    assert findings(client) == {}
    client.advance(until=key)
    assert shown_by(client, "gives-up-early") == [CHECK]
    client.check(key)
    assert findings(client) == {}


def test_a_task_that_was_never_checked_is_not_found(client: Emulator) -> None:
    client.start("vm", "create_snapshot", name="a")
    client.advance(until="idle")
    assert findings(client) == {}


def test_giving_up_a_hanging_task_is_not_found(client: Emulator) -> None:
    client.fault("task_hangs")
    key = client.start("vm", "create_snapshot", name="a")
    client.check(key)
    client.advance(seconds=86_000)
    assert findings(client) == {}


def test_giving_up_a_task_whose_checks_a_fault_answered_is_not_found(client: Emulator) -> None:
    client.fault("not_ready", times=None)
    key = client.start("vm", "create_snapshot", name="a")
    for _ in range(3):
        client.check(key)
        client.time.go_on(1)
        client.advance(seconds=600)
    assert findings(client) == {}


def test_a_client_that_learns_of_a_failure_in_the_words_of_a_wait_is_not_found(client: Emulator) -> None:
    client.fault("task_fails", error="Not ready")
    key = client.start("eq", "off", note="Not ready")
    client.advance(until="idle")
    assert client.check(key)["result"] == "Fail"
    assert "gives-up-early" not in findings(client)


@pytest.mark.parametrize("lost", ["lost_reply", "truncated_body", "latency", "slow_body"])
def test_a_check_after_an_ok_that_was_lost_is_not_found(client: Emulator, lost: str) -> None:
    key = client.start("eq", "off")
    client.advance(until="idle")
    late: dict[str, dict[str, Any]] = {
        "latency": {"seconds": 0.01},
        "slow_body": {"bytes_per_second": 1_000_000},
    }
    client.fault(lost, match={"module": "eq_callback"}, **late.get(lost, {}))
    check = {"action": "check", "key": key}
    with suppress(httpx.TransportError):
        client.http.post("/eq_callback.php", data=check)
    client.time.go_on(1)
    client.http.post("/eq_callback.php", data=check)
    assert client.control("GET", "/requests")["requests"][-1]["reason"] == "key_spent"
    assert "polls-after-the-end" not in findings(client)


def test_giving_up_a_task_that_waited_for_a_slow_one_is_not_found(client: Emulator) -> None:
    client.control("PUT", "/assumptions", {"A-21": "queued"})
    client.fault("slow_task", factor=1000)
    client.start("eq", "off")
    key = client.start("eq", "on")
    client.check(key)
    client.advance(until="idle")
    assert "gives-up-early" not in findings(client)


def test_a_check_that_came_before_the_client_could_read_the_ok_is_not_found(client: Emulator) -> None:
    key = client.start("eq", "status")
    client.advance(until=key)
    client.check(key)
    client.time.go_on(0.2)
    client.check(key)
    assert "polls-after-the-end" not in findings(client)


def test_checks_of_an_earlier_world_do_not_give_up(client: Emulator) -> None:
    key = client.start("eq", "off")
    state = client.control("GET", "/state")
    client.check(key)
    client.control("PUT", "/state", state)
    client.advance(until="idle")
    assert "gives-up-early" not in findings(client)


def test_giving_up_a_task_of_a_cancelled_server_is_not_found(client: Emulator) -> None:
    client.control("PUT", "/assumptions", {"A-44": "after-five-minutes"})
    client.check(client.start("eq", "status"))
    client.call("whmcs", "request_cancellation", id=12345, cancellation_reason="x", cancellation_type=1)
    client.advance(seconds=30)
    assert "gives-up-early" not in findings(client)


def test_giving_up_a_task_whose_effect_is_seen_is_not_found(client: Emulator) -> None:
    client.check(client.start("eq", "off"))
    client.eq("show")
    client.advance(until="idle")
    assert "gives-up-early" in findings(client)
    client.eq("show")
    assert "gives-up-early" not in findings(client)


def test_a_login_after_a_deploy_shows_its_server(client: Emulator) -> None:
    made = {"preset": "vm.pico", "location_name": "NL", "os_id": 187, "root_pass": "Secret-word1"}
    key = client.call("eq", "order_instance", **made)["callback"]
    client.check(key)
    client.advance(until="idle")
    assert "gives-up-early" in findings(client)
    client.call("auth", "info")
    assert "gives-up-early" not in findings(client)


def test_a_list_that_was_in_the_first_answer_is_not_given_up(client: Emulator) -> None:
    client.check(client.start("vm", "get_snapshot"))
    client.advance(until="idle")
    assert "gives-up-early" not in findings(client)

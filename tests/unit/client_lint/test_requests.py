"""Lint rules about requests: what breaks them, and what does not."""

import httpx
import pytest

from tests.support.harness import TOKEN, Emulator
from tests.unit.client_lint.findings import findings, shown_by

LIST = {"action": "list", "token": TOKEN}


def limited(client: Emulator) -> httpx.Response:
    """Exceed a rate limit of ten seconds."""
    client.fault("rate_limit", budget=1, per=10, times=None)
    client.http.post("/eq.php", data=LIST)
    answer = client.http.post("/eq.php", data=LIST)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "10")
    return answer


def logged_in(client: Emulator) -> str:
    """Return a token that is valid for a minute of the account's clock."""
    login = {"action": "login", "key": "demo-api-key", "ttl": 60}
    token: str = client.http.post("/auth.php", data=login).json()["result"]["token"]
    return token


def test_a_call_before_retry_after_has_passed_is_found(client: Emulator) -> None:
    limited(client)
    client.time.go_on(9)
    client.http.post("/eq.php", data=LIST)
    assert shown_by(client, "ignores-retry-after") == [("eq", "list")]


def test_a_client_that_waits_long_enough_is_not_found(client: Emulator) -> None:
    limited(client)
    client.time.go_on(10)
    client.http.post("/eq.php", data=LIST)
    assert findings(client) == {}


def test_a_field_that_no_handler_reads_is_found(client: Emulator) -> None:
    client.call_vm("get_snapshot", typo="x")
    assert findings(client)["unread-fields"]["severity"] == "notice"
    assert shown_by(client, "unread-fields") == [("vm", "get_snapshot")]


def test_a_finding_names_its_fields_in_the_order_of_the_calls(client: Emulator) -> None:
    client.call("vm", "get_snapshot", id=12345, typo="x", **{"list[]": ["a"]})
    client.call("eq", "list", another="x", typo="y")
    client.http.post("/eq.php", params={"token": TOKEN, "root_pass": "x"}, data={"action": "list"})
    assert findings(client)["unread-fields"]["fields"] == ["typo", "list", "another", "root_pass"]
    assert findings(client)["secrets-in-the-query"]["fields"] == ["token", "root_pass"]


def test_a_token_that_clients_send_everywhere_is_not_found(client: Emulator) -> None:
    key = client.start("eq", "status")
    check = {"action": "check", "key": key, "token": TOKEN}
    client.http.post("/eq_callback.php", data=check)
    assert client.control("GET", "/requests")["requests"][-1]["unread"] == ["token"]
    assert findings(client) == {}
    client.http.post("/eq_callback.php", data=check | {"typo": "x"})
    assert findings(client)["unread-fields"]["fields"] == ["typo"]


def test_documented_parameters_that_are_ignored_are_not_found(client: Emulator) -> None:
    key = client.start("eq", "off", pin="1234")
    client.http.post("/eq_callback.php", data={"action": "check", "key": key, "status": "x", "stage": "1"})
    client.call_vm("create_snapshot", name="a", num_rotation="3")
    assert "unread-fields" not in findings(client)


def test_a_finding_about_other_things_names_no_fields(client: Emulator) -> None:
    client.start("eq", "off")
    client.eq("reboot")
    assert findings(client)["change-while-busy"]["fields"] == []


def test_fields_that_are_read_are_not_found(client: Emulator) -> None:
    client.call_vm("get_snapshot", type="snapshot")
    assert findings(client) == {}


def test_a_second_call_with_an_expired_token_is_found(client: Emulator) -> None:
    token = logged_in(client)
    client.advance(seconds=61)
    client.call("eq", "list", token=token)
    assert findings(client) == {}
    client.time.go_on(1)
    client.call_vm("get_snapshot", token=token)
    assert shown_by(client, "goes-on-with-an-expired-token") == [("vm", "get_snapshot")]


def test_a_client_that_logs_in_again_is_not_found(client: Emulator) -> None:
    for _ in range(2):
        token = logged_in(client)
        client.advance(seconds=61)
        client.call("eq", "list", token=token)
    assert findings(client) == {}


def test_a_secret_in_the_query_is_found(client: Emulator) -> None:
    client.http.post("/eq.php", params={"token": TOKEN}, data={"action": "list"})
    assert shown_by(client, "secrets-in-the-query") == [("eq", "list")]


def test_secrets_of_the_query_that_the_journal_left_out_are_counted(client: Emulator) -> None:
    for secrets, left_out in ((60, 11), (20, 0)):
        sent = {f"password{number}": "x" for number in range(secrets)} | {"token": TOKEN}
        others = {f"f{number}": "x" for number in range(40)} if secrets == 20 else {}
        client.clear_requests()
        client.http.post("/eq.php", params=sent | others, data={"action": "list"})
        finding = findings(client)["secrets-in-the-query"]
        assert (len(finding["fields"]), finding["fields_left_out"]) == (min(secrets + 1, 50), left_out)


def test_other_fields_and_keys_in_the_query_are_not_found(client: Emulator) -> None:
    client.http.post("/eq.php", params={"action": "list"}, data={"token": TOKEN})
    key = client.start("eq", "status")
    client.http.get("/eq_callback.php", params={"action": "check", "key": key})
    assert findings(client) == {}


def test_the_journal_shows_the_fields_of_the_query_and_the_real_time(client: Emulator) -> None:
    client.http.post("/eq.php", params={"action": "list"}, data={"token": TOKEN})
    (call,) = client.control("GET", "/requests")["requests"]
    assert (call["in_query"], call["received_at"]) == (["action"], "2026-03-01T12:00:00Z")


def test_calls_that_were_sent_before_the_answer_or_in_a_new_world_do_not_ignore_it(client: Emulator) -> None:
    limited(client)
    client.time.now -= 1  # when the answer had not been sent
    client.http.post("/eq.php", data=LIST)
    client.time.now += 1
    client.reset()
    client.http.post("/eq.php", data=LIST)
    assert "ignores-retry-after" not in findings(client)


def test_two_clients_that_are_each_told_once_of_their_token_are_not_found(client: Emulator) -> None:
    tokens = [logged_in(client), logged_in(client)]
    client.advance(seconds=61)
    for token in tokens:
        client.call("eq", "list", token=token)
    assert findings(client) == {}
    client.time.go_on(1)
    client.call("eq", "list", token=tokens[0])
    assert "goes-on-with-an-expired-token" in findings(client)


def test_a_second_call_after_the_fault_of_an_expired_token_is_found(client: Emulator) -> None:
    client.fault("expired_token")
    client.call("eq", "list")
    assert "goes-on-with-an-expired-token" not in findings(client)
    client.time.go_on(1)
    client.fault("expired_token")
    client.call("eq", "list")
    assert "goes-on-with-an-expired-token" in findings(client)


@pytest.mark.parametrize(("after", "is_found"), [(0.2, False), (1, True)])
def test_calls_that_came_before_a_refusal_could_be_read_are_not_found(
    client: Emulator, after: float, *, is_found: bool
) -> None:
    token = logged_in(client)
    client.advance(seconds=61)
    client.call("eq", "list", token=token)
    limited(client)
    client.time.go_on(after)
    client.call("eq", "list", token=token)
    assert ("goes-on-with-an-expired-token" in findings(client)) is is_found
    assert ("ignores-retry-after" in findings(client)) is is_found


def test_a_refusal_that_came_late_is_not_ignored(client: Emulator) -> None:
    client.fault("http_status", status=503, retry_after=5)
    client.fault("latency", seconds=0.01)
    client.http.post("/eq.php", data=LIST)
    client.time.go_on(1)
    client.http.post("/eq.php", data=LIST)
    assert "ignores-retry-after" not in findings(client)


@pytest.mark.parametrize("between", ["reset", "works"])
def test_a_token_that_is_valid_again_is_not_found(client: Emulator, between: str) -> None:
    client.fault("expired_token")
    client.call("eq", "list")
    client.reset()
    if between == "works":
        assert client.call("eq", "list")["result"] == "OK"
    client.time.go_on(1)
    client.fault("expired_token")
    client.call("eq", "list")
    assert "goes-on-with-an-expired-token" not in findings(client)


def test_a_logout_with_an_expired_token_is_not_found(client: Emulator) -> None:
    token = logged_in(client)
    client.advance(seconds=61)
    client.call("eq", "list", token=token)
    client.time.go_on(1)
    client.call("auth", "logout", token=token)
    assert findings(client) == {}


def test_an_entry_of_a_map_that_no_handler_reads_is_found(client: Emulator) -> None:
    client.call(
        "api_keys", "add", **{"params[name]": "x", "params[server]": 12345, "params[server_id]": 12345}
    )
    assert findings(client)["unread-fields"]["fields"] == ["params[server]"]


def test_an_empty_token_in_the_query_is_not_found(client: Emulator) -> None:
    client.http.post("/eq.php", params={"token": ""}, data={"action": "list", "token": TOKEN})
    assert findings(client) == {}


@pytest.mark.parametrize(("user", "is_found"), [("user:password@", True), ("", False)])
def test_a_password_of_a_callback_in_the_query_is_found(
    client: Emulator, user: str, *, is_found: bool
) -> None:
    url = f"http://{user}hooks.test/done?a=1"
    client.http.post("/eq.php", params={"post_install_callback": url}, data=LIST)
    assert ("secrets-in-the-query" in findings(client)) is is_found
    if is_found:
        assert findings(client)["secrets-in-the-query"]["fields"] == ["password of post_install_callback"]

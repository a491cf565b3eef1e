"""What the vendor's Terraform provider asks for, by a Go program that asks as it does."""

import subprocess
from collections.abc import Callable
from typing import Any

import pytest
from client_programs import FOLDER, VENDOR, Ran, VendorServer, account_of, asked, asked_of_nobody, run_program
from processes import DEADLINE, environment

from invapi_emulator.testing import Account

pytestmark = pytest.mark.acceptance

Provider = Callable[..., Ran]
EVERY_TRY = ["backoff up to 300ms", "backoff up to 600ms", "backoff up to 1.2s"]


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> str:
    """Build the program; what Go compiled is kept between runs, with pytest's own cache."""
    built = tmp_path_factory.mktemp("terraform") / "provider"
    cache = pytestconfig.cache
    assert cache is not None
    variables = environment(
        GOCACHE=str(cache.mkdir("go-build").resolve()), CGO_ENABLED="0", GOFLAGS="-mod=mod"
    )
    subprocess.run(
        ["go", "build", "-o", built, "."], cwd=FOLDER / "terraform", env=variables, check=True, timeout=DEADLINE * 5
    )  # fmt: skip
    return str(built)


@pytest.fixture
def provider(program: str, account: Account) -> Provider:
    """Return the provider, pointed at the emulator as the recipe says; its pauses take a thousandth of their time."""

    def run(*words: str, **variables: str) -> Ran:
        usual = {"HOSTKEY_API_KEY": account.api_key, "HOSTKEY_API_URL": account.url, "WAIT_SHARE": "0.001"}
        return run_program([program, *words], **usual | variables)

    return run


def test_it_logs_in_and_reads_its_servers(provider: Provider, account: Account) -> None:
    assert provider("list").told == {"read": [12345, 12346, 12347, 12348], "waits": []}
    login, listing = account.requests()
    assert login["fields"] == {"action": "login", "key": "***", "ttl": "3600"}
    assert listing["fields"] == {"action": "list", "token": "***"}
    assert (login["in_query"], listing["in_query"]) == ([], [])


def test_it_reads_a_server_with_its_main_address(provider: Provider, account: Account) -> None:
    read = provider("read", "12345").told["read"]
    assert read["main_ipv4"] == account.export()["vms"][0]["ip"]
    assert (read["hostname"], read["status"], read["gone"]) == ("web-1", "rent", False)


def test_a_server_that_is_not_there_is_gone_from_its_state(provider: Provider) -> None:
    assert provider("read", "99").told["read"]["gone"] is True


def test_it_switches_power_without_a_look_at_the_key(provider: Provider, account: Account) -> None:
    assert provider("power", "12345", "off").ok
    account.advance_until_idle()
    assert account.vm(12345)["power"] == "off"
    assert asked(account) == ["auth/login", "eq/off"]


def test_it_takes_power_for_on_as_long_as_the_server_is_rented(provider: Provider) -> None:
    assert provider("read", "12348").told["read"]["power_state"] == "on"


def test_an_empty_account_is_told_apart_from_a_wrong_key(program: str, vendor: VendorServer) -> None:
    with account_of(vendor, scenario="empty") as account:
        address = {"HOSTKEY_API_URL": account.url, "WAIT_SHARE": "0"}
        empty = run_program([program, "list"], HOSTKEY_API_KEY=account.api_key, **address)
        wrong = run_program([program, "list"], HOSTKEY_API_KEY="wrong", **address)
    assert (empty.ok, empty.told["kind"]) == (False, "NO_APPROPRIATE_SERVERS")
    assert (wrong.ok, wrong.told["kind"]) == (False, "refused")
    assert "Invalid API key" in wrong.told["error"]


def test_it_reaches_the_built_in_host_over_https_that_it_verifies(
    provider: Provider, vendor: VendorServer
) -> None:
    built_in = {"HOSTKEY_API_URL": "", "CONNECT_TO": f"127.0.0.1:{vendor.secure_port}"}
    assert provider("list", SSL_CERT_FILE=vendor.ca, **built_in).ok
    refused = provider("list", **built_in)
    assert not refused.ok
    assert f"https://{VENDOR}/auth.php" in refused.told["error"]
    assert "certificate signed by unknown authority" in refused.told["error"]


def test_it_takes_https_on_localhost_too(provider: Provider, vendor: VendorServer) -> None:
    url = f"https://localhost:{vendor.secure_port}/"
    assert provider("list", HOSTKEY_API_URL=url, SSL_CERT_FILE=vendor.ca).ok


@pytest.mark.parametrize("elsewhere", ["http://192.0.2.1/", f"http://{VENDOR}/", "https://invapi.example/"])
def test_it_sends_its_key_nowhere_else(provider: Provider, account: Account, elsewhere: str) -> None:
    refused = provider("list", HOSTKEY_BASE_URL=elsewhere)
    assert refused.told["error"].startswith("Invalid base_url: ")
    assert refused.told["waits"] == []
    assert account.requests() == []


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_it_waits_as_long_as_it_is_asked_to_and_tries_again(
    provider: Provider, account: Account, status: int
) -> None:
    account.fault("http_status", status=status, retry_after=2, match={"action": "show"})
    read = provider("read", "12345")
    assert (read.ok, read.told["waits"]) == (True, ["Retry-After 2s"])


def test_it_waits_half_a_minute_at_most(provider: Provider, account: Account) -> None:
    account.fault("http_status", status=503, retry_after=3600, match={"action": "list"})
    assert provider("list").told["waits"] == ["Retry-After 30s"]


def test_it_keeps_within_a_budget_of_calls(provider: Provider, account: Account) -> None:
    account.fault("rate_limit", budget=1, per=3600, match={"action": "list"})
    assert provider("list").ok
    assert provider("list").told["waits"] == ["Retry-After 30s"]


@pytest.mark.parametrize("kind", ["connection_reset", "empty_reply"])
def test_it_tries_again_when_the_connection_breaks(provider: Provider, account: Account, kind: str) -> None:
    account.fault(kind, match={"action": "list"})
    read = provider("list")
    assert (read.ok, read.told["waits"]) == (True, ["backoff up to 300ms"])


def test_it_gives_up_after_three_tries(provider: Provider, account: Account) -> None:
    account.fault("http_status", status=503, times=3, match={"action": "list"})
    given_up = provider("list")
    assert (given_up.ok, given_up.told["waits"]) == (False, EVERY_TRY)
    assert "request failed after retries" in given_up.told["error"]
    assert asked(account, action="list") == ["eq/list"] * 3


@pytest.mark.parametrize("status", [400, 403])
def test_it_does_not_repeat_what_will_not_pass(provider: Provider, account: Account, status: int) -> None:
    account.fault("http_status", status=status, retry_after=1, match={"action": "list"})
    refused = provider("list")
    assert (refused.ok, refused.told["waits"]) == (False, [])


@pytest.mark.parametrize("kind", ["malformed_json", "truncated_body"])
def test_it_does_not_take_a_broken_answer_for_one(provider: Provider, account: Account, kind: str) -> None:
    account.fault(kind, match={"action": "list"})
    broken = provider("list")
    assert (broken.ok, broken.told["waits"]) == (False, [])
    assert ("invalid JSON" in broken.told["error"]) == (kind == "malformed_json")


REFUSED_SESSION: list[tuple[str, dict[str, Any]]] = [("expired_token", {}), ("http_status", {"status": 401})]


@pytest.mark.parametrize(("kind", "fields"), REFUSED_SESSION)
def test_it_logs_in_again_when_its_session_is_refused(
    provider: Provider, account: Account, kind: str, fields: dict[str, Any]
) -> None:
    account.fault(kind, match={"action": "list"}, **fields)
    read = provider("list")
    assert (read.ok, read.told["waits"]) == (True, [])
    assert asked(account) == ["auth/login", "eq/list", "auth/login", "eq/list"]


def test_it_logs_in_again_only_once(provider: Provider, account: Account) -> None:
    account.fault("expired_token", times=2, match={"action": "list"})
    refused = provider("list")
    assert (refused.ok, refused.told["waits"]) == (False, [])
    assert "Token expired" in refused.told["error"]
    assert asked(account, module="auth") == ["auth/login"] * 2


def test_what_is_not_emulated_says_so_and_an_order_is_never_repeated(
    provider: Provider, vendor: VendorServer
) -> None:
    order, rename = provider("order", "vm.pico"), provider("rename", "12345", "web-2")
    assert "HTTP 501" in order.told["error"]
    assert "this emulator does not have" in order.told["error"]
    assert (order.told["waits"], rename.told["waits"]) == ([], EVERY_TRY)
    assert [asked_of_nobody(vendor, action) for action in ("order_instance", "rename_server")] == [1, 3]


def test_a_task_that_failed_is_an_error_with_its_reason(provider: Provider, account: Account) -> None:
    account.fault("task_fails", error="no free host", match={"action": "off"})
    assert provider("power", "12345", "off").ok
    waited = provider("wait", account.tasks[0]["key"])
    assert (waited.ok, waited.told["waits"]) == (False, ["Not ready: poll"])
    assert "no free host" in waited.told["error"]


def test_a_key_that_tells_of_no_deployment_is_asked_until_it_is_spent(
    provider: Provider, account: Account
) -> None:
    assert provider("power", "12345", "off").ok
    waited = provider("wait", account.tasks[0]["key"])
    assert waited.told["waits"] == ["Not ready: poll", "OK: poll"]
    assert (waited.ok, waited.told["kind"]) == (False, "not found")
    assert "AsyncKey not found" in waited.told["error"]

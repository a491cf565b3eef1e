"""The calls of the vendor's module for WHMCS, made by a PHP program that works like it."""

import re

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import (
    Program,
    VendorServer,
    account_of,
    asked,
    findings,
    module_of,
    trusting,
)

pytestmark = pytest.mark.acceptance


def test_it_logs_in_once_for_each_page_and_reads_a_server_over_https(
    module: Program, account: Account
) -> None:
    server = module("server", "12345").told["read"]["server"]
    assert (server["id"], server["type"], server["status"]) == (12345, "VPS", "rent")
    assert asked(account) == ["auth/login", "eq/show"]
    assert account.requests(action="show")[0]["fields"] == {"token": "***", "id": "12345", "action": "show"}


def test_it_sends_its_key_in_the_query_and_the_report_shows_it(module: Program, account: Account) -> None:
    module("server", "12345")
    assert account.requests(action="login")[0]["in_query"] == ["action", "key"]
    assert "secrets-in-the-query" in [finding["id"] for finding in findings(account)]


def test_it_finds_the_state_it_gives_the_service(module: Program, account: Account) -> None:
    assert module("server", "12346").told["read"]["state"] == "Active"
    account.assume({"A-39": "power_off"})
    assert module("server", "12346").told["read"]["state"] == "Suspended"


def test_without_the_ca_the_module_trusts_no_server(vendor: VendorServer, account: Account) -> None:
    refused = module_of(account, vendor.secure_port)("server", "12345")
    assert "SSL certificate problem" in refused.told["error"]
    assert account.requests() == []


def test_its_address_can_be_set(vendor: VendorServer, account: Account) -> None:
    port = vendor.url.rpartition(":")[2]
    module = module_of(account, port)
    assert module("server", "12345", API_URL="http://emulator/").told["read"]["server"]["id"] == 12345


def test_a_port_in_its_address_is_lost_after_the_login(vendor: VendorServer, account: Account) -> None:
    module = module_of(account, "")
    lost = module("server", "12345", API_URL=f"{vendor.url}/", CONNECT_TO="")
    assert (lost.ok, asked(account)) == (False, ["auth/login"])


def test_a_missing_server_is_empty(module: Program) -> None:
    assert module("server", "99").told["read"] == {"server": False, "state": ""}


def test_a_session_that_expires_during_a_page_is_not_renewed(module: Program, account: Account) -> None:
    account.fault("expired_token", match={"action": "show"})
    assert module("server", "12345").told["read"]["server"] is False
    assert asked(account) == ["auth/login", "eq/show"]
    assert module("server", "12345").told["read"]["server"]["id"] == 12345


@pytest.mark.parametrize("status", [401, 429, 503])
def test_it_does_not_retry_and_ignores_the_status(module: Program, account: Account, status: int) -> None:
    account.fault("http_status", status=status, retry_after=1, match={"action": "show"})
    assert module("server", "12345").told["read"]["server"] is False
    assert asked(account) == ["auth/login", "eq/show"]


def test_a_body_that_is_not_json_is_a_missing_server(module: Program, account: Account) -> None:
    account.fault("malformed_json", match={"action": "show"})
    assert module("server", "12345").told["read"]["server"] is False


@pytest.mark.parametrize("kind", ["connection_reset", "empty_reply", "truncated_body"])
def test_a_broken_connection_is_an_error(module: Program, account: Account, kind: str) -> None:
    account.fault(kind, match={"action": "show"})
    broken = module("server", "12345")
    assert not broken.ok
    assert re.fullmatch(r"Attempt to call invapi\. .+", broken.told["error"])


@pytest.mark.parametrize("fault", ["malformed_json", "reject"])
def test_a_login_without_a_token_is_an_error(module: Program, account: Account, fault: str) -> None:
    account.fault(fault, match={"action": "login"})
    assert module("server", "12345").told["error"] == "Attempt to get a token. Token error"


def test_an_empty_account_gets_no_token(vendor: VendorServer) -> None:
    with account_of(vendor, scenario="empty") as account:
        module = module_of(account, vendor.secure_port, *trusting(vendor))
        assert module("server", "1").told["error"] == "Attempt to get a token. Token error"

"""The calls of the vendor's Terraform provider, made by a Go program that works like it."""

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import VENDOR, Program, VendorServer, account_of, asked, terraform_of

pytestmark = pytest.mark.acceptance


def test_it_logs_in_and_reads_its_servers(provider: Program, account: Account) -> None:
    assert provider("list").told == {"read": [12345, 12346, 12347, 12348], "waits": []}
    login, listing = account.requests()
    assert login["fields"] == {"action": "login", "key": "***", "ttl": "3600"}
    assert listing["fields"] == {"action": "list", "token": "***"}
    assert (login["in_query"], listing["in_query"]) == ([], [])


def test_it_reads_a_server_with_its_main_address(provider: Program, account: Account) -> None:
    read = provider("read", "12345").told["read"]
    assert read["main_ipv4"] == account.export()["vms"][0]["ip"]
    assert (read["hostname"], read["status"], read["gone"]) == ("web-1", "rent", False)


def test_a_missing_server_is_removed_from_its_state(provider: Program) -> None:
    assert provider("read", "99").told["read"]["gone"] is True


def test_it_switches_power_without_checking_the_key(provider: Program, account: Account) -> None:
    assert provider("power", "12345", "off").ok
    account.advance_until_idle()
    assert account.vm(12345)["power"] == "off"
    assert asked(account) == ["auth/login", "eq/off"]


@pytest.mark.parametrize(("profile", "at_once"), [("realistic", "on"), ("instant", "off")])
def test_it_reads_the_power_before_the_task_has_ended(
    provider: Program, account: Account, profile: str, at_once: str
) -> None:
    account.assume({"A-39": "power_off"})
    account.set_profile(profile)
    assert provider("power", "12345", "off").ok
    assert provider("read", "12345").told["read"]["power_state"] == at_once
    account.advance_until_idle()
    assert provider("read", "12345").told["read"]["power_state"] == "off"


def test_it_takes_a_rented_server_for_powered_on(provider: Program, account: Account) -> None:
    assert provider("read", "12348").told["read"]["power_state"] == "on"
    account.assume({"A-39": "power_off"})
    assert provider("read", "12348").told["read"]["power_state"] == "off"


def test_an_empty_account_differs_from_a_wrong_key(terraform: str, vendor: VendorServer) -> None:
    with account_of(vendor, scenario="empty") as account:
        provider = terraform_of(account, terraform)
        empty, wrong = provider("list"), provider("list", HOSTKEY_API_KEY="wrong")
    assert (empty.ok, empty.told["kind"]) == (False, "NO_APPROPRIATE_SERVERS")
    assert (wrong.ok, wrong.told["kind"]) == (False, "refused")
    assert "Invalid API key" in wrong.told["error"]


def test_it_reaches_the_built_in_host_over_verified_https(provider: Program, vendor: VendorServer) -> None:
    built_in = {"HOSTKEY_API_URL": "", "CONNECT_TO": f"127.0.0.1:{vendor.secure_port}"}
    assert provider("list", SSL_CERT_FILE=vendor.ca, **built_in).ok
    refused = provider("list", **built_in)
    assert not refused.ok
    assert f"https://{VENDOR}/auth.php" in refused.told["error"]
    assert "certificate signed by unknown authority" in refused.told["error"]


def test_it_accepts_https_on_localhost_too(provider: Program, vendor: VendorServer) -> None:
    url = f"https://localhost:{vendor.secure_port}/"
    assert provider("list", HOSTKEY_API_URL=url, SSL_CERT_FILE=vendor.ca).ok


@pytest.mark.parametrize("elsewhere", ["http://192.0.2.1/", f"http://{VENDOR}/", "https://invapi.example/"])
def test_it_sends_its_key_only_there(provider: Program, account: Account, elsewhere: str) -> None:
    refused = provider("list", HOSTKEY_BASE_URL=elsewhere)
    assert refused.told["error"].startswith("Invalid base_url: ")
    assert refused.told["waits"] == []
    assert account.requests() == []

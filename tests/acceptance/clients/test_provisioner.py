"""The calls of a provisioner in Python, from its first login to an address, made by a program that works like it."""

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import (
    Program,
    VendorServer,
    account_of,
    asked,
    findings,
    python_of,
    tokenless,
)
from tests.acceptance.clients.python_programs.provisioner import ADDRESS_LOOKS, LOCATIONS

pytestmark = pytest.mark.acceptance


@pytest.fixture
def provisioner(account: Account) -> Program:
    return python_of("provisioner", account)


def test_its_login_tells_how_the_account_is_billed(provisioner: Program, account: Account) -> None:
    assert provisioner("login").told["read"] == {"currency_code": "EUR", "whmcs_location": "whmcs_com"}
    assert asked(account) == ["auth/login"]


def test_an_account_without_servers_logs_in_by_its_password(vendor: VendorServer) -> None:
    with account_of(vendor, scenario="empty") as account:
        provisioner = python_of("provisioner", account)
        assert "No appropriate servers found" in provisioner("login").told["error"]
        by_password = {"HOSTKEY_EMAIL": account.user, "HOSTKEY_PASSWORD": account.password}
        assert provisioner("login", **by_password).told["read"]["whmcs_location"] == "whmcs_com"
        assert asked(account)[-2:] == ["auth/login", "auth/whmcslogin"]
        assert len(provisioner("discover", **by_password).told["read"]) > 0


def test_it_finds_an_os_and_a_traffic_plan_for_every_virtual_preset(
    provisioner: Program, account: Account
) -> None:
    before = tokenless(account)
    regions = provisioner("discover").told["read"]
    plans = {region["code"]: region["traffic_plan"] for region in regions}
    assert plans["108-NL"] == plans["282-US"] == "25"
    assert {region["os_id"] for region in regions} == {237}
    assert "310-NL" not in plans
    presets = {code.partition("-")[0] for code in plans}
    assert asked(account) == ["auth/login", *["traffic_plans/list"] * len(presets)]
    public = [f"{call['module']}/{call['action']}" for call in tokenless(account)[len(before) :]]
    assert (public.count("presets/list"), public.count("os/list")) == (len(LOCATIONS), len(presets))
    assert findings(account) == []


def test_with_traffic_plans_that_refuse_tokens_it_goes_on_without(
    provisioner: Program, account: Account
) -> None:
    account.assume({"A-40": "refused"})
    regions = provisioner("discover").told["read"]
    assert {region["traffic_plan"] for region in regions} == {None}
    assert {region["os_id"] for region in regions} == {237}


def test_it_waits_for_an_address_that_the_world_can_reach(provisioner: Program, account: Account) -> None:
    """Addresses of the documentation range are none. A world gives a server another."""
    assert provisioner("address", "12345").told["error"] == "server 12345 got no IP"
    assert asked(account, action="show") == ["eq/show"] * ADDRESS_LOOKS
    account.emulator.control("PATCH", f"/accounts/{account.name}/vms/12345", {"ip": "8.8.4.4"})
    assert provisioner("address", "12345").told["read"] == "8.8.4.4"


@pytest.mark.parametrize("status", [429, 503])
def test_it_retries_nothing(provisioner: Program, account: Account, status: int) -> None:
    account.fault("http_status", status=status, match={"action": "show"})
    assert not provisioner("address", "12345").ok
    assert asked(account, action="show") == ["eq/show"]


def test_a_clock_behind_real_time_makes_it_log_in_before_each_call(vendor: VendorServer) -> None:
    with account_of(vendor, now="2001-01-01T00:00:00Z") as account:
        account.emulator.control("PATCH", f"/accounts/{account.name}/vms/12345", {"ip": "8.8.4.4"})
        provisioner = python_of("provisioner", account)
        assert provisioner("address", "12345").ok
        assert provisioner("destroy", "12345").ok
        assert asked(account) == ["auth/login", "eq/show", "auth/login", "whmcs/request_cancellation"]

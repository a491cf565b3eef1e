"""`--invapi-assumptions=each` tries the options of orders, deploys and cancellations too."""

import re

import pytest

import invapi_emulator.control.routes  # noqa: F401 - see test_pytest_plugin
from invapi_emulator.contract.assumptions import orders
from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS
from tests.support.offenders import assert_none
from tests.unit.testing.test_pytest_plugin import run

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.acceptance  # each is a separate pytest process

SUITE = """
    ORDER = {"preset": "vm.pico", "location_name": "NL", "os_id": 187, "root_pass": "Secret-word1", "hostname": "web-9"}
    DAYS = 86_400

    def order(invapi):
        return invapi.call("eq", "order_instance", **ORDER)

    def servers(invapi):
        return invapi.call("eq", "list")["servers"]

    def cancel(invapi, **fields):
        invapi.call("whmcs", "request_cancellation", id=12345, cancellation_reason="moved", **fields)

    def test_the_key_is_answered(invapi):
        assert "callback" in order(invapi)

    def test_no_id_is_answered(invapi):
        assert "id" not in order(invapi)

    def test_the_server_is_listed_late(invapi):
        order(invapi)
        assert servers(invapi) == invapi.vms

    def test_a_reinstall_keeps_snapshots(invapi):
        invapi.call("eq", "reinstall", id=12346, os_id=187)
        invapi.advance_until_idle()
        assert len(invapi.vm(12346)["snapshots"]) == 4

    def test_a_cancelled_server_is_gone(invapi):
        cancel(invapi, cancellation_type=1)
        assert 12345 not in servers(invapi)

    def test_an_unpaid_server_goes_on(invapi):
        order(invapi)
        invapi.advance_until_idle()
        server = max(servers(invapi))
        invapi.import_(invapi.export() | {"credit": "0.00"})
        invapi.advance(40 * DAYS)
        assert invapi.call("eq", "show", id=server)["server_data"]["status"] == "rent"

    def test_a_cancellation_is_immediate(invapi):
        cancel(invapi)
        invapi.advance(300)
        assert 12345 not in servers(invapi)
"""

DEPENDS = {
    "A-41": ["test_the_key_is_answered", "test_no_id_is_answered"],
    "A-42": ["test_the_server_is_listed_late"],
    "A-43": ["test_a_reinstall_keeps_snapshots"],
    "A-44": ["test_a_cancelled_server_is_gone"],
    "A-45": ["test_an_unpaid_server_goes_on"],
    "A-46": ["test_a_cancellation_is_immediate"],
}


def test_each_option_about_orders_is_tried_and_named(pytester: pytest.Pytester) -> None:
    result = run(pytester, SUITE, "--invapi-assumptions=each")
    assert result.ret == 0
    found = named_in(result.stdout.lines)
    assert_none((id_, test) for id_, tests in DEPENDS.items() for test in tests if (id_, test) not in found)


def named_in(lines: list[str]) -> set[tuple[str, str]]:
    """Return the assumptions of a report, each with a test that depends on it."""
    found: set[tuple[str, str]] = set()
    id_ = ""
    for line in lines:
        if about := re.match(r"(A-\d\d), ", line):
            id_ = about[1]
        elif test := re.search(r"^ +\S+::(\w+)$", line):
            found.add((id_, test[1]))
    return found


def test_no_assumption_about_orders_is_left_out() -> None:
    about = {found.id for found in vars(orders).values() if found in ASSUMPTIONS.values()}
    assert about == DEPENDS.keys()

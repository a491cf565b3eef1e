"""The kit sees the other options of assumptions, and leaves the VM as it was found."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from invapi_conformance.table import CHECKS
from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS
from invapi_emulator.testing import Emulator
from invapi_emulator.testing.account import Account
from tests.support.harness import Running
from tests.support.kit_runs import EVERYTHING, ran

pytestmark = pytest.mark.acceptance

SEEN = {
    "A-04": "a-failure-is-http-200",
    "A-06": "a-failure-has-result-and-error",
    "A-07": "a-restore-leaves-the-vm-off",
    "A-08": "a-running-vm-refuses-a-removal",
    "A-09": "a-refused-list-says-so",
    "A-14": "context-id-is-a-number",
    "A-15": "scope-is-a-json-string",
    "A-18": "get-snapshot-lists-at-once",
    "A-21": "a-second-change-is-refused",
    "A-28": "reading-goes-on",
    "A-34": "off-of-what-is-off",
    "A-35": "reboot-of-what-is-off",
    "A-38": "info-tells-of-the-token",
    "A-39": "status-does-not-follow-power",
    "A-40": "plans-are-listed-with-a-token",
    "A-41": "an-order-answers-its-key",
    "A-42": "a-server-under-way-is-not-listed",
    "A-44": "a-cancelled-server-leaves-the-list",
}
"""The assumptions whose second option a run sees, and the check that sees it."""


OF_HOSTILE = {"a-created-snapshot-is-listed"}
"""Lists that come later than an `auto` clock goes on while they are asked for."""


ALL = replace(EVERYTHING, orders=True, most=Decimal("4.00"))


def left_to_see(account: Account) -> tuple[list[str], str, str, list[int], list[Any]]:
    """Return the snapshots, power and name of the VM, the servers, and the SSH keys."""
    whole, state = account.vm(12345), account.export()
    if any(vm.get("cancellation") for vm in state["vms"]):
        account.advance(seconds=300)  # the option of A-44 keeps a cancelled server so long
        state = account.export()
    names = [row["name"] for row in whole["snapshots"]]
    return (
        names,
        whole["power"],
        whole["hostname"],
        [vm["id"] for vm in state["vms"]],
        state.get("ssh_keys", []),
    )


@pytest.mark.parametrize("number", sorted(ASSUMPTIONS))
def test_another_option_is_seen_and_nothing_is_left_behind(server: Running, number: str) -> None:
    with Emulator(server.url).account(clock="auto", seed=7, assume={number: "no"}) as account:
        before = left_to_see(account)
        found = ran(account, ALL)
        assert found.report["trouble"] == []
        differing = found.names("differs")
        assert SEEN[number] in differing if number in SEEN else differing == set()
        assert left_to_see(account) == before


@pytest.mark.parametrize("seed", range(5))
def test_a_hostile_server_is_left_as_it_was_found_too(server: Running, seed: int) -> None:
    with Emulator(server.url).account(clock="auto", seed=seed, profile="hostile") as account:
        before = left_to_see(account)
        found = ran(account, ALL)
        assert found.report["trouble"] == []
        assert {name for name in found.names("differs") if CHECKS[name].basis != "assumed"} <= OF_HOSTILE
        assert left_to_see(account) == before

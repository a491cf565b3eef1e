"""The kit finds every mutation of a server, and nothing in a server without one."""

import pytest

from invapi_conformance.checks import CHECKS
from invapi_emulator.testing.account import Account
from tests.support.kit_runs import EVERYTHING, ran
from tests.support.offenders import assert_none
from tests.unit.conformance.mutated_servers import (
    mutations_of_accounts,
    mutations_of_envelopes,
    mutations_of_orders,
    mutations_of_the_catalogue,
    mutations_of_vms,
)
from tests.unit.conformance.mutated_servers.mutated_server import mutated_server
from tests.unit.conformance.mutated_servers.mutations import MUTATIONS

MUTATION_FILES = (
    mutations_of_envelopes, mutations_of_vms, mutations_of_the_catalogue, mutations_of_accounts, mutations_of_orders,
)  # fmt: skip
"""Importing these fills the table."""

HIDDEN = {"a new snapshot is listed under another name"}
"""With these mutations a kit cannot see that its snapshot exists."""


def own_snapshots(account: Account) -> list[str]:
    names = [row["name"] for row in account.vm(12345)["snapshots"]]
    return [name for name in names if name.startswith("conformance-")]


def test_there_are_at_least_twenty_mutations() -> None:
    assert len(MUTATIONS) >= 20


def test_every_check_of_chapters_9_to_11_is_found_by_a_mutation() -> None:
    seen = {mutated.seen_by for mutated in MUTATIONS.values()}
    of_chapters = {name for name, found in CHECKS.items() if found.clause.split(".")[0] in {"9", "10", "11"}}
    assert_none(of_chapters - seen)


@pytest.mark.acceptance  # takes a few minutes
@pytest.mark.parametrize("name", MUTATIONS)
def test_the_expected_check_finds_the_mutation(account: Account, name: str) -> None:
    mutated = MUTATIONS[name]
    with mutated_server(account.url, mutated.change, mutated.rewrite) as target:
        found = ran(account, mutated.allowed, target=target, task_seconds=2)
    assert mutated.seen_by in found.names("differs"), found.err
    assert found.status in {1, 2}
    if name not in HIDDEN:
        assert own_snapshots(account) == []
        assert account.vm(12345)["power"] == "on"


def test_without_a_mutation_everything_holds(account: Account) -> None:
    with mutated_server(account.url, lambda _asked, _given: None) as target:
        found = ran(account, EVERYTHING, target=target)
    assert (found.names("differs"), found.status) == (set(), 0)

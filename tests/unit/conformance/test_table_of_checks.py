"""The table of checks: each has a clause of the contract, and that clause's basis."""

import pytest

from invapi_conformance.checks import CHECKS
from invapi_conformance.table import HOLDS, check
from invapi_emulator.contract.clauses import clauses
from tests.support.offenders import assert_none


def test_every_check_has_a_clause_with_its_basis() -> None:
    without = {
        name: found.clause
        for name, found in CHECKS.items()
        if found.clause not in clauses() or found.basis not in clauses()[found.clause].bases
    }
    assert_none(without)


def test_titles_are_unique() -> None:
    assert len({(found.clause, found.title) for found in CHECKS.values()}) == len(CHECKS)


def test_two_checks_cannot_have_the_same_name() -> None:
    def modules_are_paths(_probe: object) -> object:
        return HOLDS

    with pytest.raises(ValueError, match="two checks are called modules-are-paths"):
        check("1.1", "assumed", "again")(modules_are_paths)  # type: ignore[arg-type]


def test_a_check_that_changes_a_vm_declares_it() -> None:
    needs = {need for found in CHECKS.values() for need in found.needs}
    assert needs == {"changes", "settings", "power", "restore", "objects", "rename", "orders", "api-key"}

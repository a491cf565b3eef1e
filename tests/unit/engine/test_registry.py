"""A name registered twice is an error at the second import."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from invapi_conformance.checks import CHECKS
from invapi_conformance.table import check
from invapi_emulator.actions import MODULES
from invapi_emulator.client_lint.findings import LINT_RULES
from invapi_emulator.client_lint.rule import lint_rule
from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS, assumption
from invapi_emulator.engine.action import ACTIONS, register
from invapi_emulator.engine.faults import kinds
from invapi_emulator.engine.faults.kinds import FAULTS
from invapi_emulator.engine.tasks.kinds import KINDS


def check_again(name: str) -> None:
    def look(_probe: object) -> None: ...

    look.__name__ = name.replace("-", "_")
    check("1.1", "documented", "again")(look)  # type: ignore[arg-type]


AGAIN: dict[str, Callable[[], object]] = {
    "actions": lambda: register("vm", MODULES["vm"].ACTIONS[:1]),
    "kinds of fault": lambda: kinds.register(FAULTS["reject"]),
    "checks": lambda: check_again(next(iter(CHECKS))),
    "lint rules": lambda: lint_rule(next(iter(LINT_RULES)), "warning", "again", instead="once")(
        lambda _seen: iter(())
    ),
    "assumptions": lambda: assumption(1, "1.1", "again", {"yes": "this", "no": "that"}),
}


@pytest.mark.parametrize("what", AGAIN)
def test_a_second_entry_with_the_same_name_is_an_error(what: str) -> None:
    tables = (ACTIONS, KINDS, FAULTS, CHECKS, LINT_RULES, ASSUMPTIONS)
    before = [dict(table) for table in tables]
    with pytest.raises(ValueError, match=f"^two {what} are called "):
        AGAIN[what]()
    assert [dict(table) for table in tables] == before


def test_the_same_action_of_another_module_has_its_own_tasks() -> None:
    status = ACTIONS["eq", "status"]
    with pytest.MonkeyPatch.context() as patch:
        for table in ("ACTIONS", "KINDS"):
            patch.setattr(f"invapi_emulator.engine.action.{table}", type(ACTIONS)(table))
        register("eq", [status])
        register("vm", [replace(status, module="vm")])

"""The states that one click brings about."""

import pytest

from invapi_emulator.dashboard.states import states_of
from tests.support.harness import Emulator
from tests.unit.dashboard.seen import said, vm_page

STATES = {state.label: state for state in states_of()}


@pytest.mark.parametrize("label", STATES)
def test_each_state_is_a_rule_that_the_control_api_takes(emulator: Emulator, label: str) -> None:
    emulator.control("POST", "/faults", dict(STATES[label].rule), status=201)
    assert STATES[label].undo.endswith(".")


def test_a_vm_has_the_states_of_an_account_and_its_lock(emulator: Emulator) -> None:
    assert "Lock this VM" in said(emulator, vm_page())
    assert "Lock this VM" not in said(emulator)
    for label in STATES:
        assert label in said(emulator, vm_page())
        assert label in said(emulator)


def test_a_dedicated_server_has_no_snapshot_that_can_fail(emulator: Emulator) -> None:
    emulator.control("POST", "/vms", {"id": 7, "kind": "dedicated"}, status=201)
    shown = said(emulator, vm_page(7))
    assert "Lock this VM" in shown
    assert "Next snapshot fails" not in shown

"""4.11, 4.12: calls that a VM refuses while it works or runs."""

from invapi_conformance.patterns import KEY, says
from invapi_conformance.probe import Probe
from invapi_conformance.table import CannotTell, Finding, answered, check, refused


def _was_under_way(probe: Probe) -> None:
    if probe.step("create.first").field("result") == "OK":
        raise CannotTell("the snapshot was made before its task was first checked")


@check("4.12", "assumed", "a second change is refused while a snapshot is made", needs=("changes", "power"))
def a_second_change_is_refused(probe: Probe) -> Finding:
    _was_under_way(probe)
    return refused(probe.step("locked"), "it was accepted")


@check("4.12", "assumed", "lists and power are told while a snapshot is made", needs=("changes",))
def reading_goes_on(probe: Probe) -> Finding:
    _was_under_way(probe)
    return answered(probe.step("locked.list"), {"result": "OK", "callback": KEY}, "it was refused")


@check("4.11", "documented", "a snapshot of a running VM is not removed", needs=("changes", "power"))
def a_running_vm_refuses_a_removal(probe: Probe) -> Finding:
    return refused(probe.step("remove-running"), "it was accepted", message=says(""))

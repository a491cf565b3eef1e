"""4.4, 4.11: a restore of the kit's own snapshot."""

from invapi_conformance.checks.own_snapshot import listed
from invapi_conformance.checks.tasks import ended_well
from invapi_conformance.patterns import KEY, numeric
from invapi_conformance.probe import Probe
from invapi_conformance.table import CannotTell, Finding, answered, check, compared


@check("4.4", "documented", "restore_snapshot answers a key", needs=("restore",))
def restore_answers_a_key(probe: Probe) -> Finding:
    return answered(probe.step("restore.asked"), {"result": "OK", "callback": KEY}, "no key")


@check("3.4", "seen", "context of a restore is of the call", needs=("restore",))
def context_of_a_restore(probe: Probe) -> Finding:
    wanted = {"action": "restore_snapshot", "id": numeric(probe.access.vm), "name": probe.own}
    return answered(ended_well(probe.step("restore.end")), {"context": wanted}, "another call's")


@check("4.4", "documented", "the restored snapshot and those before it are still there", needs=("restore",))
def a_restore_keeps_what_is_older(probe: Probe) -> Finding:
    before, after = (
        [row.get("name") for row in listed(probe, name)] for name in ("restore.before", "restore.list")
    )
    return compared(
        {"gone": len(set(before) - set(after))}, {"gone": 0}, "a snapshot was lost in the restore"
    )


@check("4.11", "assumed", "a restore leaves the VM off", needs=("restore",))
def a_restore_leaves_the_vm_off(probe: Probe) -> Finding:
    power = probe.step("restore.show").field("server_data", "power_status")
    if power is None:
        raise CannotTell("eq/show does not show the power")
    return compared({"power_status": power}, {"power_status": "power_off"}, "it runs")

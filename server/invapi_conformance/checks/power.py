"""6.3: on, off, reboot and status."""

from invapi_conformance.checks.tasks import ended_well, status_of
from invapi_conformance.patterns import KEY, numeric, says
from invapi_conformance.probe import Probe
from invapi_conformance.table import Finding, answered, check, first_difference, refused

UP, DOWN = "VM is up now", "VM is down now"


@check("6.3", "documented", "status of a running VM says: VM is up now")
def status_of_a_running_vm(probe: Probe) -> Finding:
    return _says_its_power(probe, "power_on", UP)


@check("6.3", "assumed", "status of a VM that is off says: VM is down now")
def status_of_a_vm_that_is_off(probe: Probe) -> Finding:
    return _says_its_power(probe, "power_off", DOWN)


def _says_its_power(probe: Probe, power: str, words: str) -> Finding:
    probe.needs_power(power)
    return answered(ended_well(status_of(probe).end), {"scope": says(words)}, "other words")


def _switched(probe: Probe, action: str, words: str) -> Finding:
    asked = answered(probe.step(f"{action}.asked"), {"result": "OK", "callback": KEY}, "no key")
    context = {"action": action, "id": numeric(probe.access.vm)}
    end = answered(
        ended_well(probe.step(f"{action}.end")), {"scope": says(words), "context": context}, "other words"
    )
    return first_difference(asked, end)


def _shown(probe: Probe, action: str, power: str) -> Finding:
    wanted = {"server_data": {"power_status": power}}
    return answered(probe.step(f"{action}.show"), wanted, f"show does not follow {action}")


@check("6.3", "documented", "on ends with: VM is up now", needs=("power",))
def on_ends_with_up(probe: Probe) -> Finding:
    return _switched(probe, "on", UP)


@check("6.3", "assumed", "off ends with: VM is down now", needs=("power",))
def off_ends_with_down(probe: Probe) -> Finding:
    return _switched(probe, "off", DOWN)


@check("6.3", "documented", "reboot ends with: VM is up now", needs=("power",))
def reboot_ends_with_up(probe: Probe) -> Finding:
    return _switched(probe, "reboot", UP)


@check("6.2", "seen", "show says power_on after on", needs=("power",))
def show_follows_on(probe: Probe) -> Finding:
    return _shown(probe, "on", "power_on")


@check("6.2", "seen", "show says power_off after off", needs=("power",))
def show_follows_off(probe: Probe) -> Finding:
    return _shown(probe, "off", "power_off")


@check("6.3", "assumed", "off of what is off succeeds", needs=("power",))
def off_of_what_is_off(probe: Probe) -> Finding:
    asked = answered(probe.step("off-again.asked"), {"result": "OK", "callback": KEY}, "it was refused")
    if asked.verdict == "differs":
        return asked
    return answered(probe.step("off-again.end"), {"result": "OK", "scope": says(DOWN)}, "other words")


@check("6.3", "assumed", "reboot of what is off is refused", needs=("power",))
def reboot_of_what_is_off(probe: Probe) -> Finding:
    return refused(probe.step("reboot-off"), "it was accepted")

"""The steps of a plan that switch the VM on and off."""

from invapi_conformance.walk import Walk


def switch(walk: Walk, action: str) -> None:
    walk.power_changed = walk.power_unsure = True
    walk.task(action, "eq", action)
    walk.power_unsure = False
    walk.ask(f"{action}.show", "eq", "show")


def switch_on(walk: Walk) -> None:
    switch(walk, "on")


def switch_off(walk: Walk) -> None:
    switch(walk, "off")


def reboot(walk: Walk) -> None:
    switch(walk, "reboot")


def switch_off_again(walk: Walk) -> None:
    answer = walk.ask("off-again.asked", "eq", "off")
    if answer.key is not None:
        walk.probe.steps["off-again.end"] = walk.ended(answer.key)


def reboot_off(walk: Walk) -> None:
    """Try to reboot. A VM that accepts it may run afterwards, and the next steps need it off."""
    walk.ask("reboot-off", "eq", "reboot")
    if walk.wait_if_taken("reboot-off"):
        switch_off(walk)

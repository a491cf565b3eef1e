"""The steps of a plan, in order. They depend on the options and on the state of the VM."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from invapi_conformance import object_steps, order_steps, snapshot_steps
from invapi_conformance.facts import CouldNotRun, Facts
from invapi_conformance.order_offer import Offer
from invapi_conformance.power_steps import reboot, reboot_off, switch_off, switch_off_again, switch_on
from invapi_conformance.walk import Allowed, Walk


@dataclass(frozen=True, slots=True)
class Step:
    """A step. `what` may contain {own}, the name of the kit's own snapshot."""

    calls: str
    what: str
    run: Callable[[Walk], None]


OFF = Step("eq/off", "power it off", switch_off)
ON = Step("eq/on", "power it on", switch_on)
SETTINGS = Step(
    "vm/update_restore_settings",
    "exclude the name {own} from rotation, empty the excluded names, put back what was there",
    snapshot_steps.change_settings,
)
CREATE = Step("vm/create_snapshot", "make the snapshot {own}", snapshot_steps.create)
CREATE_LOCKED = Step(
    "vm/create_snapshot",
    "make the snapshot {own}; meanwhile try to switch its power to what it is (must be refused)",
    snapshot_steps.create,
)
RESTORE = Step("vm/restore_snapshot", "restore {own}, if nothing is newer than it", snapshot_steps.restore)
REMOVE_RUNNING = Step(
    "vm/remove_snapshot",
    "try to remove {own} while the VM runs (must be refused)",
    snapshot_steps.remove_running,
)
REBOOT = Step("eq/reboot", "reboot it", reboot)
OFF_AGAIN = Step("eq/off", "power it off though it is off", switch_off_again)
REBOOT_OFF = Step("eq/reboot", "try to reboot it while it is off (must be refused)", reboot_off)
REMOVE = Step(
    "vm/remove_snapshot",
    "remove {own}: first with a wrong image (must be refused), then really, then again",
    snapshot_steps.remove,
)

SSH_KEY = Step("ssh_keys/add", "add the SSH key {own}, delete it, and delete it again", object_steps.ssh_key)
TAG = Step(
    "tags/add", "set the tag {own} of the VM, change it, remove it, and remove it again", object_steps.tag
)
RENAME = Step("eq/rename_server", "rename the VM to {own}, and back", object_steps.rename)
WRONG_ORDERS = Step(
    "eq/order_instance",
    "try to order at no location, without a known system, without a known traffic plan (must be refused)",
    order_steps.try_wrong_orders,
)
CANCEL = Step("whmcs/request_cancellation", "cancel that server at once, and again", order_steps.cancel)


def order_of(offer: Offer) -> Step:
    what = f"order {offer.in_words()}, with the hostname {{own}}, and follow its deploy"
    return Step("eq/order_instance", what, order_steps.order)


def steps_for(facts: Facts, allowed: Allowed, offer: Offer | None = None) -> list[Step]:
    """Return the steps; those that order come last. Raises CouldNotRun if they could not be undone."""
    has_snapshots = facts.kind != "VDS"
    snapshots = allowed.changes and has_snapshots
    _require_known_power(facts, allowed)
    if snapshots:
        _require_room(facts)
        _require_removable(facts, allowed)
    if allowed.settings and has_snapshots:
        _require_known_settings(facts)
    if allowed.rename and facts.hostname is None:
        raise CouldNotRun("--allow-rename: the hostname of the VM is unknown, so it could not be restored")
    return [*_of_objects(allowed), *_in_order(facts, allowed, snapshots=snapshots), *_of_orders(offer)]


def _of_objects(allowed: Allowed) -> Iterator[Step]:
    if allowed.objects:
        yield from (SSH_KEY, TAG)
    if allowed.rename:
        yield RENAME


def _of_orders(offer: Offer | None) -> Iterator[Step]:
    if offer is not None:
        yield from (WRONG_ORDERS, order_of(offer), CANCEL)


def _in_order(facts: Facts, allowed: Allowed, *, snapshots: bool) -> Iterator[Step]:
    found_on = facts.power == "power_on"
    if snapshots and allowed.restore and found_on:
        yield OFF  # before the snapshot, so that the restore loses nothing
    if snapshots:
        yield CREATE_LOCKED if allowed.power else CREATE
    if allowed.settings and facts.kind != "VDS" and not facts.rotates:
        yield SETTINGS
    if snapshots and allowed.restore:
        yield RESTORE
    if allowed.power:
        yield from (ON,) if not found_on or (snapshots and allowed.restore) else ()
        yield from (REMOVE_RUNNING,) if snapshots else ()
        yield from (REBOOT, OFF, OFF_AGAIN, REBOOT_OFF)
    if snapshots:
        yield REMOVE
    if found_on and allowed.power:
        yield ON


def _require_known_power(facts: Facts, allowed: Allowed) -> None:
    if (allowed.changes or allowed.power) and facts.power is None:
        raise CouldNotRun("the power of the VM is unknown, so it could not be restored")


def _require_room(facts: Facts) -> None:
    if facts.rows is None:
        raise CouldNotRun("--allow-changes: the list of snapshots cannot be read, so no snapshot is made")
    if len(facts.rows) >= facts.maximum:
        why = "a new one would delete another" if facts.rotates else "there is no room for one more"
        raise CouldNotRun(
            f"--allow-changes: the VM has {len(facts.rows)} of {facts.maximum} snapshots: {why}"
        )


def _require_known_settings(facts: Facts) -> None:
    if facts.rows is None:
        raise CouldNotRun("--allow-settings: the settings cannot be read, so they could not be put back")


def _require_removable(facts: Facts, allowed: Allowed) -> None:
    if facts.power == "power_on" and not allowed.power:
        raise CouldNotRun(
            "--allow-changes: the VM is running, and a snapshot can only be removed while it is off: "
            "power it off, or add --allow-power"
        )

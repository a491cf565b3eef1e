"""The steps of a plan that work on the kit's own snapshot and on the settings."""

from typing import Any

from invapi_conformance.facts import CouldNotRun
from invapi_conformance.interruption import Interrupted
from invapi_conformance.probe import NO_SUCH_IMAGE, NO_SUCH_VM
from invapi_conformance.target import Unreachable
from invapi_conformance.walk import StepFailed, Walk

UPDATE = "update_restore_settings"


class RestoreRefused(CouldNotRun):
    """Another snapshot is newer than the kit's own, and a restore would delete it."""


def change_settings(walk: Walk) -> None:
    """Exclude its own name in both forms of an array, update nothing, empty the list, restore it."""
    walk.settings_changed = True
    names = [*walk.facts.excluded, walk.own]
    walk.ask("excluded", "vm", UPDATE, exclude_rotation=names)
    walk.listed("excluded.list")
    walk.ask("indexed", "vm", UPDATE, **{f"exclude_rotation[{at}]": name for at, name in enumerate(names)})
    walk.ask("kept", "vm", UPDATE, enable_rotation=0)
    walk.ask("nothing", "vm", UPDATE)
    walk.ask("emptied", "vm", UPDATE, exclude_rotation=[])
    walk.listed("emptied.list")
    put_back_settings(walk)


def put_back_settings(walk: Walk) -> None:
    answer = walk.ask("put-back", "vm", UPDATE, exclude_rotation=walk.facts.excluded)
    if answer.is_failure or answer.body is None:
        raise StepFailed(f"vm/{UPDATE} was refused: {answer.message}")
    walk.settings_changed = False


def create(walk: Walk) -> None:
    walk.ask("create-for-nobody", "vm", "create_snapshot", id=NO_SUCH_VM, name=walk.own)
    walk.listed("before")
    walk.snapshot_may_exist = True

    now = walk.probe.power() if walk.allowed.power else None

    def meanwhile() -> None:
        if now is not None:  # the present power: harmless if the target accepts it
            walk.ask("locked", "eq", now.removeprefix("power_"))
        walk.ask("locked.list", "vm", "get_snapshot")

    try:
        walk.task("create", "vm", "create_snapshot", meanwhile=meanwhile, name=walk.own, num_rotation=1)
    except (Interrupted, Unreachable) as trouble:
        if "create.asked" not in walk.probe.steps:  # no interruption comes between a call and its answer
            walk.snapshot_may_exist = isinstance(trouble, Unreachable) and trouble.sent
        raise
    if now is not None:
        walk.wait_if_taken("locked")
    walk.listed("create.list", until=lambda names: walk.own in names)


def restore(walk: Walk) -> None:
    require_nothing_newer(walk)
    walk.task("restore", "vm", "restore_snapshot", name=walk.own)
    walk.ask("restore.show", "eq", "show")
    walk.listed("restore.list")


def require_nothing_newer(walk: Walk) -> None:
    """Raise RestoreRefused unless its own snapshot is the newest. Every name new in the list counts as newer."""
    known = {_identity(row) for row in walk.probe.steps["before"].field("snapshots") or walk.facts.rows or ()}
    rows = walk.listed("restore.before")
    mine = [row for row in rows if row.get("name") == walk.own]
    if len(mine) != 1:
        raise StepFailed(f"{walk.own} is listed {len(mine)} times")
    for row in rows:
        newer = str(row.get("date")) > str(mine[0].get("date")) or _identity(row) not in known
        if newer and row is not mine[0]:
            raise RestoreRefused(
                f"--allow-restore: {row.get('name')} is newer than {walk.own}, and a restore would delete it"
            )


def _identity(row: dict[str, Any]) -> tuple[str, str]:
    return str(row.get("name")), str(row.get("snapshot_id"))


def remove_running(walk: Walk) -> None:
    walk.ask("remove-running", "vm", "remove_snapshot", name=walk.own)
    walk.wait_if_taken("remove-running")


def remove(walk: Walk) -> None:
    walk.ask("mismatch", "vm", "remove_snapshot", name=walk.own, openstack_id=NO_SUCH_IMAGE)
    walk.wait_if_taken("mismatch")
    remove_own(walk)
    walk.ask("remove-again", "vm", "remove_snapshot", name=walk.own)
    walk.wait_if_taken("remove-again")


def remove_own(walk: Walk) -> None:
    walk.task("remove", "vm", "remove_snapshot", name=walk.own)
    names = [row.get("name") for row in walk.listed("remove.list", until=lambda names: walk.own not in names)]
    walk.snapshot_may_exist = walk.own in names

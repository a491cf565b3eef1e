"""A VM's lists of snapshots: which list a type names, and taking snapshots out of it."""

from collections.abc import Iterable

from msgspec.structs import replace

from invapi_emulator.contract.assumptions.snapshots import EXCLUSION_OF_WHAT_GOES, TYPES
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.snapshots import DEFAULT_TYPE, RotationSettings, Snapshot
from invapi_emulator.storage import events, snapshots
from invapi_emulator.storage.unit_of_work import UnitOfWork


def list_named(account: Account, type_: str) -> str:
    """Return the type whose list a call means: its own, unless there is one list only (assumption A-17)."""
    return type_ if account.assumed.holds(TYPES) else DEFAULT_TYPE


def held(
    unit: UnitOfWork, account: Account, vm_id: int, type_: str
) -> tuple[list[Snapshot], RotationSettings]:
    """Return the snapshots of the list that this type names, oldest first, and its settings."""
    listed = list_named(account, type_)
    present = snapshots.of_type(unit, vm_id, listed)
    return present, snapshots.settings_of_type(unit, vm_id, listed)


def take_out(unit: UnitOfWork, account: Account, now: Instant, gone: Iterable[Snapshot]) -> None:
    """Remove snapshots from their lists, each with its event."""
    for snapshot in gone:
        snapshots.remove(unit, snapshot)
        if not account.assumed.holds(EXCLUSION_OF_WHAT_GOES):
            _exclude_no_longer(unit, snapshot)
        events.record(unit, now, "snapshot_removed",
            vm=snapshot.vm_id, type=snapshot.type, name=snapshot.name,
        )  # fmt: skip


def _exclude_no_longer(unit: UnitOfWork, gone: Snapshot) -> None:
    settings = snapshots.settings_of_type(unit, gone.vm_id, gone.type)
    left = tuple(name for name in settings.excluded if name != gone.name)
    if left != settings.excluded:
        snapshots.save_settings(unit, gone.vm_id, gone.type, replace(settings, excluded=left))

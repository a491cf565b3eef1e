"""Snapshots and settings as `vm.php` shows them (contract 4.8, 4.9)."""

from typing import Any

from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.contract.assumptions.snapshots import SIZES
from invapi_emulator.domain.instants import iso, wire_date
from invapi_emulator.domain.snapshots import RotationSettings, Snapshot

_MIB = 1024 * 1024
_NOTHING_ELSE = Assumed()


def snapshot_row(snapshot: Snapshot, assumed: Assumed = _NOTHING_ELSE) -> dict[str, Any]:
    size = snapshot.size if assumed[SIZES] == "bytes" else snapshot.size // _MIB
    return {
        "name": snapshot.name,
        "snapshot_id": str(snapshot.sequence),
        "date": wire_date(snapshot.created_at),
        "created_at": iso(snapshot.created_at),
        "type": snapshot.type,
        "status": snapshot.status,
        "size": size,
        "total_size": size,
        "openstack_image_id": snapshot.image_id,
    }


def settings_body(settings: RotationSettings, num_max: int) -> dict[str, Any]:
    return {
        "num_max": num_max,
        "enable_rotation": int(settings.enabled),
        "exclude_rotation": list(settings.excluded),
    }

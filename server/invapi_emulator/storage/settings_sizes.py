"""The size of the rotation settings of an account's VMs together."""

from sqlalchemy import bindparam, select

from invapi_emulator.domain.snapshots import RotationSettings
from invapi_emulator.storage.json_column import json_text
from invapi_emulator.storage.octets import octets
from invapi_emulator.storage.record import Index, Key
from invapi_emulator.storage.sizes import Sizes, in_account
from invapi_emulator.storage.snapshots import ROTATION
from invapi_emulator.storage.statement import Statement
from invapi_emulator.storage.tables import rotation
from invapi_emulator.storage.unit_of_work import UnitOfWork

_SIZE_OF_ONE = 64
"""What the settings of a type count beside the names in them."""

_SIZES: Statement[tuple[Key, int]] = Statement(
    select(rotation.c.vm_id, rotation.c.type, octets(rotation.c.excluded)).where(
        rotation.c.account_id == bindparam("account_id")
    ),
    lambda vm_id, type_, octets_: ((vm_id, type_), _SIZE_OF_ONE + octets_),
)


def size_of(settings: RotationSettings) -> int:
    """Return the size in bytes: 64, and the names as JSON."""
    return _SIZE_OF_ONE + len(json_text(settings.excluded))


SETTINGS_SIZES = Index(
    ROTATION, lambda owner: _SIZES.of(account_id=owner["account_id"]), lambda rows: Sizes(rows, size_of)
)


def of_account(unit: UnitOfWork) -> int:
    """Return the size of the settings of all VMs of the account, with the unit's changes."""
    return in_account(unit, SETTINGS_SIZES)

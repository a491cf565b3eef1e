"""The size of the tags of an account's VMs together."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select

from invapi_emulator.domain.tags import LITTLE_TEXT, size_in_account, size_of
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.storage.octets import octets
from invapi_emulator.storage.record import Index, Key
from invapi_emulator.storage.sizes import Sizes, in_account
from invapi_emulator.storage.statement import Statement
from invapi_emulator.storage.tables import vm
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.storage.vm_record import VM, read_tags

# A tag of 64 bytes without text is stored in 20 or more. Most VMs have fewer, and are not read.
_MAY_COUNT = (vm.c.account_id == bindparam("account_id")) & (octets(vm.c.tags) > LITTLE_TEXT // 4)
_TAGS_OF: Statement[tuple[Key, int]] = Statement(
    select(vm.c.id, vm.c.tags).where(_MAY_COUNT),
    lambda vm_id, parts: ((vm_id,), size_in_account(size_of(read_tags(parts)))),
)


def of_vm(found: VirtualMachine) -> int:
    """Return the size of a VM's tags as it counts in its account."""
    return size_in_account(size_of(found.tags))


TAG_SIZES = Index(
    VM, lambda owner: _TAGS_OF.of(account_id=owner["account_id"]), lambda rows: Sizes(rows, of_vm)
)


def of_account(unit: UnitOfWork) -> int:
    """Return the size of the tags of all VMs of the account, with the unit's changes."""
    return in_account(unit, TAG_SIZES)


def in_account_without(tx: Transaction, account_id: int, vm_id: int) -> int:
    """Return the size of the tags of all VMs of an account but one."""
    found: Sequence[tuple[Key, int]] = _TAGS_OF.all(tx, account_id=account_id)
    return sum(size for key, size in found if key != (vm_id,))

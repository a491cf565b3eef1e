"""The SSH keys of an account."""

from msgspec.structs import replace
from sqlalchemy import select

from invapi_emulator.domain.account_keys import SshKey
from invapi_emulator.storage.key_tables import ssh_key
from invapi_emulator.storage.record import Record, without_owner
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.unit_of_work import UnitOfWork

SSH_KEY = Record(
    ssh_key,
    ("id",),
    part=0,
    read=lambda columns: SshKey(**columns),
    changing=("is_default",),
    order="id",
    weight=lambda of: 1 + len(of.key) // 1_000,
)

# In a unit of work


def of_unit(unit: UnitOfWork) -> list[SshKey]:
    """Return the account's keys, oldest first."""
    return [key for _, key in sorted(unit.part(SSH_KEY, ()).items())]


def find(unit: UnitOfWork, key_id: int) -> SshKey | None:
    return unit.one(SSH_KEY, (key_id,))


def add(unit: UnitOfWork, made: SshKey) -> None:
    """Add a key. If it is the default, no other is."""
    for other in of_unit(unit) if made.is_default else ():
        if other.is_default:
            unit.save(SSH_KEY, (other.id,), replace(other, is_default=False))
    unit.add(SSH_KEY, (made.id,), made)


def remove(unit: UnitOfWork, key_id: int) -> None:
    unit.remove(SSH_KEY, (key_id,))


# In SQL


def of_account(tx: Transaction, account_id: int) -> list[SshKey]:
    """Return the account's keys, oldest first."""
    rows = tx.execute(select(ssh_key).where(ssh_key.c.account_id == account_id).order_by(ssh_key.c.id))
    return [SshKey(**without_owner(row)) for row in rows.mappings()]

"""The context of building VMs: the account, its time and chance, and the free numbers and keys."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.addresses import Addresses
from invapi_emulator.domain.instants import SECOND, Instant
from invapi_emulator.domain.tags import (
    MOST_TEXT,
    MOST_TEXT_OF_ACCOUNT,
    Tags,
    size_in_account,
    size_of,
)
from invapi_emulator.domain.virtual_machines import Phase
from invapi_emulator.engine.tasks.keys import new_key
from invapi_emulator.randomness import Chance, chance_of
from invapi_emulator.storage import accounts, snapshots, tag_sizes, task_lists, vms
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.whole_numbers import MAX_NUMBER
from invapi_emulator.worlds.errors import error_at
from invapi_emulator.worlds.schema import VmSpec


class Numbers:
    """Numbers of one counter: of snapshots and tasks, or of tags and keys. Given ones stay; generated ones follow the largest."""

    def __init__(self, last: int = 0, **taken: Iterable[int]) -> None:
        self.last = last
        self._taken = {what: set(numbers) for what, numbers in taken.items()}

    def reserve(self, given: Iterable[int | None]) -> None:
        """Generate only numbers larger than these."""
        self.last = max(self.last, *(number or 0 for number in given), 0)

    def of(self, what: str, given: int | None, place: str) -> int:
        """Return the number of a `snapshot`, say; raise Unprocessable if a given one is taken by another, or if none is left."""
        taken = self._taken.setdefault(what, set())
        if given is None:
            if self.last >= MAX_NUMBER:
                raise error_at(place, None, f"no number is left after {MAX_NUMBER}")
            self.last += 1
        elif given in taken:
            raise error_at(place, given, f"another {what.replace('_', ' ')} of the account has this number")
        number = self.last if given is None else given
        taken.add(number)
        return number


class Keys:
    """The keys of tasks: given ones if they can be kept, otherwise new ones.

    A key cannot be kept if another account has it, or if the world comes from another account.
    `issued_anew` maps each such key to its new key. `secrets` are those of the API keys of the world. `tx` is the transaction that finds the owners of keys.
    Those `replaced` are free: their tasks are removed before the new ones are stored. Without `replaced` those of the
    whole account are.
    """

    def __init__(
        self, tx: Transaction, account: Account, *, keep: bool, replaced: frozenset[str] | None = None
    ) -> None:
        self.issued_anew: dict[str, str] = {}
        self.secrets: set[str] = set()
        self.tx = tx
        self._account = account
        self._keep = keep
        self._replaced = replaced
        self._reserved: set[str] = set()
        self._given: set[str] = set()

    def reserve(self, given: Iterable[str | None]) -> None:
        """Do not generate any of these keys."""
        self._reserved |= {key for key in given if key is not None}

    def of(self, given: str | None, number: int, place: str) -> str:
        """Return the key of the task with this number; raise Unprocessable if a given one is taken."""
        if given is None:
            return new_key(self._account, number, self._is_taken)
        owner = self._owner_of(given)
        if given in self._given or owner == self._account.id:
            raise error_at(place, given, "another task of the account has this key")
        self._given.add(given)
        if self._keep and owner is None:
            return given
        issued = new_key(self._account, number, self._is_taken)
        self.issued_anew[given] = issued
        return issued

    def former(self, given: str | None) -> str | None:
        """Return the key of a task that has ended and may be gone, None if it is that of another account's task."""
        if given is None or given in self.issued_anew:
            return None if given is None else self.issued_anew[given]
        return given if self._owner_of(given) is None else None

    def _is_taken(self, key: str) -> bool:
        return key in self._reserved or self._owner_of(key) is not None

    def _owner_of(self, key: str) -> int | None:
        owner = task_lists.owner_of(self.tx, key, self._account)
        is_free = owner == self._account.id if self._replaced is None else key in self._replaced
        return None if is_free else owner


class TagSizes:
    """The size of the tags of an account's VMs."""

    def __init__(self, others: int = 0) -> None:
        self._sum = others

    def add(self, tags: Tags, place: str) -> None:
        """Add the tags of a VM; raise Unprocessable if they take too much."""
        size = size_of(tags)
        if size > MOST_TEXT:
            raise error_at(place, f"{size:,} bytes", f"at most {MOST_TEXT:,} bytes are allowed")
        self._sum += size_in_account(size)
        if self._sum > MOST_TEXT_OF_ACCOUNT:
            accepted = f"the tags of all VMs together may take at most {MOST_TEXT_OF_ACCOUNT:,} bytes"
            raise error_at(place, f"{self._sum:,} bytes", accepted)


class BuiltServer(NamedTuple):
    """What orders ask of a server that was built. `deploy_key` is the key of its deploy, if that is under way."""

    place: str
    phase: Phase
    created_at: Instant
    deploy_key: str | None


@dataclass(frozen=True, slots=True)
class BuildContext:
    """`numbers` are those of snapshots and tasks, `objects` those of tags and keys. `servers` are those built, by id."""

    account: Account
    now: Instant
    numbers: Numbers
    objects: Numbers
    orders: Numbers
    invoices: Numbers
    keys: Keys
    addresses: Addresses
    tags: TagSizes
    servers: dict[int, BuiltServer] = field(default_factory=dict)

    @property
    def chance(self) -> Chance:
        return chance_of(self.account)

    def made_at(self, created_at: Instant | None, age_seconds: int | None) -> Instant:
        """Return when a part of the world was made: at a given time, or some seconds before now."""
        return self.now - (age_seconds or 0) * SECOND if created_at is None else created_at

    def reserve(self, specs: Iterable[VmSpec]) -> None:
        """Reserve the numbers, keys and addresses given in these VMs, so that none of them is generated."""
        for spec in specs:
            self.addresses.reserve([(spec.id, spec.ip)])
            self.numbers.reserve(snapshot.id for snapshot in spec.snapshots)
            self.numbers.reserve(change.id for change in spec.unlisted)
            self.numbers.reserve(task.sequence for task in spec.tasks)
            self.keys.reserve(task.key for task in spec.tasks)
            self.objects.reserve(tag.id for tag in spec.tags.values())


def new_context(tx: Transaction, account: Account, now: Instant, *, keep_keys: bool) -> BuildContext:
    """Return the context for a world of an account that has no VMs."""
    keys = Keys(tx, account, keep=keep_keys)
    return BuildContext(
        account, now, Numbers(), Numbers(), Numbers(), Numbers(), keys, Addresses(), TagSizes()
    )


def present_context(tx: Transaction, account: Account, now: Instant, replaced: int = 0) -> BuildContext:
    """Return the context for a VM added to the account's VMs, or put in place of the one with the id `replaced`."""
    last, taken = accounts.counters(tx, account.id), taken_by_others(tx, account, replaced)
    numbers = Numbers(last["sequence"], snapshot=taken.snapshots, task=taken.tasks)
    objects = Numbers(last["objects_made"], tag=taken.tags)
    keys = Keys(tx, account, keep=True, replaced=task_lists.keys_of_vm(tx, account, replaced))
    made = Numbers(last["orders_made"]), Numbers(last["invoices_made"])
    return BuildContext(
        account, now, numbers, objects, *made, keys, Addresses(taken.addresses), TagSizes(taken.tag_size)
    )


class Taken(NamedTuple):
    """The numbers of snapshots and tasks, ids and size of tags, and addresses that VMs have."""

    snapshots: list[int]
    tasks: list[int]
    tags: list[int]
    tag_size: int
    addresses: list[tuple[int, str]]


def taken_by_others(tx: Transaction, account: Account, vm_id: int) -> Taken:
    """Return what all VMs of an account but one have, in order."""
    return Taken(
        sorted(snapshots.sequences(tx, account.id, vm_id)),
        sorted(task_lists.sequences(tx, account, vm_id)),
        sorted(vms.tag_ids(tx, account.id, vm_id)),
        tag_sizes.in_account_without(tx, account.id, vm_id),
        sorted(vms.addresses(tx, account.id, vm_id)),
    )

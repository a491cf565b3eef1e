"""The context of building VMs: the account, its time and chance, and the free numbers and keys."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.addresses import Addresses
from invapi_emulator.domain.instants import SECOND, Instant
from invapi_emulator.domain.tags import MOST_TEXT, MOST_TEXT_OF_ACCOUNT, Tags, size_in_account, size_of
from invapi_emulator.domain.virtual_machines import Phase
from invapi_emulator.randomness import Chance, chance_of
from invapi_emulator.storage import accounts
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.worlds.errors import error_at
from invapi_emulator.worlds.numbers import Numbers
from invapi_emulator.worlds.others import Others, Source
from invapi_emulator.worlds.schema import VmSpec
from invapi_emulator.worlds.task_keys import Keys


class TagSizes:
    """The size of the tags of an account's VMs.

    `own` is that of the VM that is replaced. `others` returns that of the others; it is asked if the VM's grows.
    """

    def __init__(self, own: int = 0, others: Callable[[], int] = int) -> None:
        self._own = own
        self._others = others
        self._sum = 0

    def add(self, tags: Tags, place: str) -> None:
        """Add the tags of a VM; raise Unprocessable if they take too much."""
        size = size_of(tags)
        if size > MOST_TEXT:
            raise error_at(place, f"{size:,} bytes", f"at most {MOST_TEXT:,} bytes are allowed")
        counted = size_in_account(size)
        self._sum += counted
        total = self._sum + (self._others() if counted > self._own else 0)
        if total > MOST_TEXT_OF_ACCOUNT:
            accepted = f"the tags of all VMs together may take at most {MOST_TEXT_OF_ACCOUNT:,} bytes"
            raise error_at(place, f"{total:,} bytes", accepted)


class BuiltServer(NamedTuple):
    """What orders ask of a server that was built. `deploy_key` is the key of its deploy, if that is under way."""

    place: str
    phase: Phase
    created_at: Instant
    deploy_key: str | None


@dataclass(frozen=True, slots=True)
class BuildContext:
    """`numbers` are those of snapshots and tasks, `objects` those of tags and keys. `servers` are those built, by id."""

    source: Source
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
            self.numbers.reserve((snapshot.id for snapshot in spec.snapshots), "snapshot")
            self.numbers.reserve(change.id for change in spec.unlisted)
            self.numbers.reserve((task.sequence for task in spec.tasks), "task")
            self.keys.reserve(task.key for task in spec.tasks)
            self.objects.reserve((tag.id for tag in spec.tags.values()), "tag")


def new_context(tx: Transaction, account: Account, now: Instant, *, keep_keys: bool) -> BuildContext:
    """Return the context for a world of an account that has no VMs."""
    source = Source(tx)
    keys = Keys(source, account, keep=keep_keys)
    return BuildContext(
        source, account, now, Numbers(), Numbers(), Numbers(), Numbers(), keys, Addresses(), TagSizes()
    )


def present_context(others: Others, now: Instant) -> BuildContext:
    """Return the context for a VM that is added to others, or replaced among them."""
    source, account = others.source, others.account
    last = accounts.counters(source.tx, account.id)
    numbers = Numbers(last["sequence"], others.numbers)
    objects = Numbers(last["objects_made"], others.numbers)
    made = Numbers(last["orders_made"]), Numbers(last["invoices_made"])
    keys = Keys(source, account, keep=True, replaced=others.vm_id)
    tags = TagSizes(others.own_size_of_tags(), others.size_of_tags)
    return BuildContext(
        source, account, now, numbers, objects, *made, keys, Addresses(others.with_address), tags
    )

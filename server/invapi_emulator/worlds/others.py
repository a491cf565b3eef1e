"""What the other VMs of an account have. An account may have thousands, so that only what is wanted is looked for."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.addresses import canonical
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.storage import snapshots, tag_sizes, task_lists, vms
from invapi_emulator.storage.transaction import Transaction

A = TypeVar("A")

_NUMBERS = {
    "snapshot": snapshots.sequences_among,
    "task": task_lists.sequences_among,
    "tag": vms.tag_ids_among,
}


@dataclass(slots=True)
class Source:
    """The transaction to read with. Each step of a building has one of its own."""

    tx: Transaction


class Others:
    """The VMs of an account without the one that is `replaced`, or with all if one is added.

    What a VM has already is no other's, and is not looked for. Each answer is kept, to compare it with that of another time.
    """

    def __init__(self, source: Source, account: Account, replaced: VirtualMachine | None = None) -> None:
        self.source = source
        self.account = account
        self.replaced = replaced
        self.vm_id = 0 if replaced is None else replaced.id
        self._answers: list[tuple[Callable[[Transaction], object], object]] = []

    def numbers(self, what: str, wanted: Collection[int]) -> Collection[int]:
        """Return which of these numbers a `snapshot`, `task` or `tag` of the others has."""
        if what == "tag" and self.replaced is not None:
            wanted = set(wanted) - {tag.id for tag in self.replaced.tags}
        if not wanted:
            return ()
        return self._ask(lambda tx: _NUMBERS[what](tx, self.account, wanted, self.vm_id))

    def with_address(self, address: str) -> Collection[int]:
        """Return the ids of the others that have this address, in any spelling."""
        if self.replaced is not None and canonical(self.replaced.ip) == canonical(address):
            return ()
        if ":" in address:
            return self._by_ipv6.get(canonical(address), ())
        return self._ask(lambda tx: vms.with_ipv4(tx, self.account.id, address, self.vm_id))

    def size_of_tags(self) -> int:
        """Return the size of the tags of the others."""
        return self._ask(lambda tx: tag_sizes.in_account_without(tx, self.account.id, self.vm_id))

    def own_size_of_tags(self) -> int:
        return 0 if self.replaced is None else tag_sizes.of_vm(self.replaced)

    def are_as_before(self, tx: Transaction) -> bool:
        """Tell whether all answers would be the same now."""
        return all(question(tx) == answer for question, answer in self._answers)

    @cached_property
    def _by_ipv6(self) -> Mapping[str, list[int]]:
        """Return the ids of the others by their IPv6 address. One address has many spellings, so that all are read."""
        found: dict[str, list[int]] = {}
        for vm_id, address in self._ask(lambda tx: vms.with_any_ipv6(tx, self.account.id, self.vm_id)):
            found.setdefault(canonical(address), []).append(vm_id)
        return found

    def _ask(self, question: Callable[[Transaction], A]) -> A:
        answer = question(self.source.tx)
        self._answers.append((question, answer))
        return answer

"""The keys of tasks: given ones, and generated ones."""

from collections.abc import Iterable

from invapi_emulator.domain.accounts import Account
from invapi_emulator.engine.tasks.keys import new_key
from invapi_emulator.storage import task_lists
from invapi_emulator.worlds.errors import error_at
from invapi_emulator.worlds.others import Source


class Keys:
    """The keys of tasks: given ones if they can be kept, otherwise new ones.

    A key cannot be kept if another account has it, or if the world comes from another account.
    `issued_anew` maps each such key to its new key. `secrets` are those of the API keys of the world.
    Those of the VM `replaced` are free: its tasks are removed before the new ones are stored. Without `replaced` those of
    the whole account are.
    """

    def __init__(self, source: Source, account: Account, *, keep: bool, replaced: int | None = None) -> None:
        self.issued_anew: dict[str, str] = {}
        self.secrets: set[str] = set()
        self._source = source
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
        found = task_lists.owner_of(self._source.tx, key, self._account)
        if found is None:
            return None
        owner, vm_id = found
        is_free = owner == self._account.id and self._replaced in {None, vm_id}
        return None if is_free else owner

"""The numbers of an account's parts: given ones, and generated ones."""

from collections.abc import Callable, Collection, Iterable

from invapi_emulator.whole_numbers import MAX_NUMBER
from invapi_emulator.worlds.errors import error_at


def _none(_what: str, _wanted: Collection[int]) -> Collection[int]:
    return ()


class Numbers:
    """Numbers of one counter: of snapshots and tasks, or of tags and keys. Given ones stay; generated ones follow the largest.

    `last` is the largest one so far. `present` returns which of some numbers a part that is there already has.
    """

    def __init__(
        self, last: int = 0, present: Callable[[str, Collection[int]], Collection[int]] = _none
    ) -> None:
        self.last = last
        self._used = last
        self._present = present
        self._taken: dict[str, set[int]] = {}

    def reserve(self, given: Iterable[int | None], what: str | None = None) -> None:
        """Generate only numbers larger than these. Look which of them another `what`, say a `snapshot`, has."""
        numbers = {number for number in given if number is not None}
        self.last = max(self.last, *numbers, 0)
        if what is not None:
            used = {number for number in numbers if number <= self._used}
            self._taken.setdefault(what, set()).update(self._present(what, used))

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

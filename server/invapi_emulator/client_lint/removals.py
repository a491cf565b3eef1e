"""Events after which an order has no server: a server is cancelled or removed, or an invoice is cancelled."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable


class Removals:
    """The numbers of such events, ascending, with the server of each, None if it is unknown. There may be thousands."""

    def __init__(self, found: Iterable[tuple[int, int | None]]) -> None:
        self._all: list[int] = []
        self._by_vm: defaultdict[int | None, list[int]] = defaultdict(list)
        for number, vm in found:
            self._all.append(number)
            self._by_vm[vm].append(number)

    def may_have(self, vm: int | None, after: int, until: int | None = None) -> bool:
        """Return whether a server may have gone after one event, and until another or now. Any may be an unknown one."""
        numbers = [self._all] if vm is None else [self._by_vm.get(vm, []), self._by_vm.get(None, [])]
        return any(
            bisect_right(each, after) < (len(each) if until is None else bisect_right(each, until))
            for each in numbers
        )

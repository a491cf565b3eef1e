"""What waits, in order for each owner. The owners take turns."""

from collections import OrderedDict, deque
from collections.abc import Container
from typing import Generic, TypeVar

T = TypeVar("T")


class Rota(Generic[T]):
    """Waiting items of several owners. The owner whose item left last comes after the others."""

    def __init__(self) -> None:
        self._items = OrderedDict[object, deque[T]]()

    def __bool__(self) -> bool:
        return bool(self._items)

    def __contains__(self, owner: object) -> bool:
        return owner in self._items

    def add(self, owner: object, item: T) -> None:
        self._items.setdefault(owner, deque()).append(item)

    def put_back(self, owner: object, item: T) -> None:
        """Let an item wait again, before all others."""
        self._items.setdefault(owner, deque()).appendleft(item)
        self._items.move_to_end(owner, last=False)

    def is_first(self, owner: object, item: T) -> bool:
        return next(iter(self._items)) == owner and self._items[owner][0] is item

    def remove(self, owner: object, item: T) -> None:
        left = self._items.pop(owner)
        left.remove(item)
        if left:
            self._items[owner] = left

    def take(self, most: int, without: Container[object]) -> list[T]:
        """Remove so many items in turn. Owners in `without` go on waiting."""
        taken = list[T]()
        owners = deque(owner for owner in self._items if owner not in without)
        while owners and len(taken) < most:
            owner = owners.popleft()
            taken.append(self._items[owner][0])
            self.remove(owner, taken[-1])
            if owner in self._items:
                owners.append(owner)
        return taken

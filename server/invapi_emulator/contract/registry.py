"""Tables that modules fill as they are imported: actions, kinds of task, faults and the like."""

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Registry(dict[K, V]):
    """A table in which no name is taken twice; `what` its entries are is for the error."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self._what = what

    def add(self, name: K, entry: V) -> None:
        """Put an entry into the table; raises ValueError when the name is taken."""
        if name in self:
            shown = " ".join(name) if isinstance(name, tuple) else name
            raise ValueError(f"two {self._what} are called {shown}")
        self[name] = entry

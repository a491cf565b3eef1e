"""Tables that are filled at import: actions, kinds of task, faults and others."""

from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Registry(dict[K, V]):
    """A table in which every name is unique. `what` names its entries in the error."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self._what = what

    def add(self, name: K, entry: V) -> None:
        """Put an entry into the table. Raise ValueError if the name is taken."""
        if name in self:
            shown = " ".join(name) if isinstance(name, tuple) else name
            raise ValueError(f"two {self._what} are called {shown}")
        self[name] = entry

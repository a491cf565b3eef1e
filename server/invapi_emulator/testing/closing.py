"""A base class for objects that close at the end of a `with` block."""

from types import TracebackType
from typing import Self


class Closes:
    """An object that closes at the end of its `with` block."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        raise NotImplementedError

"""What is closed at the end of a `with` block."""

from types import TracebackType
from typing import Self


class Closes:
    """What is closed when the block it was opened for is left."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        raise NotImplementedError

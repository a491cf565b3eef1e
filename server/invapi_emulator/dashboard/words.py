"""Sizes, times and names of actions as text for the page."""

from functools import cache

from invapi_emulator.domain.instants import HOUR, MINUTE, SECOND, Instant, wire_date
from invapi_emulator.engine.action import ACTIONS

_KIB = 1024


@cache
def action(name: str) -> str:
    """Return the label of an action of any module."""
    return next((action.label for action in ACTIONS.values() if action.name == name), name)


def clock(instant: Instant) -> str:
    """Return a time in UTC as `2030-01-01 00:00:00`."""
    return wire_date(instant)


def span(length: Instant) -> str:
    """Return a duration in its two largest units, such as `1 min 30 s`."""
    if length < MINUTE:
        return f"{length / SECOND:.1f} s".replace(".0 s", " s")
    if length < HOUR:
        minutes, rest = divmod(length // SECOND, 60)
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, rest = divmod(length // MINUTE, 60)
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def bytes_(size: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if size < _KIB:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= _KIB
    return f"{size:.1f} GiB"

"""Tests of what stands in a list: one test for all of it, which names all that is wrong at once."""

from collections.abc import Iterable, Mapping


def assert_none(offenders: Iterable[object]) -> None:
    """Fail with each of them on a line of its own; pytest itself shows the first few."""
    named = offenders.items() if isinstance(offenders, Mapping) else offenders
    lines = [each if isinstance(each, str) else repr(each) for each in named]
    assert not lines, "\n".join(lines)

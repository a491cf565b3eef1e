"""Tests of a whole list: one test for all entries, which names all errors at once."""

from collections.abc import Iterable, Mapping


def assert_none(offenders: Iterable[object]) -> None:
    """Fail with one line for each of them. pytest itself shows only the first few."""
    named = offenders.items() if isinstance(offenders, Mapping) else offenders
    lines = [each if isinstance(each, str) else repr(each) for each in named]
    assert not lines, "\n".join(lines)

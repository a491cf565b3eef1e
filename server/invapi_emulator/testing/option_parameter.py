"""The parameter that `--invapi-assumptions=each` adds to tests.

What it says is read from the test, never from the text of an id: a test's own parameters may have ids that look like options.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

import pytest

OPTION_FIXTURE = "_invapi_option"
_CHANNEL = "invapi_planned_runs"
_SECONDS = 60.0

Planned: TypeAlias = dict[str, tuple[str, str]]
"""A test and an option, by the id of the run."""


def option_of(item: pytest.Item) -> str | None:
    """Return the option that a test runs under; None if it has no such parameter."""
    callspec = getattr(item, "callspec", None)
    return None if callspec is None else callspec.params.get(OPTION_FIXTURE)


def without_option(item: pytest.Item) -> str:
    """Return the id of a test without the option, which is the first of its parameters."""
    option = option_of(item)
    if option is None:
        return item.nodeid
    parameters: str = item.callspec.id  # type: ignore[attr-defined] # it has an option
    name, _, group = item.nodeid.rpartition(f"[{parameters}]")  # xdist may append a group
    before, _, after = parameters.partition(option)
    others = f"{before}{after.removeprefix('-')}"
    return f"{name}[{others}]{group}" if others else f"{name}{group}"


def planned(items: Iterable[pytest.Item]) -> Planned:
    """Return the runs among the selected tests."""
    found = ((item, option_of(item)) for item in items)
    return {item.nodeid: (without_option(item), option) for item, option in found if option is not None}


def listen_to_worker(node: Any) -> None:
    """Give a worker of pytest-xdist a channel to tell its runs. pytest-xdist itself sends no more than ids."""
    node.workerinput[_CHANNEL] = node.gateway.newchannel()


def tell_controller(workerinput: dict[str, Any], runs: Planned) -> None:
    workerinput[_CHANNEL].send(runs)


def told_by_worker(node: Any) -> Planned:
    """Return the runs of a worker that has collected. It has told them before."""
    runs: Planned = node.workerinput[_CHANNEL].receive(_SECONDS)
    return runs

"""`pytest --invapi-seed`: the seeds of a run, and the command that repeats a failed test with them."""

import os
from shlex import quote

import pytest

from invapi_emulator.testing.account import Account
from invapi_emulator.testing.made import MADE

_TOO_LARGE = 2**63
_OTHERS = ("--invapi-assumptions", "--invapi-lint", "--invapi-server")


def use_seeds(asked: str) -> None:
    """Give these seeds, separated by commas, to accounts that name none; raise ValueError for a word that is not a seed."""
    seeds = []
    for word in asked.split(","):
        if not (word.isascii() and word.isdecimal() and int(word) < _TOO_LARGE):
            raise ValueError(f"invalid seed {word!r} (example: 7, or 7,8 for a test with two accounts)")
        seeds.append(int(word))
    MADE.seeds = tuple(seeds)


def command(item: pytest.Item, shared: list[Account]) -> str | None:
    """Return the command that repeats a test; None if it has no seed that was drawn. `shared` are the older accounts that it used."""
    seeds = [account.seed for account in shared if account.has_drawn_seed] + MADE.drawn
    if not seeds:
        return None
    place = os.path.relpath(item.path, item.config.invocation_params.dir)
    test = "::".join([place, *_names(item)])
    given = [(name, item.config.getoption(name)) for name in _OTHERS]
    others = [f"{name}={value}" for name, value in given if value not in {None, "thread"}]
    return " ".join(
        ["pytest", quote(test), *map(quote, others), f"--invapi-seed {','.join(map(str, seeds))}"]
    )


def _names(item: pytest.Item) -> list[str]:
    """Return the names of a test in its file, from its class to its own. An id may have more: a group of xdist."""
    nodes = item.listchain()
    begins = max((at for at, node in enumerate(nodes, 1) if isinstance(node, pytest.File)), default=0)
    return [node.name for node in nodes[begins:]]

"""docs/reference/assumptions.md: the assumptions with their options, the retired ids, and the clauses without options."""

from collections.abc import Iterator
from typing import Any

from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS, Assumption
from invapi_emulator.contract.assumptions.retired import RETIRED
from invapi_emulator.contract.assumptions.without_options import WHY_NO_OPTIONS
from invapi_emulator.openapi.markdown import table

_TOP = """\
# Assumptions

This page lists the emulator's choices where public material is silent, with their options.

Choose an option by its word. `yes` is the first option, the default. `no` is the second.

| for | use |
|---|---|
| new accounts and unauthenticated requests | `invapi-emulator serve --assume A-12=no` |
| an account | `PUT /_emulator/accounts/{name}/assumptions` |
| an account in Python | `invapi_server.account(assume={"A-12": "no"})` |
| a whole suite, once under every other option | `pytest --invapi-assumptions=each` ([pytest.md](../how-to/pytest.md)) |

Each option is as likely as the others, and a client should work with all of them. For A-04, A-08, A-13, A-14, A-15 and A-18,
documents or clients support the default. [fidelity.md](../explanation/fidelity.md) explains how an assumption is made.
`make fidelity` writes this page from the code.
"""

_RETIRED = """
## Retired ids

An assumption stays only while a known client can observe it and another option can hurt that client. For the ids below, the
emulator does what the default was. Flags, variables, markers, worlds, stored accounts and the control API still accept a
retired id, with any option. The emulator ignores it, and one line says so.
"""

_WITHOUT_OPTIONS = """
## Clauses without options

These clauses contain a choice of the emulator, and have no options:
"""


def assumptions_page() -> str:
    return "\n".join(
        [_TOP, *_assumptions(), _RETIRED, *_retired(), _WITHOUT_OPTIONS, *_without_options(), ""]
    )


def _assumptions() -> Iterator[str]:
    yield from table(
        ("id", "clause", "what it decides", "options"),
        (
            (f"**{found.id}**", found.clause, found.about, _options(found))
            for found in (ASSUMPTIONS[id_] for id_ in sorted(ASSUMPTIONS))
        ),
    )


def _options(found: Assumption[Any]) -> str:
    return "<br>".join(f"`{name}`: {meaning}" for name, meaning in found.options.items())


def _retired() -> Iterator[str]:
    for id_, why in RETIRED.items():
        yield f"- {id_}: {why}"


def _without_options() -> Iterator[str]:
    for number, why in WHY_NO_OPTIONS.items():
        yield f"- {number}: {why}"

"""docs/fidelity.md, made of what the code has: clauses, actions, kinds of task, assumptions."""

import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS, Assumption
from invapi_emulator.contract.assumptions.retired import RETIRED
from invapi_emulator.contract.assumptions.without_options import WHY_NO_OPTIONS
from invapi_emulator.contract.clauses import Section, clauses, sections
from invapi_emulator.contract.sources import SOURCES
from invapi_emulator.engine.action import (
    ACTIONS,
    NOT_EMULATED,
    NOT_EMULATED_MODULES,
    Action,
    has_undocumented_actions,
)
from invapi_emulator.engine.tasks.kinds import KINDS, Kind

_WIDTH = 120

_TOP = """\
# What is known, and what is chosen

This page says what the emulator puts on the wire, clause by clause, and where each fact comes from. `make fidelity` writes
it out of the code, and a test holds it against that. The numbers are the ones that the tests name
(`@pytest.mark.clause("3.6")`); `make clauses` lists the clauses without a test.
"""

_NEVER_COMPARED = """
Nothing here was compared with the real API: that needs a paid account. `invapi-conformance` asks a target whether it does
as the clauses say, the real one too ([conformance.md](conformance.md)); where you see it differ, tell us.
"""

_OPTIONS = """
## Assumptions

Where public material is silent, each option below is as likely as the others, and a client should work with all of them.
Name an option by its word; `yes` is the first one, the default, and `no` the second.

- `invapi-emulator serve --assume A-12=no` sets one for new accounts and for unauthenticated requests.
- `PUT /_emulator/accounts/{name}/assumptions` sets one for an account.
- `invapi_server.account(assume={"A-12": "no"})` does so in Python.
- `pytest --invapi-assumptions=each` runs a suite once under every other option ([python-suites.md](python-suites.md)).

Chosen 2026-11-27. For A-04, A-08, A-13, A-14, A-15 and A-18, documents or clients speak for the default.
"""

_RETIRED = """
### Retired ids

An assumption stays only while a real client can observe it and be hurt by another option. The emulator does what was the default of
those below. A retired id is still accepted, with any option, in flags, variables, markers, worlds, stored accounts and the control API. It is
ignored, and one line says so.
"""

_WITHOUT_OPTIONS = """
Clauses with a choice that has no options:
"""


def whole_page() -> str:
    parts = [_TOP, *_sources(), _NEVER_COMPARED, *_actions()]
    for section in sections():
        parts += [*_section(section), *(_durations() if section.number == _DURATIONS_IN else ())]
    return "\n".join(
        [*parts, _OPTIONS, *_assumptions(), _RETIRED, *_retired(), _WITHOUT_OPTIONS, *_without_options(), ""]
    )


_DURATIONS_IN = 8


def _sources() -> Iterator[str]:
    yield from _table(
        ("mark", "basis", "source", "read, or chosen"),
        ((f"**[{source.mark}]**", source.basis, source.what, source.date) for source in SOURCES),
    )


def _actions() -> Iterator[str]:
    yield "## Every action\n"
    yield from _table(
        ("call", "clause", "basis", "fields it reads", "starts a task that"),
        (_action(ACTIONS[at]) for at in sorted(ACTIONS)),
    )
    yield "\nNot emulated, though the vendor documents them: 501 `not_emulated` (2.6)."
    for module, names in sorted(NOT_EMULATED.items()):
        others = ", and every other" if has_undocumented_actions(module) else ""
        yield f"- `{module}`: {', '.join(f'`{name}`' for name in sorted(names))}{others}"
    yield f"- whole modules: {', '.join(f'`{name}`' for name in sorted(NOT_EMULATED_MODULES))}"
    yield ""


def _action(action: Action) -> tuple[str, ...]:
    fields = ", ".join(f"`{name}`" for name in sorted(action.fields_read - {"action"}))
    basis = ", ".join(clauses()[action.clause].bases)
    kind = KINDS.get((action.module, action.name))
    starts = "" if kind is None else "changes the VM, and locks it" if kind.changes else "reads"
    return f"`{action.module}` `{action.name}`", action.clause, basis, fields, starts


def _section(section: Section) -> Iterator[str]:
    mark = f" [{section.basis}]" if section.basis else ""
    yield f"## {section.number}. {section.title}{mark}\n"
    if section.intro:
        yield f"{_filled(section.intro)}\n"
    for clause in section.clauses:
        turned = [found.id for found in _all_assumptions() if found.clause == clause.number]
        ids = f" ({', '.join(turned)})" if turned else ""
        yield _filled(f"- **{clause.number}** {clause.text}{ids}", "  ")
    yield ""


def _durations() -> Iterator[str]:
    yield from _table(
        ("task", "seconds", "for a disk of 40 GiB"),
        (_duration(action, KINDS[module, action]) for module, action in sorted(KINDS)),
    )


def _duration(action: str, kind: Kind) -> tuple[str, ...]:
    seconds, per_gb = (
        sum(stage.seconds for stage in kind.stages),
        sum(s.seconds_per_gb for s in kind.stages),
    )
    grows = f" + {per_gb:.4g} per GiB of disk" if per_gb else ""
    stages = ", ".join(stage.name for stage in kind.stages)
    return f"`{action}`: {stages}", f"{seconds:g}{grows}", f"{seconds + 40 * per_gb:g}"


def _assumptions() -> Iterator[str]:
    yield from _table(
        ("id", "clause", "what it decides", "options"),
        ((f"**{found.id}**", found.clause, found.about, _options(found)) for found in _all_assumptions()),
    )


def _all_assumptions() -> list[Assumption[Any]]:
    return [ASSUMPTIONS[id_] for id_ in sorted(ASSUMPTIONS)]


def _options(found: Assumption[Any]) -> str:
    return "; ".join(f"`{name}`: {meaning}" for name, meaning in found.options.items())


def _retired() -> Iterator[str]:
    for id_, why in RETIRED.items():
        yield f"- {id_}: {why}"


def _without_options() -> Iterator[str]:
    for number, why in WHY_NO_OPTIONS.items():
        yield f"- {number}: {why}"


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    head = tuple(head)
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _filled(text: str, indent: str = "") -> str:
    return textwrap.fill(
        text, _WIDTH, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )

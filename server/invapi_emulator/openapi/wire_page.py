"""docs/reference/wire.md: every action, every clause, and how long tasks take."""

from collections.abc import Iterator, Sequence

from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS
from invapi_emulator.contract.clauses import Clause, Section, clauses, sections
from invapi_emulator.contract.sources import SOURCES
from invapi_emulator.engine.action import (
    ACTIONS,
    NOT_EMULATED,
    NOT_EMULATED_MODULES,
    Action,
    has_undocumented_actions,
)
from invapi_emulator.engine.tasks.kinds import KINDS, Kind
from invapi_emulator.openapi.markdown import filled, table

_TOP = """\
# Wire contract

This page lists what the emulator puts on the wire, clause by clause, and the basis of each fact.

- A **mark** is the basis of the facts before it. The table below lists the marks, and
  [fidelity.md](../explanation/fidelity.md) explains them.
- An **id** such as A-12 beside a number is an [assumption](assumptions.md). Another option changes what the clause says.
- **Tests** name the numbers (`@pytest.mark.clause("3.6")`). `make clauses` lists the clauses without a test.
- `make fidelity` writes this page from the code.
"""


def wire_page() -> str:
    parts = [_TOP, *_sources(), *_actions()]
    for section in sections():
        parts += [*_section(section), *(_durations() if section.number == _DURATIONS_IN else ())]
    return "\n".join([*parts[:-1], ""])


_DURATIONS_IN = 8


def _sources() -> Iterator[str]:
    yield from table(
        ("mark", "basis", "source"),
        ((f"**[{source.mark}]**", source.basis, source.what) for source in SOURCES),
    )
    yield ""


def _actions() -> Iterator[str]:
    yield "## Every action\n"
    yield from table(
        ("call", "clause", "basis", "fields it reads", "starts a task that"),
        (_action(ACTIONS[at]) for at in sorted(ACTIONS)),
    )
    yield "\nThe vendor documents these, and the emulator does not have them. They return 501 `not_emulated` (2.6).\n"
    for module, names in sorted(NOT_EMULATED.items()):
        others = ", and every other action" if has_undocumented_actions(module) else ""
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
        yield f"{filled(section.intro)}\n"
    for clause in section.clauses:
        assumed = [id_ for id_, found in sorted(ASSUMPTIONS.items()) if found.clause == clause.number]
        yield from clause_lines(clause, assumed)
    yield ""


def clause_lines(clause: Clause, assumed: Sequence[str]) -> Iterator[str]:
    """Yield a clause as an item of a list, with its own list below it. `assumed` are the ids of its assumptions."""
    ids = f" ({', '.join(assumed)})" if assumed else ""
    first, *others = clause.text.split("\n")
    yield filled(f"- **{clause.number}**{ids} {first}", "  ")
    for other in others:
        is_item = other.startswith("- ")
        yield filled(f"    {other}", "      ") if is_item else f"\n{filled(f'    {other}', '    ')}\n"


def _durations() -> Iterator[str]:
    yield from table(
        ("task", "seconds", "for a disk of 40 GiB"),
        (_duration(action, KINDS[module, action]) for module, action in sorted(KINDS)),
    )
    yield ""


def _duration(action: str, kind: Kind) -> tuple[str, ...]:
    seconds, per_gb = (
        sum(stage.seconds for stage in kind.stages),
        sum(s.seconds_per_gb for s in kind.stages),
    )
    grows = f" + {per_gb:.4g} per GiB of disk" if per_gb else ""
    stages = ", ".join(stage.name for stage in kind.stages)
    return f"`{action}`: {stages}", f"{seconds:g}{grows}", f"{seconds + 40 * per_gb:g}"

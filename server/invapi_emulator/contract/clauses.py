"""The clauses: statements about what goes on the wire, each with its basis."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml

from invapi_emulator.contract.sources import Basis, bases_in


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause of `clauses.yaml`. Marks in its `text` give the basis of each statement.

    Each line of the text is a paragraph, or an item of a list if it begins with "- ".
    """

    number: str
    text: str
    bases: tuple[Basis, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A section of clauses. `basis` is the mark of clauses without marks; `intro` holds for all of them."""

    number: int
    title: str
    basis: str | None
    intro: str
    clauses: tuple[Clause, ...]


@cache
def sections() -> tuple[Section, ...]:
    text = files("invapi_emulator.contract").joinpath("clauses.yaml").read_text(encoding="utf-8")
    return tuple(
        Section(
            number=written["number"],
            title=written["title"],
            basis=written.get("basis"),
            intro=written.get("intro", ""),
            clauses=tuple(
                Clause(number, says, bases_in(says) or bases_in(f"[{written.get('basis')}]"))
                for number, says in written["clauses"].items()
            ),
        )
        for written in yaml.safe_load(text)
    )


@cache
def clauses() -> dict[str, Clause]:
    """Return all clauses by number."""
    return {clause.number: clause for section in sections() for clause in section.clauses}

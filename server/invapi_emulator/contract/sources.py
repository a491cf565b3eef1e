"""The sources of facts about the real API: the marks of the clauses."""

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

Basis: TypeAlias = Literal["documented", "seen", "assumed"]

_MARK = re.compile(r"\[(?:names )?([SDCE](?:(?:, rest |, ?|/)[SDCE])*)\]")


@dataclass(frozen=True, slots=True)
class Source:
    """The meaning of a mark, and when it was read or chosen (YYYY-MM-DD)."""

    mark: str
    basis: Basis
    what: str
    date: str


SOURCES = (
    Source(
        "S",
        "documented",
        "the reference document of the API's VM module, as the vendor publishes it",
        "2026-11-23",
    ),
    Source(
        "D",
        "documented",
        "the vendor's other public documentation: InvAPI `vm`, `auth`, `eq_callback`, `eq`; "
        '"Asynchronous actions", "Server\'s power", "Snapshots of virtual servers"',
        "2026-11-23",
    ),
    Source(
        "C",
        "seen",
        "seen in public clients of the API: the vendor's MCP server, Terraform provider and WHMCS module, "
        "third-party panels in TypeScript and Python",
        "2026-11-23",
    ),
    Source(
        "E",
        "assumed",
        "a choice of the emulator, since public material is silent; clients should not rely on it",
        "2026-11-23",
    ),
)


def bases_in(text: str) -> tuple[Basis, ...]:
    """Return the bases of a text with marks, the strongest first."""
    marks = {letter for found in _MARK.findall(text) for letter in re.findall(r"\b[SDCE]\b", found)}
    return tuple(dict.fromkeys(source.basis for source in SOURCES if source.mark in marks))

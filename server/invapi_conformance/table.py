"""The table of checks. Each is a statement of the contract, with its clause and its basis."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from invapi_conformance.answers import Answer
from invapi_conformance.patterns import expected, fits, seen
from invapi_emulator.contract.registry import Registry
from invapi_emulator.contract.sources import Basis

if TYPE_CHECKING:
    from invapi_conformance.probe import Probe

Need: TypeAlias = Literal["changes", "settings", "power", "restore", "objects", "rename", "orders", "api-key"]
Verdict: TypeAlias = Literal["holds", "differs", "could not tell"]


class CannotTell(Exception):
    """The check has nothing to look at. The message says why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The finding of a check, in one line. A difference has both shapes."""

    verdict: Verdict
    why: str = ""
    expected: Any = None
    seen: Any = None


HOLDS = Finding("holds")
Look: TypeAlias = Callable[["Probe"], Finding]


@dataclass(frozen=True, slots=True)
class Check:
    name: str
    clause: str
    basis: Basis
    title: str
    needs: frozenset[Need]
    look: Look


CHECKS: Registry[str, Check] = Registry("checks")


def check(clause: str, basis: Basis, title: str, *, needs: tuple[Need, ...] = ()) -> Callable[[Look], Look]:
    """Add a check to the table, named after the function."""

    def register(look: Look) -> Look:
        name = look.__name__.replace("_", "-")
        CHECKS.add(name, Check(name, clause, basis, title, frozenset(needs), look))
        return look

    return register


def compared(value: Any, pattern: Any, why: str) -> Finding:
    """Compare a value with a pattern. `why` is the reason given if it does not fit."""
    if fits(pattern, value):
        return HOLDS
    return Finding("differs", why, expected(pattern), seen(pattern, value))


def answered(answer: Answer, pattern: Any, why: str) -> Finding:
    """Compare the body of an answer with a pattern. A body that is not valid JSON never fits."""
    if answer.body is None:
        return Finding("differs", f"{why}: it is not valid JSON", expected(pattern), answer.message)
    return compared(answer.body, pattern, why)


def refused(answer: Answer, why: str, **more: Any) -> Finding:
    """Require that an answer is a failure, by all that public clients look at."""
    if not answer.is_failure:
        return Finding("differs", why, "a failure", seen({"result": "OK"}, answer.body))
    return answered(answer, more, why) if more else HOLDS


def first_difference(*findings: Finding) -> Finding:
    return next((finding for finding in findings if finding.verdict != "holds"), HOLDS)

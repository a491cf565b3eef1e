"""The table of checks: a statement of the contract each, with its clause and on what it rests."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from invapi_conformance.answers import Answer
from invapi_conformance.patterns import expected, fits, seen
from invapi_emulator.contract.registry import Registry
from invapi_emulator.contract.sources import Basis

if TYPE_CHECKING:
    from invapi_conformance.probe import Probe

Need: TypeAlias = Literal["changes", "settings", "power", "restore", "api-key"]
Verdict: TypeAlias = Literal["holds", "differs", "could not tell"]


class CannotTell(Exception):
    """What a check would look at is not there; the text says why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, in a line, and for a difference both shapes."""

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
    """Put a check into the table, by the function's name."""

    def register(look: Look) -> Look:
        name = look.__name__.replace("_", "-")
        CHECKS.add(name, Check(name, clause, basis, title, frozenset(needs), look))
        return look

    return register


def compared(value: Any, pattern: Any, why: str) -> Finding:
    """Hold a value against what is expected; `why` says what is wrong if it does not fit."""
    if fits(pattern, value):
        return HOLDS
    return Finding("differs", why, expected(pattern), seen(pattern, value))


def answered(answer: Answer, pattern: Any, why: str) -> Finding:
    """Hold an answer's body against what is expected; one that is no JSON never fits."""
    if answer.body is None:
        return Finding("differs", f"{why}: it is no JSON", expected(pattern), answer.message)
    return compared(answer.body, pattern, why)


def refused(answer: Answer, why: str, **more: Any) -> Finding:
    """Hold an answer to be a failure, by what every public client can see of it."""
    if not answer.is_failure:
        return Finding("differs", why, "a failure", seen({"result": "OK"}, answer.body))
    return answered(answer, more, why) if more else HOLDS


def first_difference(*findings: Finding) -> Finding:
    return next((finding for finding in findings if finding.verdict != "holds"), HOLDS)

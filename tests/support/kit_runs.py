"""Runs of the conformance kit in this process, with their output."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from invapi_conformance.printed_run import RunOptions, run_and_print
from invapi_conformance.probe import Access, Patience
from invapi_conformance.walk import Allowed
from invapi_emulator.testing import Emulator
from invapi_emulator.testing.account import Account

EVERYTHING = Allowed(changes=True, settings=True, power=True, restore=True, objects=True, rename=True)
"""All that costs nothing."""

ORDERS = Allowed(orders=True, most=Decimal("4.00"))
"""An order of the cheapest server of a fresh catalogue, which costs exactly that."""

NOTHING = Allowed()


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found

    def names(self, verdict: str) -> set[str]:
        return {check["name"] for check in self.report["checks"] if check["verdict"] == verdict}

    def check(self, name: str) -> dict[str, Any]:
        (found,) = (check for check in self.report["checks"] if check["name"] == name)
        return dict(found)


def ran(account: Account, allowed: Allowed = NOTHING, vm: int = 12345, **how: Any) -> Ran:
    """Check a VM of an account, through `target` if that is another URL. Return the output."""
    out: list[str] = []
    err: list[str] = []
    told = how.pop("told", lambda _line: None)

    def say(line: str) -> None:
        err.append(line)
        told(line)

    order = RunOptions(
        how.pop("target", account.url),
        Access(vm, how.pop("token", account.token), how.pop("api_key", account.api_key)),
        allowed,
        Patience(0, how.pop("task_seconds", 30)),
        **{"form": "json"} | how,
    )
    status = run_and_print(order, out.append, say)
    return Ran(status, "\n".join(out), "\n".join(err))


@contextmanager
def account_of(url: str, scenario: str = "demo", clock: str | dict[str, Any] = "auto") -> Iterator[Account]:
    """Make an account. Unless another clock is given, its tasks end at their second check."""
    with Emulator(url).account(clock=clock, seed=7, scenario=scenario) as account:
        yield account

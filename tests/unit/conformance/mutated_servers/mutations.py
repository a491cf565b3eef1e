"""The mutations: each changes one thing in a server, and names the check that must notice it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from invapi_conformance.walk import Allowed
from tests.support.kit_runs import NOTHING
from tests.unit.conformance.mutated_servers.mutated_server import Asked, Change, Given

Rewrite = Callable[[Asked], bytes | None]


@dataclass(frozen=True)
class Mutation:
    name: str
    seen_by: str
    allowed: Allowed
    change: Change
    rewrite: Rewrite | None = None


MUTATIONS: dict[str, Mutation] = {}


def mutation(seen_by: str, allowed: Allowed = NOTHING) -> Callable[[Change], Change]:
    """Add a change of answers to the table, with the check that must notice it."""

    def register(change: Change) -> Change:
        name = change.__name__.replace("_", " ")
        MUTATIONS[name] = Mutation(name, seen_by, allowed, change)
        return change

    return register


def otherwise(seen_by: str, allowed: Allowed = NOTHING) -> Callable[[Rewrite], Rewrite]:
    """Add a change of requests to the table: the server does something other than requested."""

    def register(rewrite: Rewrite) -> Rewrite:
        name = rewrite.__name__.replace("_", " ")
        MUTATIONS[name] = Mutation(name, seen_by, allowed, lambda _asked, _given: None, rewrite)
        return rewrite

    return register


def changed(
    name: str, call: str, seen_by: str, change: Callable[[dict[str, Any]], object], allowed: Allowed = NOTHING
) -> None:
    """Add a change of the body of each accepted `module/action`."""

    def apply(asked: Asked, given: Given) -> None:
        if _is_of(asked, call) and isinstance(given.body, dict) and not is_failure(given):
            change(given.body)

    MUTATIONS[name] = Mutation(name, seen_by, allowed, apply)


def taken(name: str, call: str, seen_by: str, allowed: Allowed = NOTHING, **fields: str) -> None:
    """Add a success in place of each refusal of `module/action` with these fields. Nothing is done."""

    def apply(asked: Asked, given: Given) -> None:
        if _is_of(asked, call) and is_failure(given) and fields.items() <= asked.fields.items():
            given.body = {"result": "OK", "action": asked.action}

    MUTATIONS[name] = Mutation(name, seen_by, allowed, apply)


def reworded(name: str, call: str, seen_by: str, allowed: Allowed = NOTHING) -> None:
    """Add other words in each refusal of `module/action`."""

    def apply(asked: Asked, given: Given) -> None:
        if _is_of(asked, call) and is_failure(given):
            given.body["message"] = given.body["error"] = "no"

    MUTATIONS[name] = Mutation(name, seen_by, allowed, apply)


def _is_of(asked: Asked, call: str) -> bool:
    return f"{asked.module}/{asked.action}" == call


def is_failure(given: Given) -> bool:
    return isinstance(given.body, dict) and given.body.get("result") == -1


def is_end(given: Given, action: str) -> bool:
    context = given.body.get("context") if isinstance(given.body, dict) else None
    return isinstance(context, dict) and context["action"] == action


def rows_in(given: Given) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = given.body.get("snapshots", []) if isinstance(given.body, dict) else []
    return found


def in_both_lists(given: Given, change: Callable[[list[dict[str, Any]]], None]) -> None:
    """Change the immediate list, and the list of the key."""
    if rows := rows_in(given):
        change(rows)
    if is_end(given, "get_snapshot"):
        listed = json.loads(given.body["scope"])
        change(listed["snapshots"])
        given.body["scope"] = json.dumps(listed)


def sent(asked: Asked, **fields: str | None) -> bytes:
    """Return the body of a request with other fields. Fields that are None are removed."""
    return urlencode(
        [(name, value) for name, value in (asked.fields | fields).items() if value is not None]
    ).encode()

"""Lint rules about orders: how a client avoids paying twice."""

from collections.abc import Iterator
from typing import TypeAlias

from invapi_emulator.client_lint.rule import Line, Seen, lint_rule
from invapi_emulator.client_lint.states import is_answered
from invapi_emulator.domain.instants import MINUTE
from invapi_emulator.domain.looks import LIST_SERVERS
from invapi_emulator.storage.hidden_fields import UNKNOWN, words_of

_ALIKE_WITHIN = 10 * MINUTE
"""Time within which a second order of the same server is taken for a repetition."""

_DECIDING = (
    "preset", "location_name", "hostname", "os_id", "os_name", "soft_id", "soft_name", "own_os", "traffic_plan", "deploy_period",
)  # fmt: skip
"""The fields that say which server is ordered. A client may generate the others anew for each attempt."""


_Wanted: TypeAlias = tuple[str | None, ...]

_SHOW_ORDERS = LIST_SERVERS | frozenset(
    {
        ("eq", "list"), ("eq", "show"), ("eq", "update_servers"), ("eq", "status"),
        ("whmcs", "get_invoices"), ("whmcs", "get_invoice"), ("whmcs", "get_product_invoice"),
        ("whmcs", "get_billing_data"), ("whmcs", "getcredits"), ("whmcs", "get_client"),
    }
)  # fmt: skip
"""Reads that show servers, invoices, or how much credit is left."""

_FAILED = frozenset({"Error", "Fail"})
"""What the check of a deploy answers if it failed or was cancelled."""


@lint_rule(
    "orders-twice",
    "warning",
    "orders the same server twice",
    instead="An order may have been carried out although its answer was lost, or was a refusal. Look first: "
    "eq/update_servers has it in `billing_servers`, whmcs/get_invoices its invoice. Give two servers that are "
    "both wanted different hostnames.",
)
def orders_twice(seen: Seen) -> Iterator[Line]:
    for lines in seen.worlds():
        made: dict[_Wanted, Line] = {}
        for line in lines:
            for told in _told_of(line, made, seen):
                del made[told]
            wanted = _wanted(line) if _orders(line) else None
            if wanted is None:
                continue
            before = made.get(wanted)
            if before is not None and _is_soon_after(before, line) and not _has_gone(before, line, seen):
                yield line
            if _may_be_unknown(line):
                made[wanted] = line


def _told_of(line: Line, made: dict[_Wanted, Line], seen: Seen) -> list[_Wanted]:
    """Return the orders of which a call may have told the client what became of them: one failed, or is in a list."""
    if not is_answered(line):
        return []
    if line.key is not None:
        failed = line.result in _FAILED
        return [wanted for wanted, order in made.items() if failed and order.call.task == line.key]
    if (line.call.module, line.call.action) not in _SHOW_ORDERS:
        return []
    return [wanted for wanted, order in made.items() if line.call.vm in {None, _server(order, seen)}]


def _has_gone(order: Line, line: Line, seen: Seen) -> bool:
    return seen.removals.may_have(_server(order, seen), order.call.after_event, line.call.after_event)


def _server(order: Line, seen: Seen) -> int | None:
    """Return the server of an order, None if it has none yet, or its task is not kept."""
    task = None if order.call.task is None else seen.tasks.get(order.call.task)
    return None if task is None else task.vm_id


def _orders(line: Line) -> bool:
    """Return whether a call orders a new server. With an id it reinstalls one."""
    if (line.call.module, line.call.action, line.call.vm) != ("eq", "order_instance", None):
        return False
    (sent,) = words_of(line.call, ["id"])
    return sent is None or sent.startswith(UNKNOWN)


def _wanted(line: Line) -> _Wanted | None:
    """Return words for what is ordered, None if that cannot be told any more."""
    words = words_of(line.call, _DECIDING)
    return None if UNKNOWN in words else tuple(words)


def _may_be_unknown(line: Line) -> bool:
    """Return whether an order was carried out although its answer did not say so, or was lost."""
    return "rejected_but_done" in line.faults or (line.call.result == "ok" and line.was_lost)


def _is_soon_after(before: Line, line: Line) -> bool:
    """Return whether less than ten minutes passed, in real time and on the account's clock."""
    if before.call.received_at is None or line.call.received_at is None:
        return False
    on_clock = (line.call.at or 0) - (before.call.at or 0)
    return line.call.received_at - before.ended_at < _ALIKE_WITHIN and on_clock < _ALIKE_WITHIN

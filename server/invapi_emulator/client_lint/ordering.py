"""Lint rules about orders: how a client avoids paying twice."""

from collections.abc import Iterator

from invapi_emulator.client_lint.rule import Line, Seen, lint_rule
from invapi_emulator.domain.instants import MINUTE
from invapi_emulator.storage.hidden_fields import UNKNOWN, words_of

_ALIKE_WITHIN = 10 * MINUTE
"""Time within which a second order of the same server is taken for a repetition."""

_DECIDING = (
    "preset", "location_name", "hostname", "os_id", "os_name", "soft_id", "soft_name", "own_os", "traffic_plan", "deploy_period",
)  # fmt: skip
"""The fields that say which server is ordered. A client may generate the others anew for each attempt."""


@lint_rule(
    "orders-twice",
    "warning",
    "orders the same server twice",
    instead="An order may have been carried out although its answer was lost, or was a refusal. Look first: "
    "eq/update_servers has it in `billing_servers`, whmcs/get_invoices its invoice. Give two servers that are "
    "both wanted different hostnames.",
)
def orders_twice(seen: Seen) -> Iterator[Line]:
    made: dict[tuple[object, ...], Line] = {}
    for has_changed, line in seen.after([*seen.new_worlds, *seen.cancellations]):
        if has_changed:
            made.clear()  # the world of the earlier orders is gone, or the client has cancelled one
        wanted = _wanted(line) if _orders(line) else None
        if wanted is None:
            continue
        before = made.get(wanted)
        if before is not None and _is_soon_after(before, line):
            yield line
        if _was_carried_out(line):
            made[wanted] = line


def _orders(line: Line) -> bool:
    """Return whether a call orders a new server. With an id it reinstalls one."""
    if (line.call.module, line.call.action, line.call.vm) != ("eq", "order_instance", None):
        return False
    (sent,) = words_of(line.call, ["id"])
    return sent is None or sent.startswith(UNKNOWN)


def _wanted(line: Line) -> tuple[str | None, ...] | None:
    """Return words for what is ordered, None if that cannot be told any more."""
    words = words_of(line.call, _DECIDING)
    return None if UNKNOWN in words else tuple(words)


def _was_carried_out(line: Line) -> bool:
    return line.call.result == "ok" or "rejected_but_done" in line.faults


def _is_soon_after(before: Line, line: Line) -> bool:
    """Return whether less than ten minutes passed, in real time and on the account's clock."""
    if before.call.received_at is None or line.call.received_at is None:
        return False
    on_clock = (line.call.at or 0) - (before.call.at or 0)
    return line.call.received_at - before.ended_at < _ALIKE_WITHIN and on_clock < _ALIKE_WITHIN

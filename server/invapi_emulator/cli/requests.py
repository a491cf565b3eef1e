"""`invapi-emulator requests`: the calls of an account, and why they were refused."""

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import click

from invapi_emulator.cli import completions
from invapi_emulator.cli.control_calls import Refused, asked, of_account
from invapi_emulator.cli.sections import SectionedCommand, option
from invapi_emulator.cli.tables import format_option, print_json, print_lines
from invapi_emulator.numbers_in_words import Whole
from invapi_emulator.process.logs import word

MOST = 1_000
"""Number of calls that an account's journal keeps."""

ASKS_EVERY_SECONDS = 0.3

_FILTERS = "Which calls"
_SHAPE = {
    "requests": [{"id": int, "module": str, "result": str, "duration_ms": (int, float), "answer": str, "unread": [str]}],
    "gone": int,
    "last_id": int,
}  # fmt: skip


@click.command(cls=SectionedCommand)
@of_account
@option(
    _FILTERS,
    "--module",
    metavar="MODULE",
    shell_complete=completions.modules,
    help="module that was called: vm, eq, …",
)
@option(
    _FILTERS,
    "--action",
    metavar="ACTION",
    shell_complete=completions.actions,
    help="action that was called: create_snapshot, …",
)
@option(_FILTERS, "--vm", "id", type=Whole(1, 2**63 - 2), metavar="ID", help="VM that the call was about")
@option(_FILTERS, "--result", type=click.Choice(["ok", "refused"]), help="how the call was answered")
@option(
    _FILTERS,
    "--reason",
    metavar="REASON",
    shell_complete=completions.reasons,
    help="why the call was refused: vm_locked, …",
)
@option(
    _FILTERS,
    "--unauthenticated",
    is_flag=True,
    help="calls of no account instead: with a wrong token or key, or none",
)
@click.option(
    "--last",
    metavar="N",
    type=Whole(0, MOST),
    default=20,
    show_default=True,
    help="number of calls to print, the newest ones",
)
@click.option("--follow", "-f", is_flag=True, help="go on with the calls to come, until Ctrl-C")
@format_option("a line a call, or a JSON object a line")
def requests(
    url: str, admin_token: str, account: str, last: int, form: str, *, unauthenticated: bool, follow: bool, **wanted: Any
) -> None:  # fmt: skip
    """Print an account's calls, and why they were refused.

    The oldest call is first. `unread` names the fields that no handler read, often misspelt ones.
    """
    path = "/requests" if unauthenticated else f"/accounts/{account}/requests"
    given = {name: value for name, value in wanted.items() if value is not None}
    for calls, gone in _answers(url, admin_token, path, given, last, follow=follow):
        if gone:
            click.echo(gone, err=True)
        if form == "json":
            print_json(calls)
        else:
            print_lines(map(_as_line, calls))


def _answers(
    url: str, admin_token: str, path: str, wanted: dict[str, Any], last: int, *, follow: bool
) -> Iterator[tuple[list[dict[str, Any]], str | None]]:
    """Yield the newest calls, then those after them, each time with a line about those that are missing."""
    found = _asked_for(url, admin_token, path, wanted)
    shown = found["requests"][-last:] if last else []
    yield shown, _missing("older calls that may match and", found["gone"] if len(shown) < last else 0)
    pause = threading.Event()
    while follow:
        pause.wait(ASKS_EVERY_SECONDS)
        mark = found["last_id"]
        found = _after(mark, url, admin_token, path, wanted)
        yield found["requests"], _missing("calls in between that", found["gone"]) or _cleared(mark, found)


def _missing(which: str, gone: int) -> str | None:
    return f"number of {which} are no longer kept: {gone}" if gone else None


def _cleared(mark: int, found: dict[str, Any]) -> str | None:
    """Return a line about calls after the mark that were cleared before they could be shown. An older server does not tell."""
    last = found.get("cleared_to", 0)
    return f"calls that were cleared before they were shown: #{mark + 1} to #{last}" if last > mark else None


def _after(mark: int, url: str, admin_token: str, path: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Ask for the calls after the one with this id. A journal that ends before it is another one: ask for all of it."""
    try:
        return _asked_for(url, admin_token, path, wanted | {"since_id": mark})
    except Refused as refused:
        if refused.field != "since_id":
            raise
    click.echo(
        "the journal begins again, as that of a new account or a new server; it follows from its first call",
        err=True,
    )
    return _asked_for(url, admin_token, path, wanted)


def _asked_for(url: str, admin_token: str, path: str, wanted: dict[str, Any]) -> dict[str, Any]:
    query = urlencode(wanted, errors="surrogateescape")
    return asked(url, admin_token, "GET", f"{path}?{query}", shape=_SHAPE)


def _as_line(call: dict[str, Any]) -> str:
    """Return a call as one line: `#17 <time> vm/create_snapshot 12346 refused snapshot_limit 2.5 ms "<message>"`."""
    refused = call["result"] == "refused"
    parts = [
        f"#{call['id']}",
        word(call.get("at") or call.get("received_at") or "-"),
        f"{word(call['module'])}/{word(call.get('action') or '-')}",
        None if call.get("vm") is None else word(call["vm"]),
        f"refused {word(call.get('reason'))}" if refused else "ok",
        f"{call['duration_ms']:.1f} ms",
        word(_message_of(call["answer"])) if refused else None,
    ]
    further = {"fault": call.get("fault"), "task": call.get("task"), "unread": ",".join(call["unread"])}
    parts += [f"{name}={word(value)}" for name, value in further.items() if value]
    return " ".join(part for part in parts if part is not None)


def _message_of(answer: str) -> str:
    """Return the message of a refusal, or its body, which a fault may have cut."""
    with suppress(ValueError, RecursionError):
        body = json.loads(answer)
        for name in ("message", "error"):
            if isinstance(body, dict) and isinstance(body.get(name), str):
                return str(body[name])
    return answer[:200]

"""The requests and tasks of an account, for the report of a failed test."""

from typing import Any

from invapi_emulator.testing.account import Account

_SHOWN = 50


def story(account: Account) -> tuple[str, str]:
    """Return a title and lines. If the server cannot be asked, the lines say why."""
    title = f"invapi account {account.name}, seed {account.seed}"
    try:
        return title, _lines(account)
    except Exception as problem:  # noqa: BLE001 - the report must not fail if the server has
        return title, f"cannot read the journal: {problem}"


def _lines(account: Account) -> str:
    requests, tasks = account.requests(), account.tasks
    lines = [_request(request) for request in requests[-_SHOWN:]] or ["no requests"]
    return "\n".join([*lines, *(_task(task) for task in tasks[-_SHOWN:])])


def _request(request: dict[str, Any]) -> str:
    why = f" ({request['reason']})" if request["reason"] else ""
    why += f" [{request['fault']}]" if request["fault"] else ""
    unread = f", unread: {', '.join(request['unread'])}" if request["unread"] else ""
    fields = {name: value for name, value in request["fields"].items() if name not in {"action", "token"}}
    return f"{request['at']}  {request['module']}/{request['action']} {fields} -> {request['result']}{why}{unread}"


def _task(task: dict[str, Any]) -> str:
    end = task["ended_at"] or f"due {task['due_at']}"
    why = f": {task['error']}" if task["error"] else ""
    return f"task {task['key']}  {task['action']} of {task['vm']}: {task['created_at']} to {end}, {task['stage']}{why}"

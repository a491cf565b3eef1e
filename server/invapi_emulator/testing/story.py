"""What the report of a failed test shows of an account: its calls, its tasks, and hints."""

from urllib.parse import quote

from invapi_emulator.domain.instants import Instant
from invapi_emulator.process.logs import escaped
from invapi_emulator.testing.account import Account
from invapi_emulator.testing.failure import Json
from invapi_emulator.testing.hints import hints
from invapi_emulator.testing.told_calls import Start, instant_of, told

_SHOWN = 50
_READING = frozenset({"get_snapshot", "load_stats", "status"})
"""Actions whose tasks change nothing. They are shown if their key was checked."""

_TIMES = "times since the start of the test: on the account's clock / in real time"


def story(account: Account, began: str | None, real: Instant | None) -> tuple[str, str]:
    """Return a title and lines. If the server cannot be asked, the lines say why.

    The test began at `began` on the account's clock (ISO 8601) and at `real` in real time (microseconds since 1970).
    """
    title = f"invapi account {account.name}, scenario {account.scenario}, seed {account.seed}"
    try:
        start = Start(instant_of(began) if began else None, real)
        return title, "\n".join(_lines(account, start))
    except Exception as problem:  # noqa: BLE001 - the report must not fail if the server has
        return title, f"cannot read the journal: {problem}"


def _lines(account: Account, start: Start) -> list[str]:
    journal = account.emulator.control("GET", f"/accounts/{quote(account.name)}/requests")
    requests, tasks, clock = journal["requests"], account.tasks, account.clock
    calls = [str(line) for line in told(requests, start)]
    names = {call["task"]: call["fields"].get("name") for call in requests if call["task"]}
    checked = {call["fields"].get("key") for call in requests if call["module"] == "eq_callback"}
    works = [
        escaped(_task(task, start, names.get(task["key"])))
        for task in tasks
        if task["key"] in checked or task["action"] not in _READING
    ]
    now = f"clock: {clock['mode']}, now {start.on_clock(clock['now'])}"
    return [
        *(f"hint: {hint}" for hint in hints(account, requests, tasks, clock)),
        f"{now} ({_TIMES})",
        *_no_longer_kept(journal["gone"]),
        *(_newest(calls, "lines of calls") or ["no requests"]),
        *_newest(works, "tasks"),
    ]


def _no_longer_kept(gone: int) -> list[str]:
    return [f"… {gone} older calls that are no longer kept"] if gone else []


def _newest(lines: list[str], what: str) -> list[str]:
    left = len(lines) - _SHOWN
    return [f"… {left} older {what}", *lines[left:]] if left > 0 else lines


def _task(task: Json, start: Start, name: object) -> str:
    what = (
        f"task {task['key']}  {task['action']}{f' {name}' if isinstance(name, str) else ''} of {task['vm']}"
    )
    fault = f" [{task['fault']}]" if task["fault"] else ""
    started = start.on_clock(task["created_at"])
    if not task["ended_at"]:
        due = f"due {start.on_clock(task['due_at'])}" if task["due_at"] else "never due"
        return f"{what}: since {started}, runs ({task['stage']}), {due}{fault}"
    why = f": {task['error']}" if task["error"] else ""
    return f"{what}: {started} to {start.on_clock(task['ended_at'])}, {task['stage']}{why}{fault}"

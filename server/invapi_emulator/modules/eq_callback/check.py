"""`eq_callback.php`: the poll (contract 3.2 to 3.7)."""

from dataclasses import replace

from invapi_emulator.actions import Body, Call, action, not_emulated
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.tasks import Task, has_aged_out
from invapi_emulator.errors import KeyForgotten, KeyNotFound, KeySpent
from invapi_emulator.modules.parameters import Parameters, TaskKey
from invapi_emulator.randomness import is_task_key
from invapi_emulator.storage import accounts, tasks
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.tasks.jump import move_clock

not_emulated("eq_callback", "reinstall")


class Check(Parameters):
    key: TaskKey


def _account_of(tx: Transaction, params: Check) -> Account:
    account = accounts.by_task_key(tx, params.key) if is_task_key(params.key) else None
    if account is None:
        raise KeyNotFound(params.key)
    return account


@action("eq_callback", "check", Check, find_account=_account_of)
def check(tx: Transaction, call: Call[Check]) -> Body | None:
    task = tasks.by_key(tx, call.account.id, call.params.key)
    if task is None or has_aged_out(task, call.now):
        raise KeyNotFound(call.params.key)
    if task.forgotten:
        raise KeyForgotten(task.key)
    if task.spent:
        raise KeySpent(task.key)
    if task.state == "running" and _jumps(tx, call, task):
        return None
    match task.state:
        case "running":
            return {"result": "Not ready", "key": task.key}
        case "failed":
            return {"result": "Fail", "error": task.error} | _report(task)
        case "done":
            tasks.save(tx, call.account.id, replace(task, spent=True))
            return {"result": "OK", "action": "check"} | _report(task)


def _jumps(tx: Transaction, call: Call[Check], task: Task) -> bool:
    """Count the check of an unfinished task; on an auto clock, enough of them move the clock to its end."""
    clock = call.account.clock
    if clock.mode != "auto" or task.due_at is None:
        return False
    if task.polls < clock.polls:
        tasks.save(tx, call.account.id, replace(task, polls=task.polls + 1))
        return False
    move_clock(tx, call.account, task.due_at, call.real_now)
    return True


def _report(task: Task) -> Body:
    return {"scope": task.scope, "context": task.context, "debug": task.debug, "key": task.key}

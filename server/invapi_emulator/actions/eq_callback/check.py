"""`eq_callback.php` `check`: tells whether a task has ended (contract 3.2 to 3.7)."""

from contextlib import suppress
from functools import partial
from typing import Any, Literal

import orjson
from msgspec.structs import replace
from pydantic import ConfigDict, Field, JsonValue

from invapi_emulator.actions import parameters
from invapi_emulator.actions.answers import KEY, Part, TaskKey
from invapi_emulator.actions.parameters import Parameters
from invapi_emulator.actions.server_ids import wire_id
from invapi_emulator.contract.assumptions import tasks as assumptions
from invapi_emulator.domain.clocks import MAX_POLLS
from invapi_emulator.domain.instants import DAY, HOUR
from invapi_emulator.domain.tasks import Task, has_aged_out
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call, Fields, Identification
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.engine.faults.presets import preset_of
from invapi_emulator.engine.faults.rules import fire
from invapi_emulator.engine.tasks.kinds import kind_of
from invapi_emulator.engine.tasks.settle import move_clock
from invapi_emulator.errors import KeyForgotten, KeyNotFound, KeySpent
from invapi_emulator.randomness import is_task_key
from invapi_emulator.storage import tasks
from invapi_emulator.storage.owners import OwnerWord
from invapi_emulator.storage.unit_of_work import UnitOfWork
from invapi_emulator.whole_numbers import counted_on


class Check(Parameters):
    key: parameters.CallbackKey


class Context(Part):
    """The fields that the task was started with: `type` with its default, all others as they were sent."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, str | list[JsonValue] | dict[str, JsonValue]]

    action: str
    id: int
    location: str


class NotReady(Part):
    """The task is under way."""

    result: Literal["Not ready"]
    key: TaskKey


class Installed(Part):
    """The scope of a deploy or reinstall (11.3)."""

    id: int
    location: str
    preset: str
    ip: str
    os: str
    status: Literal["deploy_done"]


class Done(Part):
    """The task is done; this answer deletes the key (3.6)."""

    result: Literal["OK"]
    action: Literal["check"]
    scope: str | Installed = Field(
        description="the message to the user, data as a JSON string, or the server that is installed"
    )
    context: Context
    debug: str | None = Field(description="a line as of the hypervisor's log")
    key: TaskKey


class NotInstalled(Part):
    """A deploy or reinstall failed (11.3). The key stays (3.5)."""

    result: Literal["Error"]
    scope: Literal["cancelled"]
    context: Context
    debug: str
    key: TaskKey


class Failed(Part):
    """The task failed: a successful call about a failed task. The key stays (3.5)."""

    result: Literal["Fail"]
    error: str
    scope: str
    context: Context
    debug: str | None
    key: TaskKey


def _word(fields: Fields) -> OwnerWord | None:
    key = fields.get("key")
    return ("task", key) if isinstance(key, str) and is_task_key(key) else None


def _check_key(unit: UnitOfWork, fields: Fields, _address: str) -> None:
    key = fields.get("key")
    if not isinstance(key, str):
        raise KeyNotFound("")
    if not unit.owned or tasks.by_key(unit, key) is None:
        raise KeyNotFound(key)


def check(unit: UnitOfWork, call: Call[Check]) -> Body | None:
    task = tasks.by_key(unit, call.params.key)
    lifetime = DAY if call.account.assumed[assumptions.KEY_LIFETIME] == "day" else HOUR
    if task is None or has_aged_out(task, call.now, lifetime):
        raise KeyNotFound(call.params.key)
    if task.forgotten:
        raise KeyForgotten(task.key)
    if task.spent:
        raise KeySpent(task.key)
    if task.state == "running" and _jumps(unit, call, task):
        return None
    if task.state != "running" and _is_not_ready(unit, call, task):
        return {"result": "Not ready", "key": task.key}
    match task.state:
        case "running":
            return _under_way(call, task)
        case "failed":
            if call.account.assumed[assumptions.FAILED_KEY] == "spent":
                tasks.save(unit, replace(task, spent=True))
            return _failed(call, task)
        case "done":
            tasks.save(unit, replace(task, spent=True))
            return {"result": "OK", "action": "check"} | _report(call, task)


def _failed(call: Call[Check], task: Task) -> Body:
    """Return the answer about a failed task: of a deploy or reinstall another one (contract 11.3)."""
    if kind_of(task).installs:
        return {"result": "Error"} | _report(call, task) | {"scope": "cancelled", "debug": task.error}
    return {"result": "Fail", "error": task.error} | _report(call, task)


def _jumps(unit: UnitOfWork, call: Call[Check], task: Task) -> bool:
    """Count the check of an unfinished task. On an auto clock, enough checks move the clock to the task's end."""
    clock = call.account.clock
    if clock.mode != "auto" or task.due_at is None:
        return False
    if task.polls < clock.polls:
        tasks.save(unit, replace(task, polls=task.polls + 1))
        return False
    move_clock(unit, task.due_at)
    return True


def _is_not_ready(unit: UnitOfWork, call: Call[Check], task: Task) -> bool:
    """Tell whether a fault rule, or the account's profile, keeps the check from telling the end of the task."""
    if fire(unit, call, "check") is not None:
        return True
    rule = preset_of(call.account).not_ready
    if rule is None:
        return False
    tasks.save(unit, replace(task, polls=counted_on(task.polls, most=MAX_POLLS)))
    return rule.is_drawn(partial(call.chance.fraction, "task", task.sequence, "not ready", task.polls))


def _under_way(call: Call[Check], task: Task) -> Body:
    if task.stage == 0 or call.account.assumed[assumptions.STAGE_ANSWERS] == "never":
        return {"result": "Not ready", "key": task.key}
    return {"result": "Stage", "stage": task.stages[task.stage].name, "key": task.key}


def _report(call: Call[Check], task: Task) -> Body:
    assumed = call.account.assumed
    scope: Any = task.scope
    kind = kind_of(task)
    told = kind.installs or (kind.fetches and assumed[assumptions.FETCHED_DATA] == "object")
    if task.state == "done" and told:
        with suppress(orjson.JSONDecodeError):  # an imported world may have any text there
            scope = orjson.loads(task.scope or "null")
    context = task.context | {"id": wire_id(assumed, task.vm_id)}
    return {"scope": scope, "context": context, "debug": task.debug, "key": task.key}


_CONTEXT = {
    "type": "snapshot",
    "name": "before-upgrade",
    "action": "create_snapshot",
    "id": 12345,
    "location": "NL",
}
_DONE = {
    "result": "OK",
    "action": "check",
    "scope": "Snapshot before-upgrade created",
    "context": _CONTEXT,
    "debug": "openstack: image 9eea759b-d04c-4e02-98a9-0f7794f45a85 active, 19327352832 bytes",
    "key": KEY,
}
_FAILED = {
    "result": "Fail",
    "error": "failed by hand",
    "scope": "failed by hand",
    "context": _CONTEXT,
    "debug": None,
    "key": KEY,
}

ACTION = Action(
    module="eq_callback",
    name="check",
    label="Check task",
    clause="3.2",
    params=Check,
    handler=check,
    identified_by=Identification(_word, _check_key),
    examples=(
        Example(NotReady, {"key": KEY}, {"result": "Not ready", "key": KEY}),
        Example(Done, {"key": KEY}, _DONE),
        Example(Failed, {"key": KEY}, _FAILED),
    ),
    refusal_examples=(
        RefusalExample({"key": KEY}, "key_not_found", "AsyncKey not found", more={"key": KEY}),
    ),
    ignored=dict.fromkeys(("status", "stage", "id"), "accepted and ignored, whatever it is (3.2)"),
)

"""Check that the tasks in a VM's description are possible and can end."""

from itertools import pairwise

from pydantic import ValidationError

from invapi_emulator.actions.parameters import OfSnapshots
from invapi_emulator.domain.instants import Instant, iso
from invapi_emulator.domain.snapshots import Snapshot
from invapi_emulator.domain.tasks import Task, was_queued
from invapi_emulator.domain.virtual_machines import Power
from invapi_emulator.engine.action import ACTIONS
from invapi_emulator.engine.tasks.kinds import kind_of
from invapi_emulator.worlds.build import BuiltVm
from invapi_emulator.worlds.errors import error_at, too_late
from invapi_emulator.worlds.schema import VmSpec
from invapi_emulator.worlds.steps import Steps

_NEEDS_POWER: dict[str, Power] = {"remove_snapshot": "off", "restore_snapshot": "off", "reboot": "on"}
"""The power that a VM must have while a task of these actions runs (contract 4.11, 6.3)."""

_AT_A_TIME = 100

_ONLY_AFTER_THE_END = ("ended_at", "scope", "debug", "error")


def checking_tasks(spec: VmSpec, built: BuiltVm, now: Instant, place: str) -> Steps[None]:
    """Raise Unprocessable for the first contradiction."""
    changing: str | None = None
    for number, task in enumerate(built.tasks):
        if number % _AT_A_TIME == _AT_A_TIME - 1:
            yield
        where = f"{place}tasks.{number}"
        _check_state(task, where)
        _check_stage(task, where)
        _check_times(task, now, where)
        _check_due(task, now, where, is_sent="due_at" in spec.tasks[number].model_fields_set)
        _check_context(spec, task, where)
        if task.state != "running":
            continue
        as_exported = spec.tasks[number].stages is not None
        if not (as_exported or built.assumed.other):  # a task that cannot take effect fails when it is due
            _check_effect(built, task, where)
        if kind_of(task).changes:
            if changing is not None and not was_queued(task):
                raise error_at(f"{where}.state", "running", f"another task, {changing}, locks the VM")
            changing = task.action


def _check_state(task: Task, place: str) -> None:
    if task.state == "running":
        for field in _ONLY_AFTER_THE_END:
            if getattr(task, field) is not None:
                raise error_at(
                    f"{place}.{field}", getattr(task, field), "only allowed for a task that has ended"
                )
    if task.state == "done" and task.error is not None:
        raise error_at(f"{place}.error", task.error, "only allowed for a task that failed")
    if task.state == "failed" and task.error is None:
        raise error_at(f"{place}.error", None, "required for a task that failed")
    if task.spent and task.state == "running":
        raise error_at(f"{place}.spent", task.spent, "only allowed for a task that has ended")


def _check_stage(task: Task, place: str) -> None:
    if task.stage >= len(task.stages):
        raise error_at(
            f"{place}.stage", task.stage, f"the task has {len(task.stages)} stages, counted from 0"
        )


def _check_times(task: Task, now: Instant, place: str) -> None:
    if task.created_at > now:
        raise too_late(f"{place}.created_at", task.created_at, now)
    for number, (start, end) in enumerate(pairwise([task.created_at, *(s.ends_at for s in task.stages)])):
        if end < start:
            accepted = f"must not be before {iso(start)}, the start of the stage"
            raise error_at(f"{place}.stages.{number}.ends_at", iso(end), accepted)
    if task.ended_at is not None:
        if task.ended_at > now:
            raise too_late(f"{place}.ended_at", task.ended_at, now)
        if task.ended_at < task.created_at:
            accepted = f"must not be before {iso(task.created_at)}, the start of the task"
            raise error_at(f"{place}.ended_at", iso(task.ended_at), accepted)


def _check_due(task: Task, now: Instant, place: str, *, is_sent: bool) -> None:
    if task.ended_at is None and task.due_at is not None and task.due_at <= now:
        accepted = f"must be after the account's present time, {iso(now)}, or null for a task that hangs"
        if not is_sent:
            accepted += "; without one, it is the end of the last stage"
        raise error_at(f"{place}.due_at", iso(task.due_at), accepted)


def _check_context(spec: VmSpec, task: Task, place: str) -> None:
    """Refuse a context that no call of this action can create. The end of the task reads it."""
    named = kind_of(task).context_action or task.action
    for name, value in (("action", named), ("id", spec.id)):
        if task.context[name] != value:
            raise error_at(f"{place}.context.{name}", task.context[name], f"expected {value}, as in the task")
    params = ACTIONS[task.module, task.action].params
    if spec.kind != "VPS" and issubclass(params, OfSnapshots):
        raise error_at(f"{place}.action", task.action, f"a {spec.kind} has no snapshots; only a VPS has them")
    try:
        params.model_validate({**task.context, "id": str(spec.id)})
    except ValidationError as wrong:
        name = str(wrong.errors()[0]["loc"][0])
        accepted = params.model_fields[name].description or "another value"
        raise error_at(f"{place}.context.{name}", task.context.get(name), f"expected {accepted}") from None


def _check_effect(built: BuiltVm, task: Task, place: str) -> None:
    """Refuse a running task that could not end in any of the ways of its kind."""
    needed = _NEEDS_POWER.get(task.action, built.vm.power)
    if needed != built.vm.power:
        raise error_at(f"{place}.action", task.action, f"the VM must be {needed} while this task runs")
    if "name" not in ACTIONS[task.module, task.action].params.model_fields:
        return
    name, found = task.context["name"], _named(built, task)
    if task.action == "create_snapshot" and found is not None:
        raise error_at(f"{place}.context.name", name, "the VM already has a snapshot with this name and type")
    if task.action != "create_snapshot" and found is None:
        raise error_at(f"{place}.context.name", name, "the VM has no snapshot with this name and type")
    if task.action == "restore_snapshot" and found is not None and found.status == "error":
        raise error_at(f"{place}.context.name", name, "a snapshot in status error cannot be restored")


def _named(built: BuiltVm, task: Task) -> Snapshot | None:
    wanted = task.context["type"], task.context["name"]
    return next((found for found in built.snapshots if (found.type, found.name) == wanted), None)

"""Build a VM's tasks from their description."""

from typing import Any

from invapi_emulator.domain.instants import SECOND, Instant
from invapi_emulator.domain.tasks import PlannedStage, Task
from invapi_emulator.engine.action import ACTIONS
from invapi_emulator.engine.tasks.kinds import KINDS, actions_with_tasks
from invapi_emulator.engine.tasks.planning import planned_stages
from invapi_emulator.worlds.build_context import BuildContext
from invapi_emulator.worlds.errors import error_at
from invapi_emulator.worlds.schema import VmSpec
from invapi_emulator.worlds.steps import Steps, each
from invapi_emulator.worlds.task_schema import TaskSpec


def building_tasks(vm: VmSpec, building: BuildContext, place: str) -> Steps[tuple[Task, ...]]:
    """Build the tasks; raise Unprocessable for an action without tasks, or a number or key that is taken."""
    counts: dict[str, int] = {}

    def build(number: int) -> Task:
        spec, where = vm.tasks[number], f"{place}tasks.{number}"
        module = _module_of(spec, where)
        counts[spec.action] = counts.get(spec.action, 0) + 1
        stages = _stages(vm, spec, module, counts[spec.action], building)
        return _task(vm, spec, module, stages, building, where)

    return each(range(len(vm.tasks)), build)


def _task(
    vm: VmSpec,
    spec: TaskSpec,
    module: str,
    stages: tuple[PlannedStage, ...],
    building: BuildContext,
    place: str,
) -> Task:
    number = building.numbers.of("task", spec.sequence, f"{place}.sequence")
    planned_end = None if spec.hangs else stages[-1].ends_at
    due_at = planned_end if spec.due_at is None else spec.due_at
    return Task(
        key=building.keys.of(spec.key, number, f"{place}.key"),
        module=module,
        action=spec.action,
        vm_id=vm.id,
        sequence=number,
        context=_context(vm, spec, module),
        stages=stages,
        created_at=_created_at(spec, building),
        due_at=due_at,
        state=spec.state,
        ended_at=_ended_at(spec, due_at, building.now),
        scope=spec.scope,
        debug=spec.debug,
        error=spec.error,
        polls=spec.polls,
        spent=spec.spent,
        stage=_stage(spec, stages, building.now),
        fault=spec.fault,
        fails_with=spec.fails_with,
        stops_at=spec.stops_at,
        forgotten=spec.forgotten,
        callback_url=spec.callback,
        stale_for=None if spec.stale_seconds is None else round(spec.stale_seconds * SECOND),
    )


def _stage(spec: TaskSpec, stages: tuple[PlannedStage, ...], now: Instant) -> int:
    """Return the index of the stage that the task is in now."""
    if spec.stage is not None:
        return spec.stage
    reached = now if spec.stops_at is None else min(now, spec.stops_at)
    return min(sum(stage.ends_at <= reached for stage in stages), len(stages) - 1)


def _module_of(spec: TaskSpec, place: str) -> str:
    """Return the module of the task's action; raise Unprocessable if it starts no tasks."""
    starting = sorted(module for module, action in KINDS if action == spec.action)
    if not starting:
        known = ", ".join(actions_with_tasks())
        raise error_at(f"{place}.action", spec.action, f"not an action that starts a task (known: {known})")
    if spec.module is not None and spec.module not in starting:
        raise error_at(
            f"{place}.module", spec.module, f"{spec.action} is an action of {' and '.join(starting)}"
        )
    return spec.module or starting[0]


def _stages(
    vm: VmSpec, spec: TaskSpec, module: str, count: int, building: BuildContext
) -> tuple[PlannedStage, ...]:
    if spec.stages is not None:
        return tuple(PlannedStage(stage.name, stage.ends_at) for stage in spec.stages)
    return planned_stages(
        spec.action,
        KINDS[module, spec.action],
        vm.id,
        vm.disk.size_gb,
        count,
        _created_at(spec, building),
        building.account,
    )


def _context(vm: VmSpec, spec: TaskSpec, module: str) -> dict[str, Any]:
    """Return the full context, as a client's call would create it (contract 3.4)."""
    type_ = ACTIONS[module, spec.action].params.model_fields.get("type")
    defaults = {} if type_ is None else {"type": type_.default}
    rest = {
        "action": KINDS[module, spec.action].context_action or spec.action,
        "id": vm.id,
        "location": vm.location,
    }
    return defaults | spec.context | {name: rest[name] for name in rest if name not in spec.context}


def _created_at(spec: TaskSpec, building: BuildContext) -> Instant:
    return building.now if spec.created_at is None else spec.created_at


def _ended_at(spec: TaskSpec, due_at: Instant | None, now: Instant) -> Instant | None:
    """Return the end of an ended task: the given time, else the due time if it has passed, else now."""
    if spec.state == "running" or spec.ended_at is not None:
        return spec.ended_at
    return now if due_at is None else min(due_at, now)

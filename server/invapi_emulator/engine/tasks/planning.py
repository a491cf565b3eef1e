"""The length of a task's stages, and the time until lists show it. Both are drawn once, when the task starts."""

from functools import partial
from typing import Any

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.tasks import PlannedStage, Task, plan
from invapi_emulator.engine.call import Call
from invapi_emulator.engine.faults.presets import preset_of
from invapi_emulator.engine.tasks.kinds import Kind
from invapi_emulator.randomness import chance_of


def planned_stages(
    action: str, kind: Kind, vm_id: int, size_gb: int, count: int, now: Instant, account: Account
) -> tuple[PlannedStage, ...]:
    """Return the stages of a VM's `count`th task of an action, which starts now."""
    chance, slow_task = chance_of(account), preset_of(account).slow_task

    def draw(what: str, stage: str) -> float:
        return chance.fraction("vm", vm_id, what, action, stage, count)

    stages = plan(kind.stages, size_gb, now, partial(draw, "duration"))
    return stages if slow_task is None else slow_task.slowed(stages, now, partial(draw, "pace"))


def with_stale_list(call: Call[Any], task: Task, count: int) -> Task:
    """Return the task with the time for which the profile keeps its effect from lists."""
    rule = preset_of(call.account).stale_list
    if rule is None or not rule.applies_to(call):
        return task
    draw = partial(call.chance.fraction, "vm", task.vm_id, "stale list", call.action, count)
    return rule.apply(task, draw) if rule.is_drawn(draw) else task

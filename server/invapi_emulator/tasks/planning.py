"""How long the stages of a task take: drawn once, when it is made."""

from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.tasks import PlannedStage, plan
from invapi_emulator.randomness import Chance
from invapi_emulator.tasks.kinds import Kind


def planned_stages(
    kind: Kind, vm_id: int, size_gb: int, count: int, now: Instant, chance: Chance
) -> tuple[PlannedStage, ...]:
    """Return the stages of the how-manieth (`count`) task of this kind on a VM, starting now."""

    def draw(stage: str) -> float:
        return chance.fraction("vm", vm_id, "duration", kind.action, stage, count)

    return plan(kind.stages, size_gb, now, draw)

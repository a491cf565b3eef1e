"""How long the stages of a task take, and how long lists are behind: drawn once, when it is made."""

from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.behavior import MOST_HOSTILE, PACE
from invapi_emulator.domain.instants import SECOND, Instant
from invapi_emulator.domain.tasks import PlannedStage, plan
from invapi_emulator.engine.tasks.kinds import Kind
from invapi_emulator.randomness import chance_of

_LATE_ONCE_IN = 2
_LATE_SECONDS = 30


def planned_stages(
    action: str, kind: Kind, vm_id: int, size_gb: int, count: int, now: Instant, account: Account
) -> tuple[PlannedStage, ...]:
    """Return the stages of the task of an action that is the `count`th of a VM, starting now."""
    chance, profile = chance_of(account), account.conduct.profile

    def draw(stage: str) -> float:
        return chance.fraction("vm", vm_id, "duration", action, stage, count)

    def pace(stage: str) -> float:
        if not account.is_hostile:
            return PACE[profile]
        drawn = chance.fraction("vm", vm_id, "pace", action, stage, count)
        return float(MOST_HOSTILE ** (2 * drawn - 1))

    return plan(kind.stages, size_gb, now, draw, pace)


def lists_are_late(action: str, kind: Kind, vm_id: int, count: int, account: Account) -> Instant | None:
    """Return how long after its end lists do not show what a task did: in a hostile world, every other time."""
    if not (account.is_hostile and kind.works_disk):
        return None
    drawn = chance_of(account).fraction("vm", vm_id, "late list", action, count) * _LATE_ONCE_IN
    return round(drawn * _LATE_SECONDS) * SECOND if 0 < drawn < 1 else None

"""`vm.php` `load_stats`: collects statistics of the last hour (contract 4.5, 4.15)."""

from functools import lru_cache, partial

import orjson

from invapi_emulator.actions.answers import started
from invapi_emulator.actions.lock_refusals import require_readable
from invapi_emulator.actions.parameters import OfVm
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.statistics import HISTORY, QUANTITIES, Point, last_hour, point
from invapi_emulator.domain.tasks import Stage
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import RefusalExample
from invapi_emulator.engine.tasks.disk_work import disk_work
from invapi_emulator.engine.tasks.kinds import Kind, Outcome, Work
from invapi_emulator.engine.tasks.start import start_task
from invapi_emulator.randomness import Chance, chance_of
from invapi_emulator.storage import vms
from invapi_emulator.storage.unit_of_work import UnitOfWork

_REMEMBERED = 20_000
"""Number of cached points. Each answer has sixty."""


def load_stats(unit: UnitOfWork, call: Call[OfVm]) -> Body:
    vm = vms.load(unit, call.params.id)
    require_readable(unit, vm)
    return {"callback": start_task(unit, call, vm)}


def finish_load_stats(unit: UnitOfWork, work: Work) -> Outcome:
    return Outcome(work.vm, orjson.dumps(statistics_of(unit, work.account, work.vm, work.now)).decode())


def statistics_of(unit: UnitOfWork, account: Account, vm: VirtualMachine, now: Instant) -> Body:
    """Return the statistics that a `load_stats` ending now answers."""
    chance = chance_of(account)
    spans = disk_work(unit, vm.id, now - HISTORY, now)
    return last_hour(vm, spans, now, partial(_point, chance, vm.id, vm.memory_mb))


@lru_cache(_REMEMBERED)
def _point(chance: Chance, vm_id: int, memory_mb: int, minute: int, running: float, working: float) -> Point:
    drawn = [chance.fraction("vm", vm_id, "statistics", what, minute) for what in QUANTITIES]
    return point(drawn, memory_mb, running, working)


_REFUSAL = "failed to request statistics for"

ACTION = Action(
    module="vm",
    name="load_stats",
    label="Load statistics",
    clause="4.5",
    params=OfVm,
    handler=load_stats,
    task=Kind(
        (Stage("collect", 1.5), Stage("aggregate", 0.5)), finish_load_stats, changes=False, fetches=True
    ),
    examples=(started(id=12345),),
    refusal=_REFUSAL,
    refusal_examples=(
        RefusalExample({"id": 99999}, "vm_not_found", f"{_REFUSAL} 99999 - no such VM in this account"),
    ),
)

"""`vm.php`: statistics of the last hour, and the engines (contract 4.5, 4.15, 4.16)."""

from functools import lru_cache, partial

import orjson

from invapi_emulator.actions.locks import require_readable
from invapi_emulator.actions.parameters import NoParameters, OfVm
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.statistics import HISTORY, QUANTITIES, Point, last_hour, point
from invapi_emulator.domain.tasks import Stage
from invapi_emulator.domain.virtual_machines import VirtualMachine
from invapi_emulator.engine.action import Body, Call, action
from invapi_emulator.engine.tasks.disk_work import disk_work
from invapi_emulator.engine.tasks.kinds import Outcome, Work, kind
from invapi_emulator.engine.tasks.start import start_task
from invapi_emulator.randomness import Chance, chance_of
from invapi_emulator.storage import vms
from invapi_emulator.storage.unit_of_work import UnitOfWork

_REMEMBERED = 20_000
"""Number of points that are computed once; each answer has sixty."""


@action("vm", "load_stats", OfVm, "4.5", refusal="failed to request statistics for")
def load_stats(unit: UnitOfWork, call: Call[OfVm]) -> Body:
    vm = vms.load(unit, call.params.id)
    require_readable(call.account.assumed, vm)
    return {"callback": start_task(unit, call, vm)}


@kind(("vm", "load_stats"), [Stage("collect", 1.5), Stage("aggregate", 0.5)], changes=False, fetches=True)
def finish_load_stats(unit: UnitOfWork, work: Work) -> Outcome:
    return Outcome(work.vm, orjson.dumps(statistics_of(unit, work.account, work.vm, work.now)).decode())


def statistics_of(unit: UnitOfWork, account: Account, vm: VirtualMachine, now: Instant) -> Body:
    """Return the statistics that a `load_stats` which ends now would give."""
    chance = chance_of(account)
    spans = disk_work(unit, vm.id, now - HISTORY, now)
    return last_hour(vm, spans, now, partial(_point, chance, vm.id, vm.memory_mb))


@lru_cache(_REMEMBERED)
def _point(chance: Chance, vm_id: int, memory_mb: int, minute: int, running: float, working: float) -> Point:
    drawn = [chance.fraction("vm", vm_id, "statistics", what, minute) for what in QUANTITIES]
    return point(drawn, memory_mb, running, working)


@action("vm", "get_engine", NoParameters, "4.16")
def get_engine(unit: UnitOfWork, _call: Call[NoParameters]) -> Body:
    return {"engines": vms.engines(unit)}

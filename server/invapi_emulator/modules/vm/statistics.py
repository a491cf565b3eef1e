"""`vm.php`: statistics of the last hour, and the engines (contract 4.5, 4.15, 4.16)."""

import json

from invapi_emulator.actions import Body, Call, action
from invapi_emulator.domain.statistics import HISTORY, last_hour
from invapi_emulator.domain.tasks import Stage
from invapi_emulator.modules.parameters import NoParameters, OfVm
from invapi_emulator.storage import tasks, vms
from invapi_emulator.storage.database import Transaction
from invapi_emulator.tasks.kinds import Outcome, Work, actions_where, kind
from invapi_emulator.tasks.start import start_task


@action("vm", "load_stats", OfVm, refusal="failed to request statistics for")
def load_stats(tx: Transaction, call: Call[OfVm]) -> Body:
    vm = vms.load(tx, call.account.id, call.params.id)
    return {"callback": start_task(tx, call, vm)}


@kind("load_stats", [Stage("collect", 1.5), Stage("aggregate", 0.5)], changes=False)
def finish_load_stats(tx: Transaction, work: Work) -> Outcome:
    disk_work = actions_where(lambda kind: kind.works_disk)
    since = work.now - HISTORY
    spans = tasks.spans(tx, work.account.id, work.vm.id, disk_work, since, work.now)

    def draw(what: str, minute: int) -> float:
        return work.chance.fraction("vm", work.vm.id, "statistics", what, minute)

    return Outcome(work.vm, json.dumps(last_hour(work.vm, spans, work.now, draw)))


@action("vm", "get_engine", NoParameters)
def get_engine(tx: Transaction, call: Call[NoParameters]) -> Body:
    return {"engines": vms.engines(tx, call.account.id)}

"""A VM's page: its snapshots, statistics, tasks and requests, and a button for each action."""

from dataclasses import dataclass
from typing import Any

from invapi_emulator.actions.vm.load_stats import statistics_of
from invapi_emulator.control.worlds import AccountContext
from invapi_emulator.dashboard.callbacks import callbacks_of
from invapi_emulator.dashboard.chain import LINEAGE, MOST_LINKS, MOST_OF_LINEAGE, chains_of, origin_of
from invapi_emulator.dashboard.charts import statistics_charts
from invapi_emulator.dashboard.fault_form import faults_of
from invapi_emulator.dashboard.frame import frame_of
from invapi_emulator.dashboard.journal import Wanted, are_all_polls, journal_of, polls_of
from invapi_emulator.dashboard.machines import machine_of
from invapi_emulator.dashboard.paging import part_of
from invapi_emulator.dashboard.rents import rented
from invapi_emulator.dashboard.shown_tasks import shown_tasks
from invapi_emulator.dashboard.states import states_of
from invapi_emulator.dashboard.timeline import MOST_TASKS, timeline_of
from invapi_emulator.domain.default_catalogue import catalogue_of
from invapi_emulator.domain.instants import DAY
from invapi_emulator.storage import billing, events, snapshots, task_lists, vms


@dataclass(frozen=True, slots=True)
class MachineView:
    """The parts of the lists of a VM that a person looks at: the numbers that they begin with, 0 for the beginning."""

    snapshot: int = 0
    rule: int = 0


def gather_machine(
    context: AccountContext, vm_id: str, wanted: Wanted, window: str, view: MachineView
) -> dict[str, Any]:
    """Return the values for the template; raise NotFound if the account has no such VM."""
    tx, unit, now = context.tx, context.unit, context.now
    stored = context.vm_named(vm_id)
    machine = machine_of(context, stored)
    of_day = (tx, context.account, now - DAY)
    mine = shown_tasks(context, task_lists.newest(*of_day, MOST_TASKS, stored.id))
    polls = polls_of(context)
    held = snapshots.of_vm(unit, stored.id)
    part = part_of([each.sequence for each in held], view.snapshot, MOST_LINKS, newest_first=True)
    settings = snapshots.settings_of_vm(unit, stored.id)
    told = events.newest(tx, context.account.id, LINEAGE, MOST_OF_LINEAGE)
    has_all = len(told) < MOST_OF_LINEAGE and not events.are_any_gone(tx, context.account.id)
    origin = origin_of(machine.vm, held, told, has_all=has_all)
    chains = chains_of(held, frozenset(part.rows), settings, mine, origin, now)
    return frame_of(context) | {
        **faults_of(context, view.rule, stored.id),
        "states": states_of(machine.vm),
        "machine": machine,
        "vm": machine.vm,
        "vm_count": 1,
        "is_seen": vms.find(unit, stored.id) is not None,
        "rent": rented(context, machine.vm),
        "systems": [os for os in catalogue_of(context.account).os if os.active],
        "currency": billing.of_account(unit).currency,
        "origin": origin,
        "held": part,
        "chains": chains,
        "hidden_types": len(settings.keys() - {chain.type for chain in chains}),
        "statistics": statistics_charts(statistics_of(unit, context.account, stored, now), mine, now),
        "timeline": timeline_of(context, window, [stored.id], mine, polls),
        "window": window,
        "tasks": mine[::-1],
        "task_count": task_lists.count(*of_day, stored.id),
        "polls": polls,
        "are_all_polls": are_all_polls(context, polls),
        "journal": journal_of(context, wanted, stored.id, {task.key for task in mine}),
        "callbacks": callbacks_of(context, stored.id),
    }

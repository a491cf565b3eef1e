"""An account's page: its clock, VMs, tasks, requests and faults."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from invapi_emulator.control.worlds import AccountContext
from invapi_emulator.dashboard.callbacks import callbacks_of
from invapi_emulator.dashboard.fault_form import faults_of
from invapi_emulator.dashboard.frame import frame_of
from invapi_emulator.dashboard.journal import Wanted, are_all_polls, journal_of, polls_of
from invapi_emulator.dashboard.machines import machine_of
from invapi_emulator.dashboard.paging import Part, part_of
from invapi_emulator.dashboard.rents import owed
from invapi_emulator.dashboard.shown_tasks import shown_tasks
from invapi_emulator.dashboard.states import states_of
from invapi_emulator.dashboard.timeline import MOST_TASKS, timeline_of
from invapi_emulator.domain.account_keys import ApiKey, SshKey
from invapi_emulator.domain.instants import DAY
from invapi_emulator.domain.tasks import Task
from invapi_emulator.storage import api_keys, requests, ssh_keys, task_lists, vms

CARDS = 24
"""Maximum number of VMs on one page."""

KEYS = 50
"""Maximum number of SSH keys, and of API keys, on one page."""

LANES = 12

K = TypeVar("K", SshKey, ApiKey)


@dataclass(frozen=True, slots=True)
class AccountView:
    """The parts of the lists that a person looks at: the ids that they begin with, 0 for the beginning.

    `words` are what all VMs have that are shown, `found` the ids of these VMs, None for all VMs. The secret of API key
    `shown_key` is shown.
    """

    vm: int = 0
    rule: int = 0
    ssh_key: int = 0
    api_key: int = 0
    shown_key: int = 0
    words: str = ""
    found: Sequence[int] | None = None


def gather_account(context: AccountContext, wanted: Wanted, window: str, view: AccountView) -> dict[str, Any]:
    """Return the values for the template."""
    ids = vms.held_ids(context.unit)
    matching = ids if view.found is None else sorted({*ids}.intersection(view.found))
    shown = part_of(matching, view.vm, CARDS)
    of_day = (context.tx, context.account, context.now - DAY)
    under_way = shown_tasks(context, task_lists.newest(*of_day, MOST_TASKS))
    polls = polls_of(context)
    return frame_of(context) | {
        **faults_of(context, view.rule),
        "states": states_of(),
        "has_calls": requests.last_number(context.unit) > 0,
        "machines": [machine_of(context, context.vm_named(str(id_))) for id_ in shown.rows],
        "shown": shown,
        "vm_count": len(ids),
        "words": view.words,
        "owed": owed(context),
        "timeline": timeline_of(context, window, _lanes(ids, under_way), under_way, polls),
        "window": window,
        "tasks": under_way[::-1],
        "task_count": task_lists.count(*of_day),
        "polls": polls,
        "are_all_polls": are_all_polls(context, polls),
        "journal": journal_of(context, wanted),
        "callbacks": callbacks_of(context),
        "ssh_keys": _part(ssh_keys.of_unit(context.unit), view.ssh_key),
        "api_keys": _part(api_keys.of_unit(context.unit), view.api_key),
        "shown_key": view.shown_key,
    }


def _part(keys: Iterable[K], first: int) -> Part[K]:
    by_id = {key.id: key for key in keys}
    part = part_of(sorted(by_id), first, KEYS)
    return Part([by_id[id_] for id_ in part.rows], part.before, part.after, part.total)


def _lanes(ids: Sequence[int], under_way: Sequence[Task]) -> list[int]:
    """Return the VMs that get a lane: all VMs of a small world, those with the newest tasks of a large one."""
    if len(ids) <= LANES:
        return list(ids)
    newest = dict.fromkeys(task.vm_id for task in reversed(under_way))
    return sorted(list(newest)[:LANES])

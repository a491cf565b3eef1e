"""Tasks as the page shows them: what clients sent for them may have secrets, which are masked as in the journal."""

import json
from collections.abc import Iterable

from msgspec.structs import replace

from invapi_emulator.control.worlds import AccountContext
from invapi_emulator.domain.tasks import Task
from invapi_emulator.storage.secrets import masked


def shown_tasks(context: AccountContext, tasks: Iterable[Task]) -> list[Task]:
    return [_shown(context, task) for task in tasks]


def _shown(context: AccountContext, task: Task) -> Task:
    sent = masked(context.unit, json.dumps(task.context))
    told = {name: _masked(context, getattr(task, name)) for name in ("scope", "debug", "error")}
    return replace(task, context=json.loads(sent), **told)


def _masked(context: AccountContext, text: str | None) -> str | None:
    return None if text is None else masked(context.unit, text)

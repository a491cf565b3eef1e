"""Tasks as the page shows them: what clients sent for them may be long, and have secrets, masked as in the journal by name too."""

from collections.abc import Iterable
from typing import Any

from msgspec.structs import replace

from invapi_emulator.api.journal import MAX_SHOWN, shown_fields
from invapi_emulator.api.masked_answers import without_named_secrets
from invapi_emulator.api.masking import Masking
from invapi_emulator.control.worlds import AccountContext
from invapi_emulator.domain.tasks import Task
from invapi_emulator.storage.json_column import json_text
from invapi_emulator.storage.secrets import words_in

_FIRST = ("id", "type", "name")
"""What is shown of a task before all else that was sent for it."""


def shown_tasks(context: AccountContext, tasks: Iterable[Task]) -> list[Task]:
    return [_shown(context, task) for task in tasks]


def _shown(context: AccountContext, task: Task) -> Task:
    told = {name: _masked(context, getattr(task, name)) for name in ("scope", "debug", "error")}
    return replace(task, context=_fields(context, task), **told)


def _fields(context: AccountContext, task: Task) -> dict[str, Any]:
    """Return what was sent for a task. Of much, the beginning is shown, in which all words that look like tokens are masked."""
    text = json_text(task.context)
    is_long = len(text) > MAX_SHOWN
    masking = Masking(task.module, words_in(context.unit, "" if is_long else text), all_generated=is_long)
    first = {name: task.context[name] for name in _FIRST if is_long and name in task.context}
    return shown_fields(masking, first | task.context)


def _masked(context: AccountContext, text: str | None) -> str | None:
    """Return a text masked and cut."""
    if text is None:
        return None
    masking = Masking("", words_in(context.unit, text[: 2 * MAX_SHOWN]))
    shown = without_named_secrets(masking.beginning(text, MAX_SHOWN))
    return shown if len(text) <= MAX_SHOWN else f"{shown}... ({len(text)} characters)"

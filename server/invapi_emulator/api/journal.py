"""Writing a call and its answer into the journal, with secrets masked and bodies cut."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from invapi_emulator.api.exchange import Exchange
from invapi_emulator.api.masking import MOST_LOOKED_AT, Masking
from invapi_emulator.api.request import Request
from invapi_emulator.domain.callback_urls import CALLBACK_URL
from invapi_emulator.domain.instants import Instant
from invapi_emulator.domain.shown_fields import REST, numbered
from invapi_emulator.engine.action import Action
from invapi_emulator.process.secret_words import MASK, is_secret
from invapi_emulator.storage import requests, secrets
from invapi_emulator.storage.hidden_fields import digests_of, names_left_out
from invapi_emulator.storage.unit_of_work import UnitOfWork

MAX_SHOWN = 4096
_MOST_NAMES = 50
_LONGEST_NAME = 100
_LOOKED_AT_IN_NAME = 10 * _LONGEST_NAME
_SURELY_SHOWN = MAX_SHOWN // len(r"\u0000")
"""Number of characters that stay within that limit, however JSON escapes them."""


def record_request(unit: UnitOfWork, exchange: Exchange, real_now: Instant) -> None:
    """Put a call into the journal, in its own unit of work: nothing is done without an entry."""
    request, given = exchange.request, exchange.answer
    assert given is not None
    action = request.fields.get("action")
    cut = exchange.reply is not None and exchange.reply.cut is not None
    answer = "" if cut or given.text is not None else given.body.decode()
    masking = _masking(unit, exchange, "\n".join(_texts(request)), answer[: 2 * MOST_LOOKED_AT])
    shown = shown_fields(masking, request.fields)
    requests.record(
        unit,
        requests.JournalEntry(
            at=None if exchange.account is None else exchange.time,
            module=_name(masking, request.module),
            action=_name(masking, action) if isinstance(action, str) else None,
            vm=exchange.vm,
            fields=shown,
            unread=_names(masking, _unread(exchange.action, request.fields)),
            status=0 if cut else given.status,
            answer=(
                _cut(given.text)
                if given.text
                else _shown_answer(masking, answer, refused=given.reason is not None)
            ).replace("\0", "\ufffd"),
            result="ok" if given.reason is None else "refused",
            reason=given.reason,
            fault=", ".join(exchange.fired) or None,
            task=exchange.task,
            duration_us=exchange.duration(real_now),
            address=masking.text(request.address),
            user_agent=_cut(masking.text(request.user_agent)),
            request_id=masking.text(request.request_id),
            received_at=request.received_at,
            retry_after=given.retry_after,
            in_query=_names(masking, request.in_query),
            hidden=digests_of(request.fields, shown),
        ),
        authenticated=exchange.account is not None,
    )


def _masking(unit: UnitOfWork, exchange: Exchange, text: str, answer: str) -> Masking:
    """Return what hides the account's secrets, the token that was sent, and other tokens in the text of a call."""
    module, sent = exchange.request.module, exchange.secrets
    if exchange.account is None:
        return Masking.of_unknown(module, sent).for_text(text, answer)
    words = secrets.words_in(unit, f"{text}\n{answer}", sent)
    return Masking(module, words).for_text(text, answer)


def _texts(request: Request) -> list[str]:
    """Return all text that a call sends except the token that it was sent with."""
    texts = [
        request.module,
        request.address,
        request.user_agent,
        request.request_id,
        *request.in_query,
    ]
    for name, value in request.fields.items():
        if name != "token":
            texts += (
                name[: 2 * MOST_LOOKED_AT],
                value[: 2 * MOST_LOOKED_AT] if isinstance(value, str) else str(value),
            )
    return texts


def _shown_answer(masking: Masking, answer: str, *, refused: bool) -> str:
    """Return an answer masked and cut. Of a long one only the beginning is looked at."""
    shown = masking.answer(answer, MOST_LOOKED_AT)
    if refused:
        shown = masking.refusal(shown[:MOST_LOOKED_AT])
    return _cut(shown, length=len(answer) if len(answer) > MOST_LOOKED_AT else 0)


def shown_fields(masking: Masking, fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields masked and cut, so that all together stay within the limit."""
    if masking.hides_all:
        return {REST: f"{len(fields)} more fields"}
    if _are_surely_shown(fields):
        return masking.fields(fields)
    shown: list[tuple[str, Any]] = []
    left = MAX_SHOWN
    for name, value in fields.items():
        visible = _visible(masking, name, value, left)
        left -= len(name) + len(orjson.dumps(visible))
        if left < 0:
            return numbered(shown) | {REST: f"{len(fields) - len(shown)} more fields"}
        shown.append((masking.name(name), visible))
    return numbered(shown)


def _visible(masking: Masking, name: str, value: Any, most: int) -> Any:
    """Return a value masked and cut. Of a long text only the beginning is looked at."""
    if isinstance(value, str) and len(value) > MAX_SHOWN and name != CALLBACK_URL:
        beginning = masking.field(name, masking.beginning(value, MAX_SHOWN))
        return beginning if beginning == MASK else _cut(beginning, most, len(value))
    visible = masking.field(name, value)
    return _cut(visible, most) if isinstance(visible, str) else _cut_all(visible, most, value)


def _are_surely_shown(fields: Mapping[str, Any]) -> bool:
    """Tell whether the fields are few and short, and none is an array."""
    size = 0
    for name, value in fields.items():
        if not isinstance(value, str):
            return False
        size += len(name) + len(value) + 2
    return size <= _SURELY_SHOWN


def _unread(action: Action | None, fields: Mapping[str, Any]) -> list[str]:
    """Return the names of the fields that no handler reads, and `params[name]` for such an entry of a map."""
    if action is None or (fields.keys() <= action.fields_read and not action.entries_read):
        return []
    return [name for sent, value in fields.items() for name in _unread_of(action, sent, value)]


def _unread_of(action: Action, name: str, value: Any) -> list[str]:
    if name not in action.fields_read:
        return [name]
    known = action.entries_read.get(name)
    if known is None or not isinstance(value, dict):
        return []
    return [f"{name}[{entry}]" for entry in value if entry not in known]


def _name(masking: Masking, name: str) -> str:
    """Return the name of a module or an action."""
    return masking.text(name)[: requests.LONGEST_NAME].replace("\0", "\ufffd")


def _names(masking: Masking, names: Sequence[str]) -> list[str]:
    """Return some names of fields, those of secrets first, and at the end how many more there are."""
    if not names:
        return []
    more = len(names) - _MOST_NAMES
    if more > 0:
        names = sorted(names, key=lambda name: not is_secret(name))
    shown = [_shown_name(masking, name) for name in names[:_MOST_NAMES]]
    return [*shown, names_left_out(more)] if more > 0 else shown


def _shown_name(masking: Masking, name: str) -> str:
    """Return a name masked, and then cut. Of a long one only the beginning is looked at."""
    shown = masking.name_beginning(name, _LOOKED_AT_IN_NAME)
    return _cut(shown, _LONGEST_NAME, length=len(name) if len(name) > _LOOKED_AT_IN_NAME else 0)


def _cut(text: str, most: int = MAX_SHOWN, length: int = 0) -> str:
    """Return a text of at most so many characters. `length` is that of the text that this is the beginning of, if it is longer."""
    length = max(len(text), length)
    return text if length <= most else f"{text[: max(most - 30, 0)]}... ({length} characters)"[:most]


def _cut_all(values: list[Any], most: int, sent: Any) -> Any:
    """Return an array unchanged, or as text if it is too long. Of a very long one the length is that of what was sent."""
    text = json.dumps(values, ensure_ascii=False)
    if len(text) <= most:
        return values
    length = len(json.dumps(sent, ensure_ascii=False))
    return _cut(text, most, length if length > MOST_LOOKED_AT else 0)

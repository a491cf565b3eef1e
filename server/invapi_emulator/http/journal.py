"""Writing a call and its answer into the journal, its secrets masked and its bodies cut."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson

from invapi_emulator.actions import ACTIONS, Fields, Value
from invapi_emulator.assumptions.assumption import Assumed
from invapi_emulator.domain.accounts import Account
from invapi_emulator.domain.instants import SECOND, Instant
from invapi_emulator.faults.kind import Reply
from invapi_emulator.http.answer import Answer
from invapi_emulator.http.delivery import seconds_of
from invapi_emulator.http.masking import Masking
from invapi_emulator.http.parameters import vm_id_in
from invapi_emulator.storage import requests
from invapi_emulator.storage.requests import Request
from invapi_emulator.storage.transaction import Transaction

MAX_SHOWN = 4096
_SURELY_SHOWN = MAX_SHOWN // len(r"\u0000")
"""So many characters stay within that, however JSON writes them."""


@dataclass
class Heard:
    """What is known of a call so far; whoever learns more of it adds that.

    `started_at` is the real time at which its head was there, `assumed` what is assumed for it: by the server until
    its account is known. `without_php` tells of its path, `in_parts` of its body, `in_query` names fields that came
    in its query, `secrets` are the account's, and the token that was sent.
    `changed` tells whether the call itself, not the passing of time, has changed what is stored, `moved` whether
    something may fall due earlier by it, `is_written` whether the journal has it. `fired` are the kinds of the fault
    rules that did; `reply` is how one of them wants it answered.
    """

    module: str
    address: str
    user_agent: str
    request_id: str
    started_at: Instant
    fields: Fields = field(default_factory=dict)
    assumed: Assumed = field(default_factory=Assumed)
    without_php: bool = False
    in_parts: bool = False
    in_query: tuple[str, ...] = ()
    account_id: int | None = None
    account_name: str | None = None
    secrets: tuple[str, ...] = ()
    now: Instant | None = None
    task: str | None = None
    changed: bool = False
    moved: bool = False
    fired: list[str] = field(default_factory=list)
    held_against_rules: bool = False
    is_written: bool = False
    reply: Reply | None = None

    @cached_property
    def vm(self) -> int | None:
        """Return the VM that the call is about; to be asked when its fields are there."""
        return vm_id_in(self.fields)

    def duration(self, real_now: Instant) -> Instant:
        """Return how long the call takes that is answered now, what a fault adds to it included."""
        held_back = 0.0 if self.reply is None else seconds_of(self.reply)
        return real_now - self.started_at + round(held_back * SECOND)

    def belongs_to(self, account: Account, real_now: Instant) -> None:
        self.account_id, self.account_name, self.now = account.id, account.name, account.clock.now(real_now)
        self.assumed = account.assumed
        credentials, token = account.credentials, self.fields.get("token")
        self.secrets = (credentials.token, credentials.api_key, credentials.password)
        self.secrets += (token,) if isinstance(token, str) else ()


def write_down(tx: Transaction, heard: Heard, given: Answer, real_now: Instant) -> None:
    """Put a call into the journal, in the transaction of what it did: nothing is done that is not written down."""
    heard.is_written = True
    action = heard.fields.get("action")
    masking = Masking.of(heard.module, heard.secrets)
    cut = heard.reply is not None and heard.reply.cut is not None
    requests.add(
        tx,
        heard.account_id,
        Request(
            at=heard.now,
            module=masking.name(heard.module)[:100].replace("\0", "\ufffd"),
            action=masking.name(action)[:100].replace("\0", "\ufffd") if isinstance(action, str) else None,
            vm=heard.vm,
            fields=_shown(masking, heard.fields),
            unread=[masking.text(name) for name in _unread(heard.module, heard.fields)],
            status=0 if cut else given.status,
            answer="" if cut else _cut(masking.answer(given.body.decode())).replace("\0", "\ufffd"),
            result="ok" if given.reason is None else "refused",
            reason=given.reason,
            fault=", ".join(heard.fired) or None,
            task=heard.task,
            duration_us=heard.duration(real_now),
            address=masking.name(heard.address),
            user_agent=_cut(masking.name(heard.user_agent)),
            request_id=masking.name(heard.request_id),
            received_at=heard.started_at,
            retry_after=given.retry_after,
            in_query=[masking.text(_cut(name, 100)) for name in heard.in_query][:50],
        ),
    )


def _shown(masking: Masking, fields: Fields) -> dict[str, Any]:
    """Return the fields as they may be shown, all together within the limit."""
    if sum(_length(name, value) for name, value in fields.items()) <= _SURELY_SHOWN:
        return {masking.text(name): masking.field(name, value) for name, value in fields.items()}
    shown: dict[str, Any] = {}
    left = MAX_SHOWN
    for name, value in fields.items():
        visible = masking.field(name, value)
        visible = _cut(visible, left) if isinstance(visible, str) else _cut_all(visible, left)
        left -= len(name) + len(orjson.dumps(visible))
        if left < 0:
            shown["..."] = f"{len(fields) - len(shown)} more fields"
            break
        shown[masking.text(name)] = visible
    return shown


def _length(name: str, value: Value) -> int:
    return len(name) + len(value) + 2 if isinstance(value, str) else MAX_SHOWN


def _unread(module: str, fields: Fields) -> list[str]:
    action = fields.get("action")
    known = ACTIONS.get((module, action)) if isinstance(action, str) else None
    if known is None:
        return []
    return [_cut(name, 100) for name in fields if name not in known.fields_read][:50]


def _cut(text: str, most: int = MAX_SHOWN) -> str:
    return text if len(text) <= most else f"{text[: max(most - 30, 0)]}... ({len(text)} characters)"[:most]


def _cut_all(values: list[Any], most: int) -> Any:
    """Return an array as it is, or as text where it is too long."""
    text = json.dumps(values, ensure_ascii=False)
    return values if len(text) <= most else _cut(text, most)

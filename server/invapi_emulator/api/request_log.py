"""One line in the log for each call."""

import logging
import re
from http import HTTPStatus

from invapi_emulator.api.exchange import Exchange
from invapi_emulator.api.masking import Masking
from invapi_emulator.domain.instants import Instant
from invapi_emulator.process.logs import FIELDS, word
from invapi_emulator.process.secret_words import MASK

_log = logging.getLogger("invapi_emulator.calls")
_SHOWN = 80
_NAME = re.compile(r"[a-z]+[0-9]{0,2}(_[a-z]+[0-9]{0,2})*")
_LONGEST_NAME = 40


def log_call(exchange: Exchange, duration: Instant) -> None:
    """Log who asked what and how it was answered. Without an answer, the client left before its call was complete."""
    level = _level(exchange)
    if not _log.isEnabledFor(level):
        return
    request, answer = exchange.request, exchange.answer
    reason = None if answer is None else answer.reason
    how = "the client went away" if answer is None else reason or "ok"
    masking = Masking.of_unknown(request.module, exchange.secrets)
    action = request.fields.get("action")
    fields = {
        "request_id": masking.text(request.request_id),
        "account": None if exchange.account is None else exchange.account.name,
        "method": request.method[:_SHOWN],
        "module": _named(masking, request.module),
        "action": _named(masking, action) if isinstance(action, str) else None,
        "vm": exchange.vm,
        "reason": reason,
        "status": None if answer is None else answer.status,
        "ms": round(duration / 1000, 2),
        "fault": ",".join(exchange.fired) or None,
        "address": masking.text(request.address),
    }
    method, module, name = (word(fields[part]) for part in ("method", "module", "action"))
    _log.log(level, "%s %s/%s: %s", method, module, name, how, extra={FIELDS: fields})


def _level(exchange: Exchange) -> int:
    """Return the level of a call's line. A call that the emulator could not answer, by no rule, is a warning."""
    answer = exchange.answer
    unavailable = answer is not None and answer.status == HTTPStatus.SERVICE_UNAVAILABLE
    return logging.WARNING if unavailable and not exchange.fired else logging.INFO


def _named(masking: Masking, name: str) -> str:
    """Return the name of a module or an action. What does not look like one may be a secret in the wrong place."""
    looks_so = len(name) <= _LONGEST_NAME and _NAME.fullmatch(name) is not None
    return masking.text(name) if looks_so else MASK

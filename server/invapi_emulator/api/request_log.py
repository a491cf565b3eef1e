"""One line in the log for each call."""

import logging

from invapi_emulator.api.exchange import Exchange
from invapi_emulator.api.masking import Masking
from invapi_emulator.domain.instants import Instant
from invapi_emulator.process.logs import FIELDS, word

_log = logging.getLogger("invapi_emulator.calls")
_SHOWN = 80


def log_call(exchange: Exchange, duration: Instant) -> None:
    """Log who asked what and how it was answered. Without an answer, the client left before its call was complete."""
    if not _log.isEnabledFor(logging.INFO):
        return
    request, answer = exchange.request, exchange.answer
    reason = None if answer is None else answer.reason
    how = "the client went away" if answer is None else reason or "ok"
    masking = Masking.of(request.module, exchange.secrets)
    action = request.fields.get("action")
    fields = {
        "request_id": masking.name(request.request_id),
        "account": None if exchange.account is None else exchange.account.name,
        "method": request.method[:_SHOWN],
        "module": masking.name(request.module)[:_SHOWN],
        "action": masking.name(action)[:_SHOWN] if isinstance(action, str) else None,
        "vm": exchange.vm,
        "reason": reason,
        "status": None if answer is None else answer.status,
        "ms": round(duration / 1000, 2),
        "fault": ",".join(exchange.fired) or None,
        "address": masking.name(request.address),
    }
    method, module, name = (word(fields[part]) for part in ("method", "module", "action"))
    _log.info("%s %s/%s: %s", method, module, name, how, extra={FIELDS: fields})

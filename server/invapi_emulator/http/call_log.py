"""One line in the log for each call."""

import logging

from invapi_emulator.http.answer import Answer
from invapi_emulator.http.journal import Heard
from invapi_emulator.http.masking import Masking
from invapi_emulator.logs import FIELDS

_log = logging.getLogger("invapi_emulator.calls")


def log_call(method: str, heard: Heard, answer: Answer | None, duration_us: int) -> None:
    """Say who asked what and how it was answered; without an answer, the client went before it had asked."""
    if not _log.isEnabledFor(logging.INFO):
        return
    reason = None if answer is None else answer.reason
    how = "the client went away" if answer is None else reason or "ok"
    masking = Masking.of(heard.module, heard.secrets)
    action = heard.fields.get("action")
    fields = {
        "request_id": masking.name(heard.request_id),
        "account": heard.account_name,
        "method": _plain(method),
        "module": _plain(masking.name(heard.module)),
        "action": _plain(masking.name(action)) if isinstance(action, str) else None,
        "vm": heard.vm,
        "reason": reason,
        "status": None if answer is None else answer.status,
        "ms": round(duration_us / 1000, 2),
        "fault": ",".join(heard.fired) or None,
        "address": masking.name(heard.address),
    }
    message = f"{fields['method']} {fields['module']}/{fields['action']}: {how}"
    _log.info("%s", message, extra={FIELDS: fields})


def _plain(text: str) -> str:
    """Return a client's text so that it stays on its line."""
    return ascii(text[:80])[1:-1]

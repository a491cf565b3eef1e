"""`expired_token`: the caller's token has just expired, and stays so."""

from typing import Any, Literal

from invapi_emulator.actions import ACTIONS, Call
from invapi_emulator.errors import ApiError, Faulted, TokenExpired
from invapi_emulator.faults.kind import BeforeFault, Window, fault
from invapi_emulator.storage import accounts, sessions
from invapi_emulator.storage.transaction import Transaction


@fault
class ExpiredToken(BeforeFault):
    """About calls that need a token; the one an account was given out with is dead until a reset."""

    kind: Literal["expired_token"]

    def concerns(self, call: Call[Any]) -> bool:
        return ACTIONS[call.module, call.action].find_account is None

    def instead(self, tx: Transaction, call: Call[Any], window: Window | None) -> ApiError:  # noqa: ARG002
        token = str(call.fields["token"])
        if token == call.account.credentials.token:
            accounts.kill_given_token(tx, call.account.id)
        number = accounts.next_sequence(tx, call.account.id)
        sessions.remove(tx, token)
        sessions.add(tx, call.account.id, sessions.Session(token, number, expires_at=call.now, address=None))
        expired = TokenExpired()
        return Faulted(expired.message, code=expired.code)

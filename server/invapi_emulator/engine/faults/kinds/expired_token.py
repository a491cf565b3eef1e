"""`expired_token`: the caller's token has just expired, and stays so."""

from typing import Any, Literal

from invapi_emulator.engine.action import ACTIONS
from invapi_emulator.engine.call import Call
from invapi_emulator.engine.faults.kind import BeforeFault, Window, fault
from invapi_emulator.errors import ApiError, Faulted, TokenExpired
from invapi_emulator.storage import accounts, sessions
from invapi_emulator.storage.unit_of_work import UnitOfWork


@fault
class ExpiredToken(BeforeFault):
    """About calls that need a token; the one an account was given out with is dead until a reset."""

    kind: Literal["expired_token"]

    def concerns(self, call: Call[Any]) -> bool:
        return ACTIONS[call.module, call.action].identified_by is None

    def instead(self, unit: UnitOfWork, call: Call[Any], window: Window | None) -> ApiError:  # noqa: ARG002
        token = str(call.fields["token"])
        if token == call.account.credentials.token:
            unit.change_account(token_alive=False)
        number = accounts.next_sequence(unit)
        sessions.remove(unit, token)
        sessions.add(unit, sessions.Session(token, number, expires_at=call.now, address=None))
        expired = TokenExpired()
        return Faulted(expired.message, code=expired.code)

"""Faults in place of a call: nothing is done."""

from typing import Annotated, Any, Literal

from pydantic import Field

from invapi_emulator import errors
from invapi_emulator.domain.instants import SECOND, Instant
from invapi_emulator.engine.action import ACTIONS
from invapi_emulator.engine.call import Call
from invapi_emulator.engine.faults.fault import (
    BeforeFault,
    Cut,
    Firing,
    NotNegative,
    SomeSeconds,
    Text,
    Window,
)
from invapi_emulator.errors import ApiError, Faulted, TokenExpired
from invapi_emulator.storage import numbers, sessions


class Reject(BeforeFault):
    """`reject`: the failure envelope, with this message and code."""

    kind: Literal["reject"]
    message: Text = "rejected by a fault"
    code: Annotated[int, Field(ge=-(2**31), lt=0, strict=True)] = -1

    def respond(self, _firing: Firing, /) -> ApiError:
        return Faulted(self.message, code=self.code)


class HttpStatus(BeforeFault):
    """`http_status`: that status, with the envelope as body. `retry_after` is the header of that name, in seconds."""

    kind: Literal["http_status"]
    status: Annotated[int, Field(ge=400, le=599, strict=True)]
    retry_after: Annotated[int, Field(ge=0, le=86_400, strict=True)] | None = None

    def respond(self, _firing: Firing, /) -> ApiError:
        message = f"answered with HTTP status {self.status} by a fault"
        return Faulted(message, status=self.status, retry_after=self.retry_after)


class OutOfStock(BeforeFault):
    """`out_of_stock`: an order is refused with that reason. A reinstall is not."""

    kind: Literal["out_of_stock"]

    def applies_to(self, call: Call[Any], /) -> bool:
        return (call.module, call.action) == ("eq", "order_instance") and call.params.id is None

    def respond(self, firing: Firing, /) -> ApiError:
        wanted = firing.call.params
        return errors.OutOfStock(f"{wanted.preset} is out of stock at {wanted.location_name}")


class ConnectionReset(BeforeFault):
    """`connection_reset`: the connection is reset."""

    kind: Literal["connection_reset"]

    def respond(self, _firing: Firing, /) -> Cut:
        return "reset"


class EmptyReply(BeforeFault):
    """`empty_reply`: the connection is closed without a byte."""

    kind: Literal["empty_reply"]

    def respond(self, _firing: Firing, /) -> Cut:
        return "close"


class ExpiredToken(BeforeFault):
    """`expired_token`: expires the caller's token.

    A token from a login stays expired; the account's built-in token works again after a reset.
    """

    kind: Literal["expired_token"]

    def applies_to(self, call: Call[Any], /) -> bool:
        return ACTIONS[call.module, call.action].identified_by is None

    def respond(self, firing: Firing, /) -> ApiError:
        unit, call = firing.unit, firing.call
        token = str(call.fields["token"])
        if token == call.account.credentials.token:
            unit.change_account(token_alive=False)
        number = numbers.next_sequence(unit)
        sessions.remove(unit, token)
        sessions.add(unit, sessions.Session(token, number, expires_at=call.now, address=None))
        expired = TokenExpired()
        return Faulted(expired.message, code=expired.code)


class RateLimit(BeforeFault):
    """`rate_limit`: `budget` calls in `per` seconds from the first one, then 429 until that time is over.

    The seconds are real time, since that is what a client waits in.
    """

    kind: Literal["rate_limit"]
    budget: NotNegative
    per: Annotated[SomeSeconds, Field(le=86_400)]

    def should_fire(self, window: Window | None, real_now: Instant, /) -> tuple[bool, Window | None]:
        if window is None or real_now >= window["ends_at"]:
            window = {"ends_at": real_now + round(self.per * SECOND), "used": 0}
        used_up = window["used"] >= self.budget
        window = window | {"used": min(window["used"] + 1, self.budget), "asked_at": real_now}
        return used_up, window

    def respond(self, firing: Firing, /) -> ApiError:
        window = firing.window
        assert window is not None
        left = -(-(window["ends_at"] - window["asked_at"]) // SECOND)
        message = f"more than {self.budget} calls in {self.per:g} s; ask again in {left} s (a fault)"
        return Faulted(message, status=429, retry_after=left)

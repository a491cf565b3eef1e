"""`whmcs.php` `request_cancellation`: cancels a server, at once or at the end of its period (contract 11.6)."""

from typing import Annotated, Literal

from msgspec.structs import replace
from pydantic import Field, StringConstraints

from invapi_emulator.actions.account_access import require_whole_account
from invapi_emulator.actions.answers import Plain
from invapi_emulator.actions.lock_refusals import require_unlocked
from invapi_emulator.actions.parameters import OfVm
from invapi_emulator.contract.assumptions.assumption import Assumed
from invapi_emulator.contract.assumptions.orders import CANCELLATION_WITHOUT_TYPE, CANCELLED_SERVER
from invapi_emulator.domain.instants import MINUTE, iso
from invapi_emulator.domain.virtual_machines import Cancellation
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.engine.renting.removal import remove_server
from invapi_emulator.errors import AlreadyCancelled
from invapi_emulator.storage import events, orders, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork

_REFUSAL = "failed to request request_cancellation for"
_STAYS = 5 * MINUTE
"""How long an immediately cancelled server stays in lists, under option `after-five-minutes` of A-44."""


class CancellationParameters(OfVm):
    cancellation_reason: (
        Annotated[
            str,
            StringConstraints(pattern=r"\A[^\x00]+\z", max_length=1_000),
            Field(description="1 to 1000 characters, none of them NUL"),
        ]
        | None
    ) = None
    cancellation_type: (
        Annotated[Literal["0", "1"], Field(description="0 (end of period) or 1 (immediate)")] | None
    ) = None


def request_cancellation(unit: UnitOfWork, call: Call[CancellationParameters]) -> Body:
    require_whole_account(unit)
    vm = vms.load(unit, call.params.id)
    if vm.cancellation is not None:
        raise AlreadyCancelled(f"the server is already cancelled: it goes at {iso(vm.cancellation.ends_at)}")
    require_unlocked(unit, vm)
    immediate = _is_immediate(call.account.assumed, call.params)
    stays = call.account.assumed[CANCELLED_SERVER] == "after-five-minutes"
    ends_at = call.now + _STAYS * stays if immediate else orders.rent_due_at(unit, vm, call.now)
    asked = Cancellation(call.params.cancellation_reason or "", call.now, ends_at, immediate=immediate)
    vms.save(unit, replace(vm, cancellation=asked))
    events.record(unit, call.now, "cancellation_asked", vm=vm.id, ends_at=iso(ends_at), immediate=immediate)
    if ends_at <= call.now:
        remove_server(unit, vm.id, call.now)
    return {}


def _is_immediate(assumed: Assumed, sent: CancellationParameters) -> bool:
    if sent.cancellation_type is None:
        return assumed[CANCELLATION_WITHOUT_TYPE] == "immediate"
    return sent.cancellation_type == "1"


ACTION = Action(
    module="whmcs",
    name="request_cancellation",
    label="Cancel server",
    clause="11.6",
    params=CancellationParameters,
    handler=request_cancellation,
    refusal=_REFUSAL,
    ignored={
        "pin": "accepted and ignored, whatever it is (6.3)",
        "location": "the account has one billing location",
        "terminate_reason_custom": "the vendor's MCP server sends it as the reason",
    },
    examples=(Example(Plain, {"id": 12345, "cancellation_reason": "moved", "cancellation_type": "1"}, {}),),
    refusal_examples=(
        RefusalExample(
            {"id": 99999, "cancellation_reason": "moved"},
            "vm_not_found",
            f"{_REFUSAL} 99999 - no such VM in this account",
        ),
    ),
)

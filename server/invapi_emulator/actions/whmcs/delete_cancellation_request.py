"""`whmcs.php` `delete_cancellation_request`: takes back a cancellation at the end of the period (contract 11.6)."""

from msgspec.structs import replace

from invapi_emulator.actions.account_access import require_whole_account
from invapi_emulator.actions.answers import Plain
from invapi_emulator.actions.parameters import OfVm
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.errors import AlreadyCancelled, NotSupported
from invapi_emulator.storage import events, vms
from invapi_emulator.storage.unit_of_work import UnitOfWork

_REFUSAL = "failed to request delete_cancellation_request for"


def delete_cancellation_request(unit: UnitOfWork, call: Call[OfVm]) -> Body:
    require_whole_account(unit)
    vm = vms.load(unit, call.params.id)
    if vm.cancellation is None:
        raise NotSupported("the server has no cancellation request")
    if vm.cancellation.immediate:
        raise AlreadyCancelled("an immediate cancellation cannot be withdrawn")
    vms.save(unit, replace(vm, cancellation=None))
    events.record(unit, call.now, "cancellation_withdrawn", vm=vm.id)
    return {}


ACTION = Action(
    module="whmcs",
    name="delete_cancellation_request",
    label="Keep cancelled server",
    clause="11.6",
    params=OfVm,
    handler=delete_cancellation_request,
    refusal=_REFUSAL,
    ignored={"location": "the account has one billing location"},
    examples=(
        Example(
            Plain,
            {"id": 12345},
            {},
            before=(
                (
                    "request_cancellation",
                    {"id": 12345, "cancellation_reason": "moved", "cancellation_type": "0"},
                ),
            ),
        ),
    ),
    refusal_examples=(
        RefusalExample(
            {"id": 12345}, "not_supported", f"{_REFUSAL} 12345 - the server has no cancellation request"
        ),
    ),
)

"""`whmcs.php` `create_addfunds`: makes an invoice that adds credit once it is paid from outside (contract 11.6)."""

from typing import Literal

from invapi_emulator.actions.account_access import require_whole_account
from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.most import require_room_for_invoice
from invapi_emulator.actions.parameters import Parameters
from invapi_emulator.actions.whmcs.apply_credit import Amount
from invapi_emulator.actions.whmcs.parts import Money
from invapi_emulator.domain.billing import ADD_FUNDS, InvoiceItem
from invapi_emulator.domain.money import money
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.engine.renting.invoices import new_invoice
from invapi_emulator.storage.unit_of_work import UnitOfWork


class FundsParameters(Parameters):
    amount: Amount


class FundsInvoice(Part):
    result: Literal["OK"]
    action: Literal["create_addfunds"]
    invoiceid: int
    invoice: int
    status: Literal["Unpaid"]
    total: Money


def create_addfunds(unit: UnitOfWork, call: Call[FundsParameters]) -> Body:
    require_whole_account(unit)
    require_room_for_invoice(unit)
    made = new_invoice(unit, call.now, [InvoiceItem(ADD_FUNDS, 0, "Add funds", call.params.amount)])
    return _answer(made.id, money(made.total))


def _answer(number: int, total: str) -> Body:
    return {
        "result": "OK",
        "action": "create_addfunds",
        "invoiceid": number,
        "invoice": number,
        "status": "Unpaid",
        "total": total,
    }


ACTION = Action(
    module="whmcs",
    name="create_addfunds",
    label="Ask to add funds",
    clause="11.6",
    params=FundsParameters,
    handler=create_addfunds,
    ignored={"location": "the account has one billing location"},
    examples=(Example(FundsInvoice, {"amount": "50"}, _answer(100001, "50.00")),),
    refusal_examples=(
        RefusalExample(
            {"amount": "0.001"},
            "invalid_parameter",
            "invalid parameter amount: '0.001'; it takes an amount above 0 with at most two decimal places, "
            "such as 4.00",
        ),
    ),
)

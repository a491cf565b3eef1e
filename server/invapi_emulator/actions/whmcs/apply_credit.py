"""`whmcs.php` `apply_credit`: pays an invoice from the account's credit (contract 11.6, 11.7)."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from invapi_emulator.actions.account_access import require_whole_account
from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.whmcs.get_invoice import InvoiceParameters, load
from invapi_emulator.actions.whmcs.parts import Money
from invapi_emulator.domain.money import money, parse_money
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.engine.renting.invoices import pay_from_credit
from invapi_emulator.errors import AlreadyPaid, InsufficientFunds, InvalidParameter, NotSupported
from invapi_emulator.storage import billing
from invapi_emulator.storage.unit_of_work import UnitOfWork

Amount = Annotated[
    int,
    BeforeValidator(parse_money),
    Field(
        gt=0,
        json_schema_extra={"type": ["string", "number"]},
        description="an amount above 0 with at most two decimal places, such as 4.00",
    ),
]


class CreditParameters(InvoiceParameters):
    amount: Amount


class Applied(Part):
    result: Literal["success"]
    amount: Money


def apply_credit(unit: UnitOfWork, call: Call[CreditParameters]) -> Body:
    require_whole_account(unit)
    invoice, amount = load(unit, call.params.invoice_id), call.params.amount
    if invoice.status != "Unpaid":
        raise AlreadyPaid(f"invoice {invoice.id} is {invoice.status}")
    if invoice.adds_funds:
        raise NotSupported("credit is not added from the credit itself")
    if amount > invoice.balance:
        raise InvalidParameter(
            "amount",
            f"invalid parameter amount: {money(amount)}; the invoice asks for {money(invoice.balance)}",
        )
    if amount > billing.of_account(unit).credit:
        raise InsufficientFunds
    pay_from_credit(unit, invoice, amount, call.now, call)
    return {"result": "success", "amount": money(amount)}


ACTION = Action(
    module="whmcs",
    name="apply_credit",
    label="Pay from credit",
    clause="11.6",
    params=CreditParameters,
    handler=apply_credit,
    ignored={"location": "the account has one billing location"},
    examples=(
        Example(Applied, {"invoice_id": 7002, "amount": "9.00"}, {"result": "success", "amount": "9.00"}),
    ),
    refusal_examples=(
        RefusalExample({"invoice_id": 7001, "amount": "4.00"}, "already_paid", "invoice 7001 is Paid"),
        RefusalExample({"invoice_id": 1, "amount": "1"}, "invoice_not_found", "Invoice ID Not Found: 1"),
    ),
)

"""`whmcs.php` `get_invoices`: a page of the account's invoices (contract 11.6)."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from invapi_emulator.actions.account_access import require_whole_account
from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.parameters import Parameters, whole_number
from invapi_emulator.actions.whmcs.parts import Date, Money
from invapi_emulator.domain.billing import InvoiceStatus
from invapi_emulator.domain.instants import wire_day
from invapi_emulator.domain.money import money
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.storage import billing
from invapi_emulator.storage.unit_of_work import UnitOfWork

DEFAULT_LIMIT = 25
"""What WHMCS itself takes for `limitnum`."""


class InvoicesParameters(Parameters):
    limitstart: Annotated[
        int,
        BeforeValidator(whole_number),
        Field(ge=0, le=1_000_000, description="ASCII digits, 0 to 1000000"),
    ] = 0
    limitnum: Annotated[
        int, BeforeValidator(whole_number), Field(ge=1, le=1_000, description="ASCII digits, 1 to 1000")
    ] = DEFAULT_LIMIT


class ListedInvoice(Part):
    id: int
    status: InvoiceStatus
    total: Money
    date: Date


class InvoiceList(Part):
    invoice: list[ListedInvoice]


class InvoicesAnswer(Part):
    totalresults: int
    invoices: InvoiceList


def get_invoices(unit: UnitOfWork, call: Call[InvoicesParameters]) -> Body:
    require_whole_account(unit)
    found, wanted = billing.numbers(unit), call.params
    page = billing.load_invoices(unit, found[wanted.limitstart : wanted.limitstart + wanted.limitnum])
    rows = [
        {
            "id": invoice.id,
            "status": invoice.status,
            "total": money(invoice.total),
            "date": wire_day(invoice.made_at),
        }
        for invoice in page
    ]
    return {"totalresults": len(found), "invoices": {"invoice": rows}}


_LISTED = {"id": 7001, "status": "Paid", "total": "4.00", "date": "2029-12-02"}

ACTION = Action(
    module="whmcs",
    name="get_invoices",
    label="List invoices",
    clause="11.6",
    params=InvoicesParameters,
    handler=get_invoices,
    examples=(
        Example(InvoicesAnswer, {"limitnum": 1}, {"totalresults": 2, "invoices": {"invoice": [_LISTED]}}),
    ),
    refusal_examples=(
        RefusalExample(
            {"limitnum": 0},
            "invalid_parameter",
            "invalid parameter limitnum: '0'; it takes ASCII digits, 1 to 1000",
        ),
    ),
)

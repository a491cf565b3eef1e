"""`whmcs.php` `get_invoice`: an invoice with its items (contract 11.6)."""

from invapi_emulator.actions.account_access import require_whole_account
from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.parameters import Parameters, VmId
from invapi_emulator.actions.whmcs.parts import Money
from invapi_emulator.domain.billing import Invoice, InvoiceItem, InvoiceStatus
from invapi_emulator.domain.money import Currency, money
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.engine.renting.invoices import server_of
from invapi_emulator.errors import InvoiceNotFound
from invapi_emulator.storage import billing
from invapi_emulator.storage.unit_of_work import UnitOfWork


class InvoiceParameters(Parameters):
    invoice_id: VmId


class Item(Part):
    type: str
    relid: int
    description: str
    amount: Money
    inv_id: int | None


class Items(Part):
    item: list[Item]


class InvoiceAnswer(Part):
    invoiceid: int
    userid: int
    status: InvoiceStatus
    total: Money
    balance: Money
    currencycode: Currency
    items: Items


def get_invoice(unit: UnitOfWork, call: Call[InvoiceParameters]) -> Body:
    require_whole_account(unit)
    invoice = load(unit, call.params.invoice_id)
    return {
        "invoiceid": invoice.id,
        "userid": call.account.customer_id,
        "status": invoice.status,
        "total": money(invoice.total),
        "balance": money(invoice.balance),
        "currencycode": billing.of_account(unit).currency,
        "items": {"item": [_described(unit, item) for item in invoice.items]},
    }


def load(unit: UnitOfWork, number: int) -> Invoice:
    """Return an invoice; raise InvoiceNotFound."""
    invoice = billing.find_invoice(unit, number)
    if invoice is None:
        raise InvoiceNotFound(f"Invoice ID Not Found: {number}")
    return invoice


def _described(unit: UnitOfWork, item: InvoiceItem) -> Body:
    return {
        "type": item.type,
        "relid": item.product,
        "description": item.description,
        "amount": money(item.amount),
        "inv_id": server_of(unit, item),
    }


ACTION = Action(
    module="whmcs",
    name="get_invoice",
    label="Show invoice",
    clause="11.6",
    params=InvoiceParameters,
    handler=get_invoice,
    ignored={"location": "the account has one billing location"},
    examples=(
        Example(
            InvoiceAnswer,
            {"invoice_id": 7001},
            {
                "invoiceid": 7001,
                "userid": 10007,
                "status": "Paid",
                "total": "4.00",
                "balance": "0.00",
                "currencycode": "EUR",
                "items": {
                    "item": [
                        {
                            "type": "Hosting",
                            "relid": 12345,
                            "description": "vm.pico - web-1",
                            "amount": "4.00",
                            "inv_id": 12345,
                        }
                    ]
                },
            },
        ),
    ),
    refusal_examples=(RefusalExample({"invoice_id": 1}, "invoice_not_found", "Invoice ID Not Found: 1"),),
)

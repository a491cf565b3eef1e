"""`whmcs.php` `get_product_invoice`: the invoices of one service (contract 11.6)."""

from invapi_emulator.actions.account_access import require_whole_account
from invapi_emulator.actions.answers import Part
from invapi_emulator.actions.parameters import Parameters, VmId
from invapi_emulator.actions.whmcs.parts import Money
from invapi_emulator.domain.billing import InvoiceStatus
from invapi_emulator.domain.money import money
from invapi_emulator.engine.action import Action
from invapi_emulator.engine.call import Body, Call
from invapi_emulator.engine.example import Example, RefusalExample
from invapi_emulator.storage import billing_lists
from invapi_emulator.storage.unit_of_work import UnitOfWork


class ProductParameters(Parameters):
    product: VmId


class ProductInvoice(Part):
    status: InvoiceStatus
    total: Money
    invoiceid: int


class ProductInvoices(Part):
    invoices: list[ProductInvoice]


def get_product_invoice(unit: UnitOfWork, call: Call[ProductParameters]) -> Body:
    require_whole_account(unit)
    found = billing_lists.of_service(unit, call.params.product)
    return {
        "invoices": [
            {"status": invoice.status, "total": money(invoice.total), "invoiceid": invoice.id}
            for invoice in found
        ]
    }


ACTION = Action(
    module="whmcs",
    name="get_product_invoice",
    label="List invoices of product",
    clause="11.6",
    params=ProductParameters,
    handler=get_product_invoice,
    ignored={"location": "the account has one billing location"},
    examples=(
        Example(
            ProductInvoices,
            {"product": 12345, "location": "whmcs_com"},
            {"invoices": [{"status": "Paid", "total": "4.00", "invoiceid": 7001}]},
        ),
    ),
    refusal_examples=(
        RefusalExample(
            {"product": "x"},
            "invalid_parameter",
            "invalid parameter product: 'x'; it takes ASCII digits, 1 to 2^63-1",
        ),
    ),
)

"""`/whmcs.php`: a customer's account, rents, invoices and cancellations (contract 11.6)."""

from invapi_emulator.actions.whmcs import (
    apply_credit,
    create_addfunds,
    delete_cancellation_request,
    get_billing_data,
    get_client,
    get_invoice,
    get_invoices,
    get_product_invoice,
    getcredits,
    request_cancellation,
)

ACTIONS = (
    get_client.ACTION, get_billing_data.ACTION, getcredits.ACTION,
    get_invoices.ACTION, get_invoice.ACTION, get_product_invoice.ACTION,
    apply_credit.ACTION, create_addfunds.ACTION,
    request_cancellation.ACTION, delete_cancellation_request.ACTION,
)  # fmt: skip
NOT_EMULATED = ()

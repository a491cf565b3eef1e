"""`/whmcs.php`: what panels read of a customer's account, rents and invoices (contract 11.6)."""

from invapi_emulator.actions.whmcs import (
    get_billing_data,
    get_client,
    get_invoice,
    get_invoices,
    get_product_invoice,
    getcredits,
)

ACTIONS = (
    get_client.ACTION, get_billing_data.ACTION, getcredits.ACTION,
    get_invoices.ACTION, get_invoice.ACTION, get_product_invoice.ACTION,
)  # fmt: skip
NOT_EMULATED = ("request_cancellation", "delete_cancellation_request", "apply_credit", "create_addfunds")

"""11.6, 11.7: what the customer owns and owes. These calls only read."""

from typing import Any

from invapi_conformance.answers import Row
from invapi_conformance.patterns import COUNT, DAY, MONEY, NUMBER, STRING, TEXT, Like, numeric, one_of
from invapi_conformance.probe import NO_SUCH_NUMBER, Probe
from invapi_conformance.table import CannotTell, Finding, answered, check, compared, first_difference, refused

STATUS = one_of("Paid", "Unpaid", "Cancelled", "Refunded", "Collections", "Draft")
LISTED = {"id": NUMBER, "status": STATUS, "total": COUNT, "date": TEXT}
CLIENT = ("whmcs", "get_client")
INVOICES = ("whmcs", "get_invoices")


def invoices_listed(probe: Probe) -> list[Row]:
    """Return the rows of the list of invoices. Raises CannotTell if there are none."""
    rows = probe.read(*INVOICES).field("invoices", "invoice")
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    if not found:
        raise CannotTell("the account has no invoices")
    return found


@check("11.6", "seen", "get_client answers the customer, credit and currency")
def get_client_answers_the_customer(probe: Probe) -> Finding:
    client = {"id": NUMBER, "credit": COUNT, "currency_code": TEXT, "companyname": STRING, "email": TEXT}
    wanted = {"result": "success", "client": client, "billing_location": TEXT}
    return answered(probe.read(*CLIENT), wanted, "another shape")


@check("11.6", "seen", "getcredits answers the credit as WHMCS lists it")
def getcredits_answers_the_credit(probe: Probe) -> Finding:
    credits_ = {"credit": [{"id": NUMBER, "amount": COUNT}]}
    message = {"result": "success", "totalresults": COUNT, "clientid": COUNT, "credits": credits_}
    return answered(probe.read("whmcs", "getcredits"), {"result": "OK", "message": message}, "another shape")


@check("11.6", "seen", "get_invoices answers the number of invoices, and a page of them")
def get_invoices_answers_a_page(probe: Probe) -> Finding:
    wanted = {"totalresults": COUNT, "invoices": {"invoice": [LISTED]}}
    return answered(probe.read(*INVOICES), wanted, "another shape")


@check("11.6", "seen", "limitstart and limitnum choose the page of invoices")
def limits_choose_the_page(probe: Probe) -> Finding:
    ids = [row.get("id") for row in invoices_listed(probe)]
    pages = [
        probe.read(*INVOICES, limitstart=start, limitnum=1).field("invoices", "invoice")
        for start in range(min(len(ids), 2))
    ]
    found = [[row.get("id") for row in page] if isinstance(page, list) else None for page in pages]
    same = found == [[id_] for id_ in ids[:2]]
    return compared({"a page of one each": same}, {"a page of one each": True}, "other invoices, or more")


@check("11.6", "seen", "get_invoice answers an invoice and its items")
def get_invoice_answers_an_invoice(probe: Probe) -> Finding:
    listed = invoices_listed(probe)[0]
    wanted: dict[str, Any] = {
        "invoiceid": numeric(listed["id"]), "userid": COUNT, "status": listed["status"], "total": COUNT, "balance": COUNT,
        "currencycode": TEXT, "items": {"item": [{"type": STRING, "relid": COUNT, "description": STRING, "amount": COUNT}]},
    }  # fmt: skip
    answer = probe.read("whmcs", "get_invoice", invoice_id=listed["id"])
    return answered(answer, wanted, "another invoice than the list has, or another shape")


NUMBER_OR_NULL = Like("number or null", lambda value: value is None or COUNT.fits(value))


@check("11.6", "seen", "an item of an invoice names its server as inv_id, null if there is none")
def an_item_names_its_server(probe: Probe) -> Finding:
    answer = probe.read("whmcs", "get_invoice", invoice_id=invoices_listed(probe)[0]["id"])
    wanted = {"items": {"item": [{"inv_id": NUMBER_OR_NULL}]}}
    return answered(answer, wanted, "clients read from it which server was deployed")


@check("11.6", "seen", "an unknown invoice is refused")
def an_unknown_invoice_is_refused(probe: Probe) -> Finding:
    return refused(probe.call("whmcs", "get_invoice", invoice_id=NO_SUCH_NUMBER), "it was accepted")


@check("11.6", "seen", "get_product_invoice answers the invoices of the VM's service")
def get_product_invoice_answers_invoices(probe: Probe) -> Finding:
    shown = probe.accepted("eq", "show")
    product, location = shown.field("account_id"), shown.field("type_billing")
    if not isinstance(product, int):
        raise CannotTell("eq/show does not tell the service of the VM")
    answer = probe.read("whmcs", "get_product_invoice", product=product, location=str(location))
    wanted = {"invoices": [{"status": STATUS, "total": COUNT, "invoiceid": COUNT}]}
    return answered(answer, wanted, "another shape")


BILLING_DATA: dict[str, Any] = {
    "IP": TEXT, "client_id": COUNT, "order_id": COUNT, "billing_status": TEXT, "billing_cycle": TEXT, "reg_date": DAY,
    "next_due_date": DAY, "billing_reccuring": COUNT, "billing_setupfee": COUNT, "billing_name": TEXT, "currencysuffix": TEXT,
}  # fmt: skip


@check("11.6", "seen", "get_billing_data answers what the VM costs and when it is due")
def get_billing_data_answers_the_rent(probe: Probe) -> Finding:
    answer = probe.read("whmcs", "get_billing_data", id=probe.access.vm)
    return answered(answer, BILLING_DATA, "another shape")


@check("11.6", "seen", "get_billing_data has no envelope")
def get_billing_data_has_no_envelope(probe: Probe) -> Finding:
    body = probe.read("whmcs", "get_billing_data", id=probe.access.vm).body
    return compared({"result": "result" in body}, {"result": False}, "it has a result")


@check("11.7", "assumed", "amounts are texts with two decimal places")
def amounts_are_texts(probe: Probe) -> Finding:
    why = "another form of amounts"
    listed = {"invoices": {"invoice": [{"total": MONEY}]}}
    rent = {"billing_reccuring": MONEY, "billing_setupfee": MONEY}
    return first_difference(
        answered(probe.read(*CLIENT), {"client": {"credit": MONEY}}, why),
        answered(probe.read(*INVOICES), listed, why),
        answered(probe.read("whmcs", "get_billing_data", id=probe.access.vm), rent, why),
    )

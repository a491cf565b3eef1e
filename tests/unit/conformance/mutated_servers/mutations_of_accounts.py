"""Mutations of keys, tags, names, invoices and credit."""

from tests.support.kit_runs import EVERYTHING
from tests.unit.conformance.mutated_servers.mutated_server import Asked, Given
from tests.unit.conformance.mutated_servers.mutations import changed, is_failure, mutation, reworded, taken

changed(
    "SSH keys are listed as keys",
    "ssh_keys/list",
    "ssh-keys-are-listed",
    lambda body: body.update(keys=body.pop("sshkeys")),
)
changed("tags have no id", "tags/list", "tags-are-listed", lambda body: body["tags"][0].pop("id"))
changed("show lacks a tag", "eq/show", "show-has-the-tags", lambda body: body["tags"].pop())
changed(
    "API keys are listed as keys",
    "api_keys/list",
    "api-keys-are-listed",
    lambda body: body.update(keys=body.pop("data")),
)
changed(
    "API keys of a server are listed as keys",
    "api_keys/list_for_server",
    "api-keys-of-a-server-are-listed",
    lambda body: body.update(keys=body.pop("data")),
)
changed(
    "lists show API keys",
    "api_keys/list",
    "lists-hide-api-keys",
    lambda body: body.update(data=[{"id": 1, "name": "a", "active": 1, "ip": "", "api_key": "b" * 32}]),
)
changed(
    "the default of an SSH key is a word",
    "ssh_keys/add",
    "an-added-ssh-key-is-listed",
    lambda body: body["sshkey"].update(default="no"),
    EVERYTHING,
)
reworded(
    "a key that was deleted is refused in other words",
    "ssh_keys/delete",
    "a-deleted-ssh-key-is-gone",
    EVERYTHING,
)
reworded(
    "an SSH key without a key is refused in other words",
    "ssh_keys/add",
    "an-ssh-key-without-a-key-is-refused",
    EVERYTHING,
)
changed(
    "a tag of another component is set",
    "tags/add",
    "a-set-tag-is-listed",
    lambda body: body.update(component="vm"),
    EVERYTHING,
)
taken("a tag is removed twice", "tags/remove", "a-removed-tag-is-gone", EVERYTHING)
reworded("a long tag is refused in other words", "tags/add", "a-long-tag-is-refused", EVERYTHING)
changed(
    "the customer has no currency",
    "whmcs/get_client",
    "get-client-answers-the-customer",
    lambda body: body["client"].pop("currency_code"),
)
changed(
    "credit has no envelope",
    "whmcs/getcredits",
    "getcredits-answers-the-credit",
    lambda body: body.update(body.pop("message")),
)
changed(
    "invoices are a plain list",
    "whmcs/get_invoices",
    "get-invoices-answers-a-page",
    lambda body: body.update(invoices=body["invoices"]["invoice"]),
)
changed(
    "an invoice has no balance",
    "whmcs/get_invoice",
    "get-invoice-answers-an-invoice",
    lambda body: body.pop("balance"),
)
changed(
    "inv_id is a name",
    "whmcs/get_invoice",
    "an-item-names-its-server",
    lambda body: body["items"]["item"][0].update(inv_id="web-1"),
)
taken("an unknown invoice is empty", "whmcs/get_invoice", "an-unknown-invoice-is-refused")
changed(
    "an invoice of a service has no total",
    "whmcs/get_product_invoice",
    "get-product-invoice-answers-invoices",
    lambda body: body["invoices"][0].pop("total"),
)
changed(
    "the rent has no due date",
    "whmcs/get_billing_data",
    "get-billing-data-answers-the-rent",
    lambda body: body.pop("next_due_date"),
)
changed(
    "the rent has an envelope",
    "whmcs/get_billing_data",
    "get-billing-data-has-no-envelope",
    lambda body: body.update(result="OK"),
)
changed(
    "credit has one decimal place",
    "whmcs/get_client",
    "amounts-are-texts",
    lambda body: body["client"].update(credit="150.5"),
)
reworded(
    "an unknown preset is ordered in vain in other words",
    "eq/order_instance",
    "an-order-of-an-unknown-preset-is-refused",
)
reworded("a preset_id is refused in other words", "eq/order_instance", "an-order-by-preset-id-is-refused")
reworded("a period is refused in other words", "eq/order_instance", "an-unknown-period-is-refused")
taken(
    "a weak password is taken", "eq/order_instance", "a-weak-root-password-is-refused", root_pass="Aaaa11111"
)
taken("credit pays what is not there", "whmcs/apply_credit", "credit-for-an-unknown-invoice-is-refused")
taken("an unknown server is cancelled", "whmcs/request_cancellation", "a-cancellation-of-an-unknown-server-is-refused")  # fmt: skip


@mutation("limits-choose-the-page")
def all_invoices_are_on_one_page(asked: Asked, given: Given) -> None:
    if asked.action == "get_invoices" and "limitnum" in asked.fields:
        row = {"id": 1, "status": "Paid", "total": "4.00", "date": "2030-01-01"}
        given.body["invoices"]["invoice"] = [row, row]


@mutation("a-tag-set-again-changes", EVERYTHING)
def a_tag_set_again_is_another_tag(asked: Asked, given: Given) -> None:
    if (asked.module, asked.fields.get("value")) == ("tags", "two"):
        given.body["id"] += 1


@mutation("show-has-a-set-tag", EVERYTHING)
def show_has_old_tags(asked: Asked, given: Given) -> None:
    if (asked.module, asked.action) == ("eq", "show") and not is_failure(given):
        given.body["tags"] = [row for row in given.body["tags"] if not row["tag"].startswith("conformance-")]


@mutation("a-renamed-server-has-its-name", EVERYTHING)
def only_the_tag_is_renamed(asked: Asked, given: Given) -> None:
    if (asked.module, asked.action) == ("eq", "show") and not is_failure(given):
        given.body["server_data"]["hostname"] = "web-1"

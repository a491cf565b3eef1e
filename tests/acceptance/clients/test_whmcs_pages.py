"""Pages of the vendor's module for WHMCS, from the import of products to a renewal, played by a PHP program."""

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import Program, asked, credit_of, findings, tokenless
from tests.support.harness import Json

pytestmark = pytest.mark.acceptance


def test_an_import_makes_a_product_of_each_preset_and_location(module: Program, account: Account) -> None:
    before = tokenless(account)
    products = module("import").told["read"]
    assert products["vm.pico (NL)"] == {
        "hkid": 108,
        "price": 4.0,
        "OS": ["Ubuntu 22.04 (#187)", "Ubuntu 24.04 (#237)", "Debian 12 (#219)", "Debian 11 (#180)", "Debian 13 (#300)"],
        "soft": ["Do not install", "WordPress (#20)", "3X-UI VPN (#26)", "Docker (#31)"],
        "traffic": ["3 TB / 1 Gbps VM (#25)"],
    }  # fmt: skip
    nano = {name: product["price"] for name, product in products.items() if name.startswith("vm.nano")}
    assert nano == {"vm.nano (NL)": 6.0, "vm.nano (DE)": 6.5, "vm.nano (FI)": 6.5, "vm.nano (US)": 7.0}
    (call,) = tokenless(account)[len(before) :]
    assert (call["module"], call["in_query"]) == ("presets", ["action"])
    assert call["fields"] == {"action": "info", "currencies": "EUR"}
    assert account.requests() == []


@pytest.mark.parametrize(
    ("url", "price"), [("https://invapi.hostkey.ru/", 400.0), ("https://localhost/", 4.4)]
)
def test_the_currency_of_an_import_follows_the_hosts_name(module: Program, url: str, price: float) -> None:
    assert module("import", API_URL=url).told["read"]["vm.pico (NL)"]["price"] == price


def test_a_page_finds_the_server_of_an_invoice_and_makes_a_key_for_it_once(
    module: Program, account: Account
) -> None:
    first, second = module("page", "7001").told["read"], module("page", "7001").told["read"]
    assert (first["id"], first["state"], first["server"]["hostname"]) == (12345, "Active", "web-1")
    assert (len(first["key"]), second["key"]) == (32, None)
    calls = ["auth/login", "whmcs/get_invoice", "api_keys/list_for_server"]
    made = [*calls, "whmcs/get_client", "api_keys/add", "eq/show"]
    assert asked(account) == [*made, *calls, "eq/show"]
    sent = account.requests(module="api_keys", action="add")[0]["fields"]["params"]
    assert sent == sent | {"server_id": "12345", "ip": "", "login_notify_method": "none"}
    assert [finding["id"] for finding in findings(account)] == ["secrets-in-the-query"]


def test_the_key_of_a_page_opens_that_server_alone(module: Program) -> None:
    key = module("page", "7001").told["read"]["key"]
    assert module("server", "12345", API_KEY=key).told["read"]["state"] == "Active"
    assert module("server", "12346", API_KEY=key).told["read"]["server"] is False
    assert module("client", API_KEY=key).told["read"] is None


def test_an_unknown_invoice_is_no_server(module: Program) -> None:
    assert module("page", "1").told["read"] == {"id": 0, "key": None, "server": False, "state": ""}


@pytest.mark.parametrize(("paid", "tried"), [("9", ["7002"]), ("9.01", ["7002"]), ("8.99", [])])
def test_a_renewal_pays_the_invoices_of_its_server_that_the_payment_covers(
    module: Program, account: Account, paid: str, tried: list[str]
) -> None:
    renewed = module("renew", "12346", paid).told["read"]
    assert renewed["invoices"] == [{"status": "Unpaid", "total": "9.00", "invoiceid": 7002}]
    assert renewed["answers"] == ({"7002": {"result": "success", "amount": "9.00"}} if tried else [])
    assert credit_of(account) == ("141.50" if tried else "150.50")
    service = account.requests(action="get_product_invoice")[0]["fields"]
    assert (service["product"], service["location"]) == ("12346", "whmcs_com")
    assert [call["fields"]["amount"] for call in account.requests(action="apply_credit")] == [
        "9.00" for _ in tried
    ]
    assert [finding["id"] for finding in findings(account)] == ["secrets-in-the-query"]


def test_a_service_of_another_number_is_found_by_the_account_id(module: Program, account: Account) -> None:
    world: Json = account.export()
    world["invoices"][1]["items"][0]["product"] = 881
    account.import_(world)
    found = module("renew", "12346", "0").told["read"]["invoices"]
    assert [invoice["invoiceid"] for invoice in found] == [7002]
    assert account.requests(action="get_product_invoice")[0]["fields"]["product"] == "881"


def test_a_customer_is_read_and_a_wrong_answer_is_nobody(module: Program, account: Account) -> None:
    read = module("client").told["read"]
    assert (read["credit"], read["currency_code"]) == ("150.50", "EUR")
    account.fault("reject", match={"action": "get_client"})
    assert module("client").told["read"] is None

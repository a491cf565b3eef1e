"""The page of orders and invoices, and what the other pages show of them."""

import html
import re
from copy import deepcopy
from typing import Any

import pytest

from tests.support.catalogues import SMALL
from tests.support.harness import Emulator, Json
from tests.unit.dashboard.seen import page, said, vm_page

PATH = "/_emulator/ui/accounts/demo/orders"
PASSWORD = "Secret-word1"
WANTED: Json = {
    "preset": "vm.pico",
    "location_name": "NL",
    "os_id": 187,
    "root_pass": PASSWORD,
    "hostname": "shop.example",
}
DEAR: Json = {"preset": "bm.v2-promo", "deploy_period": "annually", "traffic_plan": 40}


def part(emulator: Emulator, id_: str, query: str = "") -> str:
    """Return the text of one live part of the page, with a space for each tag."""
    inside = page(emulator, PATH + query).partition(f'id="{id_}" data-live')[2].partition("</section>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", inside.partition(">")[2])).split())


def order(emulator: Emulator, **fields: Any) -> Json:
    answer = emulator.call("eq", "order_instance", **WANTED | fields)
    assert answer["result"] == "OK", answer
    return answer


def test_a_new_order_is_shown_deploying_and_then_as_a_rented_server(emulator: Emulator) -> None:
    order(emulator)
    assert "No order is waiting" not in part(emulator, "order-rows")
    emulator.advance(120)
    row = part(emulator, "order-rows")
    assert re.search(r"▸ deploying vm\.pico in NL shop\.example install, \d+ % 4\.00 EUR monthly", row)
    assert "Invoice 100001 ✓ Paid" in row
    assert "Server VM 50001" in row
    assert "System Ubuntu 22.04" in row
    assert "shop.example" not in part(emulator, "server-rows")
    emulator.advance(until="idle")
    assert "No order is waiting" in part(emulator, "order-rows")
    due = emulator.control("GET", "/state")["orders"][0]["rent_due_at"].replace("T", " ").rstrip("Z")
    assert f"shop.example 50001 vm.pico in NL, order 30001 4.00 EUR monthly {due[:19]} ● rented" in part(
        emulator, "server-rows"
    )


def test_a_deploying_server_is_among_the_machines_with_a_badge(emulator: Emulator) -> None:
    order(emulator)
    card = page(emulator).partition('data-key="vm-50001"')[2].partition("</li>")[0]
    assert "▸ deploying" in card
    assert "locked: Order server" in card
    assert "Calls do not see it before its deploy is done." in said(emulator, vm_page(50001))
    emulator.advance(until="idle")
    assert "deploying" not in page(emulator).partition('data-key="vm-50001"')[2].partition("</li>")[0]
    assert "Calls do not see it" not in said(emulator, vm_page(50001))


def test_an_order_that_is_too_dear_waits_with_a_button_to_pay(emulator: Emulator) -> None:
    order(emulator, **DEAR)
    row = part(emulator, "order-rows")
    assert "◷ awaiting payment bm.v2-promo in NL shop.example 948.00 EUR annually" in row
    assert "none until invoice 100001 is paid" in row
    assert "Pay 948.00 EUR" in row
    button = page(emulator, PATH).partition('data-key="order-row-30001"')[2].partition("</button>")[0]
    assert 'data-control="POST /_emulator/accounts/demo/invoices/100001/pay"' in button


def test_an_order_that_is_paid_in_part_asks_for_the_rest(emulator: Emulator) -> None:
    order(emulator, **DEAR)
    emulator.call("whmcs", "apply_credit", invoice_id=100001, amount="100.25")
    assert "Pay 847.75 EUR" in part(emulator, "order-rows")
    row = part(emulator, "invoice-rows")
    assert "100.25 paid 948.00 EUR" in row
    assert "Payments 100.25 EUR from the credit, 2030-01-01 00:00:00" in row
    assert part(emulator, "credit").startswith("Credit 50.25 EUR")


def test_a_failed_deploy_leaves_an_order_without_a_server_and_a_paid_invoice(emulator: Emulator) -> None:
    emulator.fault("deploy_fails")
    order(emulator)
    emulator.advance(until="idle")
    row = part(emulator, "order-rows")
    assert "✗ failed vm.pico" in row
    assert "none: the deploy failed. The invoice stays paid" in row
    assert "Pay" not in row.replace("Paid", "")
    assert "%" not in row


def test_invoices_come_newest_first_with_lines_payments_and_servers(emulator: Emulator) -> None:
    order(emulator)
    emulator.advance(until="idle")
    rows = part(emulator, "invoice-rows")
    assert re.findall(r"(\w+) Invoice (\d+)", rows) == [
        ("Paid", "100001"), ("Unpaid", "7002"), ("Paid", "7001")]  # fmt: skip
    assert "vm.pico - shop.example: 4.00 EUR Hosting, service 30001, server 50001" in rows
    assert "4.00 EUR from the credit, 2030-01-01 00:00:00" in rows
    assert "Payments 4.00 EUR, paid before this world began" in rows
    assert "Payments none Pay 9.00 EUR" in rows


def test_invoices_of_one_status_are_shown(emulator: Emulator) -> None:
    unpaid = part(emulator, "invoice-rows", "?status=Unpaid")
    assert re.findall(r"Invoice (\d+)", unpaid) == ["7002"]
    assert "No invoice is Cancelled." in part(emulator, "invoice-rows", "?status=Cancelled")
    assert part(emulator, "invoice-rows", "?status=Lost") == part(emulator, "invoice-rows")


def test_a_payment_from_outside_starts_the_deploy_and_is_told_apart(emulator: Emulator) -> None:
    order(emulator, **DEAR)
    emulator.control("POST", "/invoices/100001/pay")
    assert "▸ deploying bm.v2-promo" in part(emulator, "order-rows")
    assert "948.00 EUR from outside" in part(emulator, "invoice-rows")
    assert part(emulator, "credit").startswith("Credit 150.50 EUR")


def test_credit_and_currency_are_shown_as_they_are_set(emulator: Emulator) -> None:
    assert "not prepaid" in part(emulator, "credit")
    emulator.control("PATCH", "", {"credit": "7.05", "currency": "USD", "prepaid": True})
    assert part(emulator, "credit").startswith(
        "Credit 7.05 USD · prepaid: servers can be ordered by the hour"
    )
    assert "Credit 7.05 USD · no orders without a server yet · 1 unpaid invoice" in said(emulator)


def test_a_cancelled_server_says_when_it_goes(emulator: Emulator) -> None:
    emulator.call("whmcs", "request_cancellation", id=12346, cancellation_reason="moved", cancellation_type=0)
    (vm,) = (vm for vm in emulator.control("GET", "/state")["vms"] if vm["id"] == 12346)
    goes = f"⊘ cancelled, goes at {vm['cancellation']['ends_at'][:19].replace('T', ' ')}"
    assert goes in part(emulator, "server-rows")
    assert goes in said(emulator)
    assert goes in said(emulator, vm_page(12346))
    emulator.call("whmcs", "delete_cancellation_request", id=12346)
    assert "cancelled, goes" not in part(emulator, "server-rows") + said(emulator)
    emulator.call("whmcs", "request_cancellation", id=12346, cancellation_reason="moved", cancellation_type=1)
    assert "12346" not in part(emulator, "server-rows")


def test_a_server_whose_rent_is_unpaid_is_shown_suspended(emulator: Emulator) -> None:
    emulator.reset(scenario="hosting")
    emulator.control("PUT", "/assumptions", {"A-45": "suspends"})
    emulator.control("PATCH", "", {"credit": "0"})
    emulator.advance(3 * 86_400)
    assert "unpaid: suspended at 2030-01-10 00:00:00" in part(emulator, "server-rows")
    emulator.advance(7 * 86_400)
    assert "❚❚ suspended: its rent is unpaid" in part(emulator, "server-rows")
    card = page(emulator).partition('data-key="vm-12345"')[2].partition("</li>")[0]
    assert "❚❚ suspended: its rent is unpaid" in card
    emulator.control("POST", "/invoices/100001/pay")
    assert "suspended" not in part(emulator, "server-rows")


def test_a_server_of_no_order_has_a_due_date_and_no_price(emulator: Emulator) -> None:
    assert "web-1 12345 vm.v2-small in NL no order 2030-01-03 00:00:00 ● rented" in part(
        emulator, "server-rows"
    )
    assert "Rentdue 2030-01-03 00:00:00" in said(emulator, vm_page())
    emulator.reset(scenario="hosting")
    assert "Rent12.50 EUR monthly, due 2030-01-03 00:00:00" in said(emulator, vm_page())


def test_a_dedicated_server_is_shown_as_one(emulator: Emulator) -> None:
    emulator.reset(scenario="hosting")
    assert "dedicated server on supermicro" in said(emulator)
    assert "A dedicated server has no snapshots" in said(emulator, vm_page(12347))


def many(count: int) -> Json:
    """Return a world with so many servers with their orders, and as many orders that await payment."""
    numbers = range(1, count + 1)
    order: Json = {"preset": "vm.pico", "price": "4.00"}
    rented = [order | {"id": each, "invoice": each, "server": each} for each in numbers]
    waiting = [
        order | {"id": count + each, "invoice": count + each, "status": "awaiting_payment"}
        for each in numbers
    ]
    invoices: list[Json] = [
        {"id": each["id"], "status": "Paid" if "server" in each else "Unpaid",
         "items": [{"product": each["id"], "amount": "4.00"}]}
        for each in (*rented, *waiting)
    ]  # fmt: skip
    return {"vms": [{"id": each} for each in numbers], "orders": rented + waiting, "invoices": invoices}


def test_long_lists_are_shown_in_parts_that_follow_one_another(emulator: Emulator) -> None:
    emulator.control("PUT", "/state", many(30))

    def shown(query: str) -> list[tuple[str, int, int]]:
        text = page(emulator, PATH + query)
        rows = {
            name: [int(id_) for id_ in re.findall(f'data-key="{key}-(\\d+)"', text)]
            for name, key in (("order", "order-row"), ("server", "server"), ("invoice", "invoice-row"))
        }
        return [(name, numbers[0], numbers[-1]) for name, numbers in rows.items()]

    assert shown("") == [("order", 60, 37), ("server", 1, 24), ("invoice", 60, 37)]
    following = html.unescape(
        re.findall(r'href="(\?order=\d+)#orders">Older orders', page(emulator, PATH))[0]
    )
    assert shown(following) == [("order", 36, 31), ("server", 1, 24), ("invoice", 60, 37)]
    both = f"{following}&invoice=36"
    assert shown(both) == [("order", 36, 31), ("server", 1, 24), ("invoice", 36, 13)]
    newer = re.findall(r'href="(\?[^"]*)#invoices">Newer invoices', page(emulator, PATH + both))[0]
    assert shown(html.unescape(newer)) == shown(following)
    assert shown("?server=25&invoice=12") == [("order", 60, 37), ("server", 25, 30), ("invoice", 12, 1)]
    assert shown("?status=Unpaid&invoice=40") == [("order", 60, 37), ("server", 1, 24), ("invoice", 40, 31)]
    assert "60 in total" in part(emulator, "invoice-rows")
    assert "30 in total" in part(emulator, "invoice-rows", "?status=Unpaid&invoice=40")


def test_a_page_of_many_orders_is_bounded(emulator: Emulator) -> None:
    emulator.control("PUT", "/state", many(200))
    assert len(page(emulator, PATH)) < 120_000


def test_the_form_offers_what_the_accounts_catalogue_sells(emulator: Emulator) -> None:
    def offered(name: str) -> list[str]:
        choices = page(emulator, PATH).partition(f'name="{name}"')[2].partition("</select>")[0]
        return re.findall(r"<option[^>]*>([^<]*)", choices)

    assert offered("preset")[:2] == ["vm.pico", "vm.nano"]
    assert offered("location_name")[0] == "NL"
    assert "Debian 13" in offered("os_id")
    assert offered("deploy_period") == ["hourly", "monthly", "quarterly", "semi-annually", "annually"]
    mine = deepcopy(SMALL)
    mine["os"].append(mine["os"][0] | {"id": 99, "name": "Retired", "active": False})
    emulator.control("PUT", "/state", {"catalogue": mine})
    assert offered("preset") == [preset["name"] for preset in mine["presets"] if preset.get("active", True)]
    assert "Retired" not in offered("os_id")


@pytest.mark.parametrize("path", [PATH, vm_page(50001)])
def test_an_order_is_shown_without_its_callback_script_and_password(emulator: Emulator, path: str) -> None:
    url = "http://user:Hidden-word9@127.0.0.1/done?token=Hidden-word9"
    order(emulator, post_install_callback=url, post_install_script="echo Hidden-word9")
    text = page(emulator, path)
    assert "shop.example" in text
    assert "Hidden-word9" not in text
    assert PASSWORD not in text


def test_the_journal_on_the_page_has_no_password_of_an_order(emulator: Emulator) -> None:
    order(emulator)
    text = page(emulator)
    assert "root_pass" in text
    assert PASSWORD not in text


def test_text_of_a_world_is_only_text(emulator: Emulator) -> None:
    script = "<script>alert(1)</script>"
    world = many(1)
    world["orders"][0] |= {"location": script, "traffic_plan": script, "hostname": script}
    world["orders"][1] |= {"location": script, "os": script, "software": script, "hostname": script}
    world["invoices"][0]["items"][0] |= {"description": script, "type": script}
    world["vms"][0] |= {"hostname": script, "preset": script, "location": script}
    emulator.control("PUT", "/state", world)
    assert "<script>alert" not in page(emulator, PATH)
    assert "alert(1)" in page(emulator, PATH)

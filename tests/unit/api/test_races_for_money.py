"""Many clients at once: credit is exact, an invoice is paid once, a server is cancelled or reinstalled."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier

import httpx
import pytest

from tests.support.harness import TOKEN, Emulator, Json
from tests.support.money_books import Books
from tests.support.orders import MEDIUM, PICO, credit, deploy, place_order
from tests.unit.api.test_concurrency import at_once, connection

CLIENTS = 20


def books(emulator: Emulator) -> Books:
    """Return the account's books. They are consistent in themselves."""
    return Books(lambda path: emulator.control("GET", path))


def payments(emulator: Emulator, number: int) -> list[str]:
    return [each["amount"] for each in books(emulator).invoices[number]["payments"]]


def results(answers: list[Json]) -> dict[str, int]:
    return dict(Counter(str(answer.get("reason", answer["result"])) for answer in answers))


def posted(emulator: Emulator, send: Callable[[int, httpx.Client], httpx.Response]) -> list[httpx.Response]:
    """Send one request from each client at the same time, over open connections."""
    barrier = Barrier(CLIENTS, timeout=60)

    def call(number: int, http: httpx.Client) -> httpx.Response:
        barrier.wait()
        return send(number, http)

    with ExitStack() as connections, ThreadPoolExecutor(CLIENTS) as pool:
        connected = [connections.enter_context(connection(emulator.url)) for _ in range(CLIENTS)]
        return list(pool.map(call, range(CLIENTS), connected))


@pytest.mark.clause("11.7")
def test_one_of_twenty_pays_an_invoice_from_the_credit(emulator: Emulator) -> None:
    form = {"action": "apply_credit", "token": TOKEN, "invoice_id": 7002, "amount": "9.00"}
    answers = at_once(emulator, CLIENTS, lambda _: form, "whmcs")
    assert results(answers) == {"success": 1, "already_paid": CLIENTS - 1}
    assert (credit(emulator), payments(emulator, 7002)) == ("141.50", ["9.00"])


@pytest.mark.clause("11.7")
def test_parts_that_twenty_pay_at_once_add_up_to_the_total(emulator: Emulator) -> None:
    form = {"action": "apply_credit", "token": TOKEN, "invoice_id": 7002, "amount": "1.25"}
    answers = at_once(emulator, CLIENTS, lambda _: form, "whmcs")
    assert results(answers) == {"success": 7, "invalid_parameter": CLIENTS - 7}  # 0.25 is left to pay
    assert (credit(emulator), payments(emulator, 7002)) == ("141.75", ["1.25"] * 7)


@pytest.mark.clause("11.2", "11.7")
def test_as_many_of_twenty_orders_are_paid_as_there_is_credit_for(emulator: Emulator) -> None:
    emulator.control("PATCH", "", {"credit": "30.99"})
    answers = at_once(emulator, CLIENTS, lambda _: {"action": "order_instance", "token": TOKEN} | PICO, "eq")
    assert Counter(answer["status"] for answer in answers) == {"Paid": 7, "Unpaid": CLIENTS - 7}
    assert credit(emulator) == "2.99"
    assert len({answer["invoice"] for answer in answers}) == CLIENTS
    emulator.advance(until="idle")
    assert len(books(emulator).of_orders()) == 7
    assert len(emulator.call("eq", "list")["servers"]) == 4 + 7


@pytest.mark.clause("11.7", "11.8")
def test_one_of_twenty_pays_from_outside_and_one_server_is_deployed(emulator: Emulator) -> None:
    number = place_order(emulator, **MEDIUM)["invoice"]
    path = f"/_emulator/accounts/demo/invoices/{number}/pay"
    answers = posted(emulator, lambda _, http: http.post(path))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: CLIENTS - 1}
    assert (credit(emulator), payments(emulator, number)) == ("150.50", ["252.00"])
    assert len(books(emulator).of_orders()) == 1


@pytest.mark.clause("11.7", "11.8")
def test_funds_that_twenty_pay_at_once_are_added_once(emulator: Emulator) -> None:
    number = emulator.call("whmcs", "create_addfunds", amount="50")["invoice"]
    path = f"/_emulator/accounts/demo/invoices/{number}/pay"
    answers = posted(emulator, lambda _, http: http.post(path))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: CLIENTS - 1}
    assert credit(emulator) == "200.50"


@pytest.mark.clause("11.7", "11.8")
def test_credit_and_a_payment_from_outside_together_pay_the_total_once(emulator: Emulator) -> None:
    """Half of the clients pay all from outside, the others a part from the credit."""
    form = {"action": "apply_credit", "token": TOKEN, "invoice_id": 7002, "amount": "0.50"}
    path = "/_emulator/accounts/demo/invoices/7002/pay"
    answers = posted(
        emulator,
        lambda number, http: http.post(path) if number % 2 else http.post("/whmcs.php", data=form),
    )
    from_credit = sum(answer.json().get("result") == "success" for answer in answers[::2])
    assert Counter(answer.status_code for answer in answers[1::2]) == {200: 1, 409: CLIENTS // 2 - 1}
    spent = 50 * from_credit
    assert payments(emulator, 7002) == ["0.50"] * from_credit + [f"{(900 - spent) / 100:.2f}"]
    assert credit(emulator) == f"{(15_050 - spent) / 100:.2f}"


@pytest.mark.clause("11.4", "11.6")
def test_a_server_is_cancelled_or_reinstalled_and_never_both(emulator: Emulator) -> None:
    server = deploy(emulator)
    cancelled = {
        "action": "request_cancellation",
        "id": server,
        "cancellation_reason": "a",
        "cancellation_type": 1,
    }
    reinstalled = {"action": "reinstall", "id": server, "os_id": 237}
    answers = posted(
        emulator,
        lambda number, http: http.post(
            "/whmcs.php" if number % 2 else "/eq.php",
            data={"token": TOKEN} | (cancelled if number % 2 else reinstalled),
        ),
    )
    told = [emulator.answer(answer) for answer in answers]
    assert sum(answer["result"] == "OK" for answer in told) == 1, told
    gone = any(answer["result"] == "OK" for answer in told[1::2])
    assert {answer.get("reason") for answer in told} == {None, "vm_not_found" if gone else "vm_locked"}
    assert books(emulator).of_orders() == ([] if gone else [server])


@pytest.mark.clause("11.7")
def test_credit_that_is_added_while_rents_fall_due_is_not_lost(emulator: Emulator) -> None:
    for _ in range(3):
        deploy(emulator)
    funds = [emulator.call("whmcs", "create_addfunds", amount="1")["invoice"] for _ in range(CLIENTS // 2)]

    def send(number: int, http: httpx.Client) -> httpx.Response:
        account = "/_emulator/accounts/demo"
        if number % 2:
            return http.post(f"{account}/invoices/{funds[number // 2]}/pay")
        return http.post(f"{account}/clock/advance", json={"seconds": 20 * 86_400})

    assert {answer.status_code for answer in posted(emulator, send)} == {200}
    kept = books(emulator)
    renewals = [
        each for each in kept.invoices.values() if each["items"][0]["description"].endswith("renewal")
    ]
    assert len(renewals) == 3 * 6
    assert kept.credit == 15_050 - 3 * 400 - len(renewals) * 400 + 100 * len(funds)


@pytest.mark.clause("11.2")
def test_orders_while_the_account_is_reset_are_of_the_old_world_or_of_the_new(emulator: Emulator) -> None:
    def send(number: int, http: httpx.Client) -> httpx.Response:
        if number == CLIENTS // 2:
            return http.post("/_emulator/accounts/demo/reset")
        return http.post("/eq.php", data={"action": "order_instance", "token": TOKEN, **PICO})

    answers = posted(emulator, send)
    assert {answer.status_code for answer in answers} == {200}
    held = books(emulator)
    assert len(held.orders) <= CLIENTS - 1
    assert credit(emulator) == f"{150.5 - 4 * len(held.orders):.2f}"
    emulator.advance(until="idle")
    assert len(emulator.call("eq", "list")["servers"]) == 4 + len(held.orders)

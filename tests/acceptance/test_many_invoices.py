"""An account with all the invoices that it may have: the server answers others while they are made, read and cancelled."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from invapi_emulator.control.clock import TEN_YEARS
from invapi_emulator.domain.billing import MOST_INVOICES
from tests.acceptance.costs import MIB, longest_silence, peak
from tests.support.processes import DEADLINE, Served, served

pytestmark = pytest.mark.acceptance

DEMO = "/_emulator/accounts/demo"
SILENCE_SECONDS = 3
MEMORY = 256 * MIB
"""What the largest reading may add. A generous bound: the rows, the text made of them, and its copy."""

READS: dict[str, Callable[[httpx.Client], httpx.Response]] = {
    "ledger": lambda http: http.get(f"{DEMO}/ledger"),
    "invoices": lambda http: http.get(f"{DEMO}/invoices"),
    "state": lambda http: http.get(f"{DEMO}/state"),
    "credit": lambda http: http.patch(DEMO, json={"credit": "5"}),
    "a payment": lambda http: http.post(f"{DEMO}/invoices/100500/pay"),
    "invoices of a server": lambda http: _called(http, "whmcs", action="get_product_invoice", product=30001),
    "a page of invoices": lambda http: _called(http, "whmcs", action="get_invoices", limitnum=1000),
    "the page": lambda http: http.get("/_emulator/ui/accounts/demo/orders"),
    "a cancellation": lambda http: _called(
        http, "whmcs", action="request_cancellation", id=50001, cancellation_reason="x", cancellation_type=1
    ),
}
"""In this order: the cancellation comes last, and cancels all unpaid invoices."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Served]:
    with served("--db", str(tmp_path / "emulator.db")) as started:
        yield started


def _called(http: httpx.Client, module: str, **fields: object) -> httpx.Response:
    return http.post(
        f"/{module}.php",
        data={"token": "HOSTKEY_TOKEN"} | {name: str(value) for name, value in fields.items()},
    )


def _ordered_by_the_hour(http: httpx.Client, token: str) -> None:
    what = {"preset": "vm.pico", "location_name": "NL", "os_name": "Ubuntu 22.04", "root_pass": "Abcdef1%x"}
    sent = {"token": token, "action": "order_instance", "deploy_period": "hourly"} | what
    assert http.post("/eq.php", data=sent).json()["result"] == "OK"


def _filled(http: httpx.Client) -> None:
    """Rent a server by the hour for as long as the account takes invoices. The credit pays few of them."""
    http.patch(DEMO, json={"prepaid": True})
    _ordered_by_the_hour(http, "HOSTKEY_TOKEN")
    http.patch(DEMO, json={"credit": "1"})
    http.post(f"{DEMO}/clock/advance", json={"seconds": TEN_YEARS})


def test_an_account_full_of_invoices_silences_nobody(server: Served) -> None:
    with httpx.Client(base_url=server.url, timeout=DEADLINE) as http, longest_silence(server) as took:
        _filled(http)
        before = peak(server.process.pid)
        for what, asked in READS.items():
            answer = asked(http)
            assert answer.status_code == 200, (what, answer.text[:300])
            assert max(took) < SILENCE_SECONDS, what
        assert peak(server.process.pid) - before < MEMORY
        found = http.get(f"{DEMO}/invoices").json()["invoices"]
    assert len(found) == MOST_INVOICES
    assert {each["status"] for each in found} == {"Paid", "Unpaid", "Cancelled"}


def test_accounts_that_advance_at_the_same_time_take_turns() -> None:
    """Each has ten servers by the hour, and 2,400 rents to come."""
    with (
        served("--clock", "frozen", "--profile", "instant") as server,
        httpx.Client(base_url=server.url, timeout=DEADLINE) as http,
    ):
        names = [f"m{number}" for number in range(32)]
        for name in names:
            account = http.post("/_emulator/accounts", json={"name": name}).json()
            http.patch(f"/_emulator/accounts/{name}", json={"prepaid": True, "credit": "10000"})
            for _ in range(10):
                _ordered_by_the_hour(http, account["token"])
        with longest_silence(server) as took, ThreadPoolExecutor(len(names)) as threads:
            paths = [f"{server.url}/_emulator/accounts/{name}/clock/advance" for name in names]
            moved = threads.map(lambda path: httpx.post(path, json={"seconds": 864_000}, timeout=600), paths)
            assert {answer.status_code for answer in moved} == {200}
        assert max(took) < SILENCE_SECONDS
        for name in names:
            found = http.get(f"/_emulator/accounts/{name}/invoices").json()["invoices"]
            assert len(found) > 2_400

"""One client with one kept-alive connection, which times its calls."""

import json
import time
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from benchmarks.growth.filled_store import BUSY, KEY, LISTED, TOKEN, UNPAID

Json = dict[str, Any]

_PICO: Json = {"preset": "vm.pico", "location_name": "NL", "os_id": 187, "root_pass": "Secret-word1"}


class Client:
    """Calls of the account `measured`. Each answer is checked: a refusal is not measured."""

    def __init__(self, url: str) -> None:
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=60)
        self._names = 0

    def close(self) -> None:
        self._connection.close()

    def get_snapshot(self) -> float:
        return self._call("vm", "OK", action="get_snapshot", token=TOKEN, id=LISTED)[0]

    def list_servers(self) -> float:
        return self._call("eq", "OK", action="list", token=TOKEN)[0]

    def check(self) -> float:
        return self._call("eq_callback", "Not ready", action="check", key=KEY)[0]

    def create_snapshot(self) -> float:
        """Make a snapshot. The time of the advance is not measured."""
        self._names += 1
        name = f"made-{self._names}"
        seconds, answer = self._call("vm", "OK", action="create_snapshot", token=TOKEN, id=BUSY, name=name)
        self._post("/_emulator/accounts/measured/clock/advance", json.dumps({"until": answer["callback"]}))
        return seconds

    def order(self) -> float:
        """Order a server that the credit pays. Its deploy begins; the time it takes is not skipped."""
        return self._call("eq", "OK", action="order_instance", token=TOKEN, **_PICO)[0]

    def apply_credit(self) -> float:
        """Pay a cent of an invoice."""
        sent = {"invoice_id": UNPAID, "amount": "0.01"}
        return self._call("whmcs", "success", action="apply_credit", token=TOKEN, **sent)[0]

    def get_invoices(self) -> float:
        seconds, answer = self._post("/whmcs.php", urlencode({"action": "get_invoices", "token": TOKEN}))
        assert answer["invoices"]["invoice"], answer
        return seconds

    def reset(self) -> float:
        return self._post("/_emulator/accounts/small/reset", "{}")[0]

    def _call(self, module: str, result: str, **fields: Any) -> tuple[float, Json]:
        seconds, answer = self._post(f"/{module}.php", urlencode(fields))
        assert answer["result"] == result, answer
        return seconds, answer

    def _post(self, path: str, body: str) -> tuple[float, Json]:
        kind = "application/json" if path.startswith("/_emulator") else "application/x-www-form-urlencoded"
        started_at = time.perf_counter()
        self._connection.request("POST", path, body.encode(), {"content-type": kind})
        response = self._connection.getresponse()
        content = response.read()
        seconds = time.perf_counter() - started_at
        assert response.status == 200, content
        answer: Json = json.loads(content)
        return seconds, answer


CALLS: dict[str, Callable[[Client], float]] = {
    "get_snapshot": Client.get_snapshot,
    "create_snapshot": Client.create_snapshot,
    "check": Client.check,
    "reset": Client.reset,
    "list": Client.list_servers,
    "order": Client.order,
    "apply_credit": Client.apply_credit,
    "get_invoices": Client.get_invoices,
}
"""The timed calls, by name."""

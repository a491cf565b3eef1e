"""Programs that act like known clients, each in its client's language, run against a real server."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from invapi_emulator.testing import Account, Emulator
from tests.support.harness import SEED, Json
from tests.support.processes import DEADLINE, ROOT, environment, served

FOLDER = ROOT / "tests" / "acceptance" / "clients"
VENDOR = "invapi.hostkey.com"
"""The host that is built into clients. The certificate is valid for it."""

AUTO: Json = {"mode": "auto", "rate": 0.001}
"""A clock that polls move and real time hardly moves: a task is `Not ready` once, even on a busy machine."""


@dataclass(frozen=True)
class VendorServer:
    """A server on this machine, over HTTP and, with a certificate for the vendor's host, over HTTPS."""

    url: str
    secure_port: str
    ca: str

    def emulator(self) -> Emulator:
        return Emulator(self.url)


@contextmanager
def vendor_server(ca_dir: Path) -> Iterator[VendorServer]:
    with served("--tls-port", "0", "--ca-dir", str(ca_dir)) as server:
        assert server.secure_url
        port = server.secure_url.rpartition(":")[2]
        yield VendorServer(server.url, port, str(ca_dir / "ca.pem"))


@contextmanager
def account_of(server: VendorServer, scenario: str = "demo", **clock: Any) -> Iterator[Account]:
    """Make a world for one test. At the end each fault must have fired as often as its rule says."""
    with server.emulator().account(scenario=scenario, clock=AUTO | clock, seed=SEED) as account:
        yield account


@dataclass(frozen=True)
class Ran:
    """The output of a program, one line of JSON, and whether it reports success."""

    ok: bool
    told: Json


def clean_environment(**variables: str) -> dict[str, str]:
    """Return these variables and the process's, without any that a person may have set for such clients."""
    mine = {name: value for name, value in environment().items() if not name.startswith("HOSTKEY_")}
    return mine | variables


def run_program(command: Sequence[str], **variables: str) -> Ran:
    ended = subprocess.run(
        command, env=clean_environment(**variables), capture_output=True, text=True, timeout=DEADLINE, check=False
    )  # fmt: skip
    assert (ended.returncode in (0, 1), ended.stderr) == (True, ""), ended
    told: Json = json.loads(ended.stdout)
    return Ran(ended.returncode == 0, told)


def asked(account: Account, **wanted: Any) -> list[str]:
    """Return the calls that reached the account, as module/action, in order."""
    return [f"{call['module']}/{call['action']}" for call in account.requests(**wanted)]


def tokenless(account: Account) -> list[Json]:
    """Return the calls without a token that reached the server of an account, from all clients, in order."""
    calls: list[Json] = account.emulator.control("GET", "/requests")["requests"]
    return calls


def findings(account: Account) -> list[Json]:
    """Return what the report finds in the account's calls."""
    found: list[Json] = account.emulator.control("GET", f"/accounts/{account.name}/report")["findings"]
    return found


def _control(account: Account, method: str, path: str, body: Json | None = None) -> Json:
    answer: Json = account.emulator.control(method, f"/accounts/{account.name}{path}", body)
    return answer


def orders(account: Account) -> list[Json]:
    """Return the account's orders, in order."""
    found: list[Json] = _control(account, "GET", "/orders")["orders"]
    return found


def invoices(account: Account) -> list[Json]:
    """Return the account's invoices, in order."""
    found: list[Json] = _control(account, "GET", "/invoices")["invoices"]
    return found


def set_credit(account: Account, credit: str) -> None:
    _control(account, "PATCH", "", {"credit": credit})


def pay_from_outside(account: Account, invoice: int) -> None:
    """Pay an invoice as a card or a bank would: the credit stays."""
    _control(account, "POST", f"/invoices/{invoice}/pay")


def credit_of(account: Account) -> str:
    credit: str = _control(account, "GET", "/ledger")["credit"]
    return credit


def server_key(account: Account, vm: int) -> str:
    """Return the secret of a new API key that is good for one server."""
    made = account.call("api_keys", "add", **{"params[name]": "one server", "params[server_id]": vm})
    key: str = made["data"]["api_key"]
    return key


Program = Callable[..., Ran]
"""A program for an account. It takes arguments and variables."""


def build_terraform(folder: Path, cache: Path) -> str:
    """Build the Go program that acts like the Terraform provider. The cache keeps Go's output."""
    built = folder / "provider"
    variables = environment(GOCACHE=str(cache), CGO_ENABLED="0")
    subprocess.run(
        ["go", "build", "-o", built, "."], cwd=FOLDER / "terraform", env=variables, check=True, timeout=DEADLINE * 5
    )  # fmt: skip
    return str(built)


def terraform_of(account: Account, built: str) -> Program:
    """Return the provider, set up for the emulator by the recipe, with pauses a thousand times shorter."""

    def run(*words: str, **variables: str) -> Ran:
        usual = {"HOSTKEY_API_KEY": account.api_key, "HOSTKEY_API_URL": account.url, "WAIT_SHARE": "0.001"}
        return run_program([built, *words], **usual | variables)

    return run


def panel_of(vendor: VendorServer, account: Account) -> Program:
    """Return the panel, which its own lookup leads to the emulator. It polls every millisecond."""

    def run(vm: int, *words: str, **variables: str) -> Ran:
        usual = {
            "HOSTKEY_API_KEY": account.api_key,
            "NODE_EXTRA_CA_CERTS": vendor.ca,
            "EMULATOR_HTTPS": f"127.0.0.1:{vendor.secure_port}",
            "POLL_MS": "1",
        }
        command = ["node", str(FOLDER / "panel" / "panel.mjs"), str(vm), *words]
        return run_program(command, **usual | variables)

    return run


def module_of(account: Account, port: str, *settings: str) -> Program:
    """Return the module with its original address, led to a port of the emulator."""

    def run(*words: str, **variables: str) -> Ran:
        usual = {
            "API_KEY": account.api_key,
            "API_URL": f"https://{VENDOR}/",
            "CONNECT_TO": f"127.0.0.1:{port}",
        }
        command = ["php", *settings, str(FOLDER / "whmcs" / "module.php"), *words]
        return run_program(command, **usual | variables)

    return run


def trusting(vendor: VendorServer) -> tuple[str, ...]:
    """Return the flags that docs/how-to/https.md names."""
    return "-d", f"openssl.cafile={vendor.ca}", "-d", f"curl.cainfo={vendor.ca}"


def python_of(program: str, account: Account) -> Program:
    """Return a program in Python, set up for the account. It waits a millisecond where it would wait for seconds."""

    def run(*words: str, **variables: str) -> Ran:
        usual = {
            "HOSTKEY_URL": account.url,
            "HOSTKEY_API_KEY": account.api_key,
            "PAUSE": "0.001",
            "PYTHONPATH": str(ROOT),
        }
        module = f"tests.acceptance.clients.python_programs.{program}"
        return run_program([sys.executable, "-m", module, *words], **usual | variables)

    return run


def failure(ran: Ran) -> tuple[str, int, bool]:
    """Return what a failed panel reports: the error, a status, and whether the outcome is unknown."""
    assert not ran.ok, ran
    return ran.told["error"], ran.told["status"], ran.told["outcomeUnknown"]

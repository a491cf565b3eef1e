"""Programs that speak as known clients do, each in its client's language, run against a real server."""

import json
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from processes import DEADLINE, ROOT, environment, served

from harness import SEED, Json
from invapi_emulator.testing import Account, Emulator

FOLDER = ROOT / "tests" / "acceptance" / "clients"
VENDOR = "invapi.hostkey.com"
"""The host that clients have built in; the certificate is good for it."""

AUTO: Json = {"mode": "auto", "rate": 0.001}
"""A clock that a poll moves, and real time hardly does: a task is `Not ready` once, however busy the machine is."""


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
    """Make a world for one test; at its end each fault must have fired as often as it said."""
    with server.emulator().account(scenario=scenario, clock=AUTO | clock, seed=SEED) as account:
        yield account


@dataclass(frozen=True)
class Ran:
    """What a program printed, one line of JSON, and whether it says that all went well."""

    ok: bool
    told: Json


def run_program(command: Sequence[str], **variables: str) -> Ran:
    """Run a program with these variables and without those that a person may have set for such clients."""
    clean = {name: value for name, value in environment().items() if not name.startswith("HOSTKEY_")}
    ended = subprocess.run(
        command, env=clean | variables, capture_output=True, text=True, timeout=DEADLINE, check=False
    )  # fmt: skip
    assert (ended.returncode in (0, 1), ended.stderr) == (True, ""), ended
    told: Json = json.loads(ended.stdout)
    return Ran(ended.returncode == 0, told)


def asked(account: Account, **wanted: str) -> list[str]:
    """Return the calls that reached the account, as module/action, in order."""
    return [f"{call['module']}/{call['action']}" for call in account.requests(**wanted)]


def asked_of_nobody(server: VendorServer, action: str) -> int:
    """Count the calls that were refused before anybody looked whose they were."""
    calls: list[Json] = server.emulator().control("GET", f"/requests?action={action}")["requests"]
    return len(calls)

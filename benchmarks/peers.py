"""Other servers with similar calls: moto, which keeps state, and mountebank, which answers a constant.

Both are installed from their registries into a folder of this run, which is removed afterwards.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from benchmarks.client import FORM
from benchmarks.floor import ANSWER
from benchmarks.loads import LIST, Load
from benchmarks.plan import Plan
from benchmarks.servers import Server, free_port, started
from benchmarks.stand import Stand

SIGNED = (
    "AWS4-HMAC-SHA256 Credential=any/20300101/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=any"
)
VERSION = "2016-11-15"


def moto_describe(stand: Stand, plan: Plan) -> Load:
    """Ask for one snapshot by its id."""
    server = stand.enter(_moto(plan.folder))
    volume = _of_moto(server, "volume", Action="CreateVolume", Size=1, AvailabilityZone="us-east-1a")
    snapshot = _of_moto(server, "snapshot", Action="CreateSnapshot", VolumeId=volume)
    fields = {"Action": "DescribeSnapshots", "SnapshotId.1": snapshot}
    return _moto_load("moto_describe", server, fields, "snapshot")


def moto_create(stand: Stand, plan: Plan) -> Load:
    """Make one snapshot of a volume after another."""
    server = stand.enter(_moto(plan.folder))
    volume = _of_moto(server, "volume", Action="CreateVolume", Size=1, AvailabilityZone="us-east-1a")
    return _moto_load("moto_create", server, {"Action": "CreateSnapshot", "VolumeId": volume}, "snapshot")


def mountebank(stand: Stand, plan: Plan) -> Load:
    server = stand.enter(_mountebank(plan.folder))
    return Load("mountebank", server, partial(_constant, server), counts_results=False)


@contextmanager
def _moto(folder: Path) -> Iterator[Server]:
    binaries = folder / "moto" / "bin"
    if not binaries.exists():
        _run(sys.executable, "-m", "venv", str(folder / "moto"))
        _run(str(binaries / "pip"), "install", "--quiet", "moto[server]")
    port = free_port()
    with started([str(binaries / "moto_server"), "--port", str(port)], port) as server:
        yield server


def _of_moto(server: Server, kind: str, **fields: object) -> str:
    """Make a call to moto. Return the id in its answer."""
    body = urlencode(fields | {"Version": VERSION})
    with server.client() as client:
        answer = client.ask("POST", "/", body, FORM, Authorization=SIGNED).decode()
    found = re.search(rf"<{kind}Id>([^<]+)<", answer)
    assert found is not None, answer
    return found[1]


def _moto_load(name: str, server: Server, fields: Mapping[str, str], kind: str) -> Load:
    def prepare() -> Sequence[str]:
        _of_moto(server, kind, **fields)
        return [urlencode({**fields, "Version": VERSION}), "Authorization", SIGNED]

    return Load(name, server, prepare, path="/", counts_results=False)


@contextmanager
def _mountebank(folder: Path) -> Iterator[Server]:
    home = folder / "mountebank"
    _run("npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", str(home), "mountebank")
    port, stub_port = free_port(), free_port()
    command = [
        str(home / "node_modules" / ".bin" / "mb"),
        "--port",
        str(port),
        "--nologfile",
        "--loglevel",
        "warn",
    ]
    with started([*command, "--pidfile", str(home / "mb.pid")], port) as server, server.client() as client:
        client.ask("POST", "/imposters", _imposter(stub_port))
        yield Server(server.process, stub_port)


def _imposter(port: int) -> str:
    """Return a stub that reads the form and keeps its connections open."""
    headers = {"Content-Type": "application/json", "Connection": "keep-alive"}
    stub = {
        "predicates": [{"equals": {"form": {"action": "get_snapshot"}}}],
        "responses": [{"is": {"headers": headers, "body": ANSWER.decode()}}],
    }
    return json.dumps({"port": port, "protocol": "http", "stubs": [stub]})


def _constant(server: Server) -> Sequence[str]:
    with server.client() as client:
        answer = client.ask("POST", "/vm.php", LIST, FORM)
    assert answer == ANSWER, answer
    return [LIST]


def versions(folder: Path) -> dict[str, str]:
    """Return the installation in the folder of this run."""
    python = str(folder / "moto" / "bin" / "python")
    package = folder / "mountebank" / "node_modules" / "mountebank" / "package.json"
    return {
        "moto": _run(python, "-c", "import moto; print(moto.__version__)"),
        "mountebank": json.loads(package.read_text(encoding="utf-8"))["version"],
        "node": _run("node", "--version"),
    }


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

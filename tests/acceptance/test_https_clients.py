"""Real clients of the vendor's host name, over HTTPS, against a real server."""

import json
import signal
import socket
import ssl
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.support.harness import TOKEN
from tests.support.processes import COMMAND, DEADLINE, environment, refused, served

pytestmark = pytest.mark.acceptance

LIST = f"action=list&token={TOKEN}"
HOST = "invapi.hostkey.com"

PYTHON = (
    "import sys, urllib.request as r; print(r.urlopen(sys.argv[1], sys.argv[2].encode()).read().decode())"
)
NODE = """
const [url, body] = process.argv.slice(1)
const headers = {'content-type': 'application/x-www-form-urlencoded'}
fetch(url, {method: 'POST', headers, body}).then(async answer => console.log(await answer.text()))
"""


def run(command: Sequence[str], variables: Mapping[str, str] | None = None) -> str:
    ended = subprocess.run(
        command, env=environment(**(variables or {})), capture_output=True, text=True, timeout=DEADLINE, check=False
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_curl_python_and_node_trust_it_when_set_up_as_the_command_says(tmp_path: Path) -> None:
    kept = ("--ca-dir", str(tmp_path / "state"))
    ca = run([*COMMAND, "ca", *kept, "--path"]).strip()
    with served("--tls", *kept) as server:
        port = server.url.rpartition(":")[2]
        local, theirs = f"https://localhost:{port}/eq.php", f"https://{HOST}:{port}/eq.php"
        asked = {
            "curl": run(["curl", "-sS", "--cacert", ca, local, "-d", LIST]),
            "curl, by their name": run(
                ["curl", "-sS", "--cacert", ca, "--resolve", f"{HOST}:{port}:127.0.0.1", theirs, "-d", LIST]
            ),
            "python": run([COMMAND[0], "-c", PYTHON, local, LIST], {"SSL_CERT_FILE": ca}),
            "node": run(["node", "-e", NODE, local, LIST], {"NODE_EXTRA_CA_CERTS": ca}),
        }
    assert {who: json.loads(answer)["result"] for who, answer in asked.items()} == dict.fromkeys(asked, "OK")


def test_a_name_joins_a_ca_that_a_client_trusts_already(tmp_path: Path) -> None:
    kept, trusted = ("--ca-dir", str(tmp_path)), tmp_path / "trusted.pem"
    with served("--tls", *kept):
        trusted.write_bytes((tmp_path / "ca.pem").read_bytes())
    with served("--tls", *kept, "--tls-names", "emulator.test") as server:
        port = server.url.rpartition(":")[2]
        for host in ("emulator.test", HOST, "invapi.hostkey.ru"):
            led = ("--resolve", f"{host}:{port}:127.0.0.1", f"https://{host}:{port}/eq.php")
            told = run(["curl", "-sS", "--cacert", str(trusted), *led, "-d", LIST])
            assert json.loads(told)["result"] == "OK", host
    assert "it can certify only localhost, " in refused("--tls", *kept, "--tls-names", "emulator.example")


def test_both_ports_answer_and_stop_together(tmp_path: Path) -> None:
    with served("--tls-port", "0", "--ca-dir", str(tmp_path)) as server:
        ca = str(tmp_path / "ca.pem")
        for url in (server.url, server.secure_url):
            told = run(["curl", "-sS", "--cacert", ca, f"{url}/eq.php", "-d", LIST])
            assert json.loads(told)["result"] == "OK"
        assert server.stop(signal.SIGTERM)[0] == 0


def test_a_client_without_a_handshake_is_cut_off_and_delays_no_stop(tmp_path: Path) -> None:
    with served("--tls", "--ca-dir", str(tmp_path), "--head-timeout", "1") as server:
        address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
        with socket.create_connection(address, timeout=DEADLINE) as silent:
            assert silent.recv(1) == b""
        with socket.create_connection(address), secured(address, tmp_path / "ca.pem") as held:
            held.sendall(b"GET / HTTP/1.1\r\n")
            assert server.stop(signal.SIGTERM)[0] == 0


def secured(address: tuple[str, int], ca: Path) -> ssl.SSLSocket:
    """Connect as a client that trusts this CA."""
    context = ssl.create_default_context(cafile=str(ca))
    return context.wrap_socket(socket.create_connection(address), server_hostname="localhost")


def test_two_https_ports_are_refused() -> None:
    assert refused("--tls", "--tls-port", "0") == (
        "invapi-emulator: --tls-port: 0: conflicts with --tls, which serves HTTPS on --port; use only one"
    )

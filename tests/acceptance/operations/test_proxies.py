"""nginx and Caddy with the files of deploy/: TLS, the address and scheme of the client, and events that arrive at once."""

import os
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from invapi_emulator.server.tls import certificates
from tests.acceptance.operations.installed import program
from tests.support.processes import DEADLINE, ROOT, free_port, served, wait_until

pytestmark = pytest.mark.acceptance

NAME = "emulator.example.com"
SNI = {"sni_hostname": NAME}
ADMIN = "open sesame"
BEARER = {"Authorization": f"Bearer {ADMIN}"}
CERTIFICATES = "/etc/ssl/emulator"


@pytest.fixture(scope="module")
def upstream() -> Iterator[str]:
    """Return the URL of an emulator that trusts a proxy on this machine."""
    with served(
        *("--allowed-hosts", NAME, "--trusted-proxies", "127.0.0.1", "--clock", "frozen"),
        variables={"INVAPI_EMULATOR_ADMIN_TOKEN": ADMIN},
    ) as server:
        yield server.url


@pytest.fixture(params=["nginx", "caddy"])
def proxied(request: pytest.FixtureRequest, upstream: str, tmp_path: Path) -> Iterator[httpx.Client]:
    """Return a client of the emulator behind a proxy."""
    trusted = certified(tmp_path)
    port = free_port()
    start = {"nginx": nginx, "caddy": caddy}[request.param]
    with (
        start(tmp_path, port, upstream),
        httpx.Client(
            base_url=f"https://127.0.0.1:{port}",
            verify=trusted,
            timeout=DEADLINE,
            headers=BEARER | {"Host": NAME},
        ) as http,
    ):
        wait_until(lambda: answers(http))
        yield http


def certified(folder: Path) -> ssl.SSLContext:
    """Write a certificate and its key for the name of the shipped files. Return what trusts it."""
    now = time.time_ns() // 1000
    ca_key, key = certificates.new_key(), certificates.new_key()
    ca = certificates.ca_certificate(ca_key, [NAME], now)
    chain = certificates.pem(certificates.server_certificate(key, [NAME], ca, ca_key, now))
    (folder / "fullchain.pem").write_bytes(chain)
    (folder / "privkey.pem").write_bytes(certificates.pem_of_key(key))
    return ssl.create_default_context(cadata=certificates.pem(ca).decode())


def changed(file: Path, changes: Mapping[str, str]) -> str:
    """Return a shipped file with other addresses and folders."""
    text = file.read_text(encoding="utf-8")
    for was, becomes in changes.items():
        assert was in text, was
        text = text.replace(was, becomes)
    return text


@contextmanager
def nginx(folder: Path, port: int, upstream: str) -> Iterator[None]:
    server = changed(
        ROOT / "deploy" / "nginx" / "invapi-emulator.conf",
        {
            "listen 443": f"listen 127.0.0.1:{port}",
            CERTIFICATES: str(folder),
            "http://127.0.0.1:8650": upstream,
        },
    )
    kept = ("client_body", "proxy", "fastcgi", "scgi", "uwsgi")
    temporary = "\n".join(f"{name}_temp_path {folder}/{name};" for name in kept)
    user = "user root;\n" if os.getuid() == 0 else ""  # root's workers would run as another user
    main = f"{user}pid {folder}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}\n{server}}}\n"
    file = folder / "nginx.conf"
    file.write_text(main, encoding="utf-8")
    words = ("-e", str(folder / "errors"), "-p", str(folder), "-c", str(file), "-g", "daemon off;")
    with running(program("nginx", "nginx-light"), *words, folder=folder):
        yield


@contextmanager
def caddy(folder: Path, port: int, upstream: str) -> Iterator[None]:
    changes = {
        "grace_period 5s": "grace_period 1s\n\tadmin off\n\tauto_https disable_redirects",
        f"{NAME} {{": f"{NAME}:{port} {{\n\tbind 127.0.0.1",
        CERTIFICATES: str(folder),
        "127.0.0.1:8650": upstream,
    }
    file = folder / "Caddyfile"
    file.write_text(changed(ROOT / "deploy" / "caddy" / "Caddyfile", changes), encoding="utf-8")
    words = ("run", "--adapter", "caddyfile", "--config", str(file))
    with running(program("caddy", "caddy"), *words, folder=folder):
        yield


@contextmanager
def running(*command: str, folder: Path) -> Iterator[None]:
    with (folder / "said").open("wb") as said:
        home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
        process = subprocess.Popen(command, stdout=said, stderr=said, env=os.environ | home)
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(DEADLINE)
            finally:
                process.kill()
                process.wait()


def answers(http: httpx.Client) -> bool:
    try:
        return http.get("/_emulator/health", extensions=SNI).status_code == 200
    except httpx.TransportError:
        return False


def test_an_event_arrives_while_its_stream_is_open(proxied: httpx.Client, upstream: str) -> None:
    path = "/_emulator/accounts/demo"
    with proxied.stream("GET", f"{path}/events", extensions=SNI) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        reset = httpx.post(f"{upstream}{path}/reset", headers=BEARER, content="{}", timeout=DEADLINE)
        assert reset.status_code == 200
        assert any('"reset"' in line for line in stream.iter_lines())  # the stream has no end


def test_the_emulator_knows_the_scheme_of_the_client(proxied: httpx.Client) -> None:
    entered = proxied.post("/_emulator/ui/login", data={"token": ADMIN}, extensions=SNI)
    assert entered.status_code == 303
    assert "; Secure" in entered.headers["set-cookie"]


def test_a_call_is_answered_through_the_proxy(proxied: httpx.Client) -> None:
    account = proxied.get("/_emulator/accounts/demo", extensions=SNI).json()
    form = {"action": "list", "token": account["token"]}
    assert proxied.post("/eq.php", data=form, extensions=SNI).json()["result"] == "OK"

"""HTTPS: the same answers, with a certificate that clients of the vendor's hosts accept."""

import ssl
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from invapi_emulator.cli.main import main
from invapi_emulator.errors import CannotStart
from invapi_emulator.settings_sources import read_settings
from invapi_emulator.testing import Emulator
from tests.support.harness import TOKEN, running
from tests.support.raw_connection import connected, until_closed

LIST = f"action=list&token={TOKEN}".encode()


@pytest.fixture
def secure(tmp_path: Path) -> Iterator[Emulator]:
    with Emulator(tls="true", ca_dir=str(tmp_path)) as emulator:
        yield emulator


def test_an_emulator_in_this_process_serves_https(secure: Emulator) -> None:
    assert secure.url.startswith("https://127.0.0.1:")
    assert secure.control("GET", "/health")["status"] == "ready"
    context = ssl.create_default_context(cafile=secure.ca)
    with urllib.request.urlopen(f"{secure.url}/eq.php", LIST, context=context) as answer:
        assert b'"servers":[' in answer.read()


def test_a_client_that_does_not_trust_the_ca_gets_no_answer(secure: Emulator) -> None:
    with pytest.raises(httpx.ConnectError, match="certificate"):
        httpx.post(f"{secure.url}/eq.php", content=LIST)
    with pytest.raises(ConnectionError, match="certificate"):
        Emulator(secure.url).control("GET", "/health")


def test_plain_http_is_not_answered_on_the_https_port(secure: Emulator) -> None:
    with pytest.raises(httpx.TransportError):
        httpx.post(secure.url.replace("https:", "http:") + "/eq.php", content=LIST)


@pytest.mark.parametrize(("version", "status"), [("1.2", 505), ("3.0", 505), ("2", 400), ("1.10", 400)])
def test_versions_of_http_are_refused_as_over_plain_http(secure: Emulator, version: str, status: int) -> None:
    context = ssl.create_default_context(cafile=secure.ca)
    with connected(secure.url) as plain, context.wrap_socket(plain, server_hostname="127.0.0.1") as encrypted:
        encrypted.sendall(f"GET /eq.php HTTP/{version}\r\nHost: x\r\n\r\n".encode())
        assert until_closed(encrypted).startswith(f"HTTP/1.1 {status} ")


@pytest.mark.parametrize("kind", ["connection_reset", "empty_reply", "truncated_body"])
def test_faults_cut_https_connections_too(secure: Emulator, kind: str) -> None:
    context = ssl.create_default_context(cafile=secure.ca)
    with secure.account() as account, httpx.Client(verify=context) as http:
        account.fault(kind)
        form = {"action": "list", "token": account.token}
        with pytest.raises(httpx.TransportError):
            http.post(f"{secure.url}/eq.php", data=form)
        assert http.post(f"{secure.url}/eq.php", data=form).json()["result"] == "OK"


def test_the_pages_cookie_is_only_sent_over_https(tmp_path: Path) -> None:
    with running(tls=True, ca_dir=str(tmp_path), admin_token="secret") as server:
        context = ssl.create_default_context(cafile=str(tmp_path / "ca.pem"))
        with httpx.Client(base_url=server.url, verify=context, headers={"origin": server.url}) as browser:
            answer = browser.post("/_emulator/ui/login", data={"token": "secret"})
            assert answer.headers["set-cookie"].endswith("; Secure")
            assert browser.get("/_emulator/accounts/demo").json()["name"] == "demo"


@pytest.mark.parametrize(
    ("names", "why"),
    [("a b", "'a b'"), ("-a", "'-a'"), ("http://a", "'http://a'"), ("1.2.3.4.5.6.7,*.x", "'*.x'")],
)
def test_names_that_no_certificate_can_contain_are_refused(names: str, why: str) -> None:
    with pytest.raises(CannotStart, match="--tls-names: ") as refused:
        read_settings({"tls_names": names})
    assert why in str(refused.value)


def told(capsys: pytest.CaptureFixture[str], *words: str, status: int = 0) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["invapi-emulator", *words])
        with pytest.raises(SystemExit) as ended:
            main()
    out, err = capsys.readouterr()
    assert (ended.value.code or 0) == status, err
    return out + err


def test_the_command_prints_the_ca_and_creates_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    printed = told(capsys, "ca", "--ca-dir", str(tmp_path), "--tls-names", "emulator")
    file = tmp_path / "ca.pem"
    assert printed.endswith(file.read_text())
    assert (
        "localhost, 127.0.0.1, ::1, invapi.hostkey.com, invapi.hostkey.ru, api.hostkey.com, emulator,"
        in printed
    )
    for client in ("--cacert", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "keytool"):
        assert f"{client}" in printed
    assert told(capsys, "ca", "--ca-dir", str(tmp_path), "--path") == f"{file}\n"
    ssl.create_default_context(cadata=printed[printed.index("-----BEGIN") :])


@pytest.mark.parametrize("before", ["# Größe\n", "\ufeff", "\x1b[31m\n"], ids=["comment", "mark", "colour"])
def test_the_command_prints_nothing_but_the_certificate_of_its_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, before: str
) -> None:
    printed = told(capsys, "ca", "--ca-dir", str(tmp_path))
    file = tmp_path / "ca.pem"
    file.write_text(before + file.read_text(), encoding="utf-8")
    assert told(capsys, "ca", "--ca-dir", str(tmp_path)) == printed


def test_an_unusable_folder_is_reported_in_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    said = told(capsys, "ca", "--ca-dir", str(tmp_path / "file"), status=2)
    assert said.count("\n") == 1
    assert "--ca-dir: cannot use" in said


def test_healthcheck_trusts_the_ca_of_the_same_variables(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, secure: Emulator, tmp_path: Path
) -> None:
    for name, value in {
        "TLS": "true",
        "PORT": secure.url.rpartition(":")[2],
        "CA_DIR": str(tmp_path),
    }.items():
        monkeypatch.setenv(f"INVAPI_EMULATOR_{name}", value)
    assert told(capsys, "healthcheck") == ""
    monkeypatch.setenv("INVAPI_EMULATOR_CA_DIR", str(tmp_path / "other"))
    assert "no emulator answers at https://" in told(capsys, "healthcheck", status=1)

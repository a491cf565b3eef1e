"""The default install: what works without the extras, and the message of a command that needs one."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.processes import COMMAND, DEADLINE, environment, served

pytestmark = pytest.mark.acceptance

BLOCKER = """
import sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"psycopg", "psycopg_binary", "cryptography"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Blocker())
"""

SUITE = """
def test_an_account_of_its_own(invapi):
    assert invapi.url.startswith("http://")
"""

POSTGRES = "postgresql://emulator:secret@127.0.0.1:1/worlds"
NEEDS_PSYCOPG = (
    "invapi-emulator: --db: 'postgresql+psycopg://emulator:***@127.0.0.1:1/worlds': PostgreSQL needs psycopg, "
    "which is not installed: pip install 'invapi-emulator[postgres]'"
)
NEEDS_CRYPTOGRAPHY = "needs cryptography, which is not installed: pip install 'invapi-emulator[tls]'"


@pytest.fixture
def without_extras(tmp_path: Path) -> dict[str, str]:
    """Return variables of a process that cannot import the libraries of extras."""
    (tmp_path / "blocked").mkdir()
    (tmp_path / "blocked" / "sitecustomize.py").write_text(BLOCKER)
    return {"PYTHONPATH": str(tmp_path / "blocked")}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("serve", "--port", "0", "--db", POSTGRES), NEEDS_PSYCOPG),
        (("worker", "--db", POSTGRES), NEEDS_PSYCOPG),
        (("migrate", "--db", POSTGRES), NEEDS_PSYCOPG),
        (
            ("serve", "--port", "0", "--tls"),
            f"invapi-emulator: HTTPS (--tls, --tls-port) {NEEDS_CRYPTOGRAPHY}",
        ),
        (
            ("serve", "--port", "0", "--tls-port", "0"),
            f"invapi-emulator: HTTPS (--tls, --tls-port) {NEEDS_CRYPTOGRAPHY}",
        ),
        (("ca",), f"invapi-emulator: the test CA {NEEDS_CRYPTOGRAPHY}"),
    ],
)
def test_a_command_that_needs_an_extra_names_it_in_one_line(
    without_extras: dict[str, str], words: tuple[str, ...], says: str
) -> None:
    ended = subprocess.run(
        [*COMMAND, *words], env=environment(**without_extras), capture_output=True, text=True, timeout=DEADLINE,
        check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout, ended.stderr) == (2, "", f"{says}\n")


def test_without_extras_it_serves_a_file_and_the_page(without_extras: dict[str, str], tmp_path: Path) -> None:
    with served("--db", "worlds.db", variables=without_extras, cwd=tmp_path) as server:
        with server.emulator() as emulator:
            assert emulator.do("vm", "create_snapshot", name="a")["result"] == "OK"
            assert "web-1" in emulator.http.get("/", headers={"Accept": "text/html"}).text
            assert "/_emulator/accounts" in emulator.http.get("/openapi.json").text
            assert "invapi_emulator_calls" in emulator.http.get("/metrics").text
        healthy = [*COMMAND, "healthcheck", "--url", server.url]
        subprocess.run(healthy, env=environment(**without_extras), timeout=DEADLINE, check=True)


def test_without_extras_the_pytest_plugin_works(without_extras: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "test_suite.py").write_text(SUITE)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:schemathesis", "-p", "no:cacheprovider"]
    ended = subprocess.run(
        command, cwd=tmp_path, env=environment(**without_extras), capture_output=True, text=True, timeout=DEADLINE,
        check=False,
    )  # fmt: skip
    assert (ended.returncode, "1 passed" in ended.stdout) == (0, True), ended.stdout + ended.stderr


def test_without_extras_a_client_trusts_an_existing_ca(
    without_extras: dict[str, str], tmp_path: Path
) -> None:
    with served("--tls", "--ca-dir", str(tmp_path)) as server:
        port = server.url.rpartition(":")[2]
        variables = {
            "INVAPI_EMULATOR_TLS": "true",
            "INVAPI_EMULATOR_PORT": port,
            "INVAPI_EMULATOR_CA_DIR": str(tmp_path),
        }
        healthy = environment(**without_extras, **variables)
        subprocess.run([*COMMAND, "healthcheck"], env=healthy, timeout=DEADLINE, check=True)

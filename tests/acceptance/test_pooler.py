"""A real PgBouncer before PostgreSQL, plain and with TLS: right answers, or one line that says why not."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import mkdtemp

import httpx
import psycopg
import pytest

from invapi_emulator.clock import real_time
from invapi_emulator.server.tls import certificates
from tests.support.harness import TOKEN
from tests.support.postgres_server import UNPRIVILEGED, USER, Postgres
from tests.support.processes import DEADLINE, free_port, refused, served, wait_until
from tests.unit.storage.test_odd_postgresql import assert_answers_are_right

pytestmark = pytest.mark.acceptance

HOST = "localhost"
"""The only name in the certificate."""

SHOW = {"action": "show", "token": TOKEN, "id": 12345}


@pytest.fixture
def folder() -> Iterator[Path]:
    """Return a folder that the user of PgBouncer reaches too."""
    folder = Path(mkdtemp(prefix="invapi-emulator-pooler-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def port(postgres: Postgres) -> int:
    """Return a port for PgBouncer. There is a database for it."""
    port = free_port()
    postgres.url(f"pooled_{port}")
    return port


@contextmanager
def pooler(postgres: Postgres, folder: Path, mode: str, port: int, *more: str) -> Iterator[None]:
    """Run PgBouncer on a port of this machine until the block ends."""
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
    if program is None:
        pytest.fail("a real pooler is needed: apt-get install pgbouncer")
    users, file = folder / "users", folder / "pgbouncer.ini"
    users.write_text(f'"{USER}" ""\n', encoding="utf-8")
    server = ("listen_addr = 127.0.0.1", f"listen_port = {port}", "unix_socket_dir =", "auth_type = any")
    lines = (
        "[databases]",
        f"worlds = host={postgres.folder} user={USER} dbname=pooled_{port}",
        "[pgbouncer]",
        *server,
    )
    text = "\n".join((*lines, f"auth_file = {users}", f"pool_mode = {mode}", *more, ""))
    file.write_text(text, encoding="utf-8")
    as_whom = ("-u", UNPRIVILEGED) if os.getuid() == 0 else ()
    process = subprocess.Popen([program, "-q", *as_whom, file])
    try:
        wait_until(lambda: _answers(port))
        yield
    finally:
        process.terminate()
        process.wait(DEADLINE)


def _answers(port: int) -> bool:
    try:
        psycopg.connect(host="127.0.0.1", port=port, user=USER, dbname="worlds").close()
    except psycopg.OperationalError:
        return False
    return True


def behind(port: int, host: str = "127.0.0.1", **more: object) -> str:
    query = "&".join(f"{name}={value}" for name, value in more.items())
    return f"postgresql://{USER}@{host}:{port}/worlds?{query}"


def test_a_pooler_of_sessions_changes_no_answer(postgres: Postgres, folder: Path, port: int) -> None:
    with pooler(postgres, folder, "session", port):
        assert_answers_are_right(behind(port))


def test_a_pooler_that_has_restarted_is_found_again_by_the_next_call(
    postgres: Postgres, folder: Path, port: int
) -> None:
    with ExitStack() as serving:
        with pooler(postgres, folder, "session", port):
            server = serving.enter_context(served("--db", behind(port), "--no-worker"))
            assert httpx.post(f"{server.url}/eq.php", data=SHOW).json()["result"] == "OK"
        with pooler(postgres, folder, "session", port):
            call = httpx.post(f"{server.url}/eq.php", data=SHOW, timeout=DEADLINE)
            assert call.status_code == 200, call.text


@pytest.mark.parametrize(
    ("mode", "reason"),
    [
        ("transaction", "is behind a pooler that gives each transaction another session"),
        ("statement", "transaction blocks not allowed in statement pooling mode"),
    ],
)
def test_a_pooler_of_less_than_sessions_is_refused(
    postgres: Postgres, folder: Path, port: int, mode: str, reason: str
) -> None:
    with pooler(postgres, folder, mode, port):
        assert reason in refused("--db", behind(port))


def certified(folder: Path) -> tuple[Path, tuple[str, ...]]:
    """Make a CA and a certificate of it. Return the CA's file and the lines with which PgBouncer uses it."""
    now = real_time()()
    ca_key, key = certificates.new_key(), certificates.new_key()
    ca = certificates.ca_certificate(ca_key, [HOST], now)
    server = certificates.server_certificate(key, [HOST], ca, ca_key, now)
    texts = {
        "ca": certificates.pem(ca),
        "cert": certificates.pem(server),
        "key": certificates.pem_of_key(key),
    }
    for name, text in texts.items():
        (folder / f"{name}.pem").write_bytes(text)
    used = (f"client_tls_{name}_file = {folder / name}.pem" for name in ("key", "cert"))
    return folder / "ca.pem", ("client_tls_sslmode = require", *used)


def test_a_certificate_is_taken_if_it_is_of_the_ca_and_the_host_that_the_url_names(
    postgres: Postgres, folder: Path, port: int, tmp_path: Path
) -> None:
    ca, lines = certified(folder)
    other, _ = certified(tmp_path)
    with pooler(postgres, folder, "session", port, *lines):
        assert_answers_are_right(behind(port, HOST, sslmode="verify-full", sslrootcert=ca))
        wrong_ca = refused("--db", behind(port, HOST, sslmode="verify-full", sslrootcert=other))
        assert "certificate verify failed" in wrong_ca
        wrong_host = refused("--db", behind(port, sslmode="verify-full", sslrootcert=ca))
        assert "does not match host name" in wrong_host
        plain = refused("--db", behind(port, HOST, sslmode="disable"))
        assert "SSL required" in plain

"""The PostgreSQL server of the tests ends with the tests, also if a signal ends them."""

import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from tests.support.processes import DEADLINE, ROOT

pytestmark = pytest.mark.acceptance

COMMAND = [sys.executable, "-m", "tests.support.postgres_server"]


def test_the_status_of_the_command_is_that_of_the_program() -> None:
    assert subprocess.run([*COMMAND, "sh", "-c", "exit 7"], cwd=ROOT, check=False).returncode == 7


def test_sigterm_ends_the_command_and_then_the_server() -> None:
    command = [*COMMAND, "sh", "-c", 'echo "$TEST_DATABASE"; exec sleep 1000']
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        url = program.stdout.readline().strip()
        folder = Path(parse_qs(urlsplit(url).query)["host"][0])
        psycopg.connect(url).close()
        program.send_signal(signal.SIGTERM)
        assert program.wait(DEADLINE) == 128 + signal.SIGTERM
        assert program.stdout.read() == ""  # the command has ended, which had the pipe too
    assert not folder.exists()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)

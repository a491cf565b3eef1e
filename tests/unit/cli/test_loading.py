"""Ctrl-C while a command still imports: one line and status 130, or 0 of what serves; never a traceback."""

import signal
import subprocess
import sys

import pytest

from tests.support.processes import DEADLINE, environment

pytestmark = pytest.mark.acceptance  # each is a process

INTERRUPTED_WITHIN_AN_IMPORT = """
import os, runpy, signal, sys

class Signal:
    def find_spec(self, name, *_):
        if name == place:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), number)

module, place, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
sys.argv[:] = [module, *sys.argv[4:]]
sys.meta_path.insert(0, Signal())
runpy.run_module(module, run_name="__main__")
"""
PLACES = ["click", "invapi_emulator.ending", "invapi_emulator.errors"]


def ended(module: str, place: str, number: signal.Signals, *words: str) -> tuple[int, str, str]:
    command = [sys.executable, "-c", INTERRUPTED_WITHIN_AN_IMPORT, module, place, str(int(number)), *words]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=DEADLINE, check=False, env=environment()
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("place", [*PLACES, "invapi_emulator.cli.import_", "http.client", "ssl", "yaml"])
def test_a_command_that_loads_ends_with_one_line(place: str) -> None:
    found = ended("invapi_emulator", place, signal.SIGINT, "import", "-")
    assert found == (130, "", "invapi-emulator: interrupted\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("word", ["serve", "worker"])
@pytest.mark.parametrize("place", [*PLACES, "pydantic", "sqlalchemy", "uvicorn"])
def test_a_server_that_loads_ends_with_success(number: signal.Signals, word: str, place: str) -> None:
    if (word, place) == ("worker", "uvicorn"):
        pytest.skip("a worker serves nothing")
    words = [word, "--port=0"] if word == "serve" else [word]
    assert ended("invapi_emulator", place, number, *words) == (0, "", "")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("place", ["click", "invapi_conformance.cli", "invapi_conformance.printed_run"])
def test_the_kit_that_loads_ends_with_one_line(number: signal.Signals, place: str) -> None:
    found = ended("invapi_conformance", place, number, "--target=http://127.0.0.1:1", "--token=t", "--vm=1")
    assert found == (130, "", "invapi-conformance: interrupted\n")

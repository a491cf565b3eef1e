"""The plugin in suites that fork, and in killed ones."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import invapi_emulator.control.routes  # noqa: F401 - see test_pytest_plugin
from tests.support.processes import DEADLINE, environment, wait_until
from tests.unit.testing.test_guest_of_a_suite import WORKS
from tests.unit.testing.test_pytest_plugin import run

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.acceptance  # each is a separate pytest process

FORKS = (
    WORKS
    + """
    import multiprocessing, signal, sys, traceback

    def child_of(work):
        pid = os.fork()
        if pid == 0:
            try:
                work()
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    def test_a_child_that_does_nothing(invapi):
        assert child_of(lambda: None) == 0
        works(invapi)

    def test_a_child_that_calls(invapi):
        assert child_of(lambda: works(invapi)) == 0
        invapi.verify(action="load_stats", count=1)

    def test_a_child_that_closes(invapi, invapi_server):
        assert child_of(invapi.close) == 0
        assert child_of(invapi_server.close) == 0
        works(invapi)

    def test_a_child_that_exits(invapi):
        assert child_of(lambda: sys.exit(3)) == 1
        works(invapi)

    def test_a_child_with_an_emulator_of_its_own(invapi):
        def alone():
            with Emulator() as emulator, emulator.account() as account:
                works(account)
        assert child_of(alone) == 0
        works(invapi)

    def test_an_emulator_of_this_test_goes_on_after_a_fork():
        with Emulator() as emulator, emulator.account() as account:
            assert child_of(emulator.close) == 0
            works(account)

    def test_multiprocessing(invapi):
        forking = multiprocessing.get_context("fork")
        process = forking.Process(target=works, args=(invapi,))
        process.start()
        process.join()
        assert process.exitcode == 0
        invapi.verify(action="load_stats", count=1)
"""
)


@pytest.mark.parametrize("where", ["thread", "process"])
def test_a_child_of_a_fork_ends_no_server_of_its_parent(pytester: pytest.Pytester, where: str) -> None:
    result = run(pytester, FORKS, f"--invapi-server={where}", "-s")
    result.assert_outcomes(passed=7)


KILLED = """
import os, signal

def test_killed(invapi):
    print(f"url {invapi.url}", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""

LEAVES_A_CHILD = """
import os, signal
import pytest

@pytest.fixture(autouse=True)
def child(invapi):
    child = os.fork()
    if child == 0:
        os.dup2(os.open(os.devnull, os.O_RDWR), 1)
        signal.alarm(120)
        signal.pause()
    print(f"child {child}", flush=True)
"""


@pytest.mark.parametrize("before", ["", LEAVES_A_CHILD])
def test_the_process_of_a_server_ends_with_a_suite_that_is_killed(tmp_path: Path, before: str) -> None:
    (tmp_path / "test_it.py").write_text(before + KILLED)
    command = [sys.executable, "-m", "pytest", "-s", "-q", "-p", "no:cacheprovider", "-p", "no:schemathesis"]
    done = subprocess.run(
        [*command, "--invapi-server=process"],
        stdout=subprocess.PIPE, text=True, timeout=DEADLINE, check=False, cwd=tmp_path, env=environment(),
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL
    found = re.search(r"url http://127\.0\.0\.1:(\d+)", done.stdout)
    assert found
    try:
        wait_until(lambda: not listens(int(found[1])))
    finally:
        if child := re.search(r"child (\d+)", done.stdout):
            os.kill(int(child[1]), signal.SIGKILL)


def listens(port: int) -> bool:
    """Return whether a socket of this machine listens on a port."""
    wanted = f":{port:04X}"
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(row[1].endswith(wanted) and row[3] == "0A" for row in rows)

"""A suite that has frozen the time with freezegun before anything loads the emulator."""

import sys
from subprocess import run as run_process
from textwrap import dedent

import pytest

from tests.unit.testing.test_guest_of_a_suite import WORKS
from tests.unit.testing.test_pytest_plugin import USES_IT, run

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.acceptance  # each is a separate process

TESTS = (
    WORKS
    + """
    import datetime

    @pytest.mark.parametrize("number", [1, 2])
    def test_of_a_fixture(invapi, number):
        assert datetime.date.today().year == datetime.datetime.now().year == time.gmtime().tm_year == 2001
        works(invapi)
        assert time.gmtime(time.time()).tm_year == 2001

    @pytest.mark.parametrize("process", [False, True])
    def test_by_hand(process):
        with Emulator(process=process) as emulator, emulator.account() as account:
            works(account)
        with Emulator(process=process, tls=True, ca_dir="ca") as emulator, emulator.account() as account:
            assert account.call("eq", "list")["result"] == "OK"
        assert datetime.datetime.now().year == 2001
"""
)
FREEZES = """
import freezegun
frozen = freezegun.freeze_time("2001-01-01")
"""
CONFTESTS = {
    "configure": FREEZES + "def pytest_configure(config): frozen.start()\ndef pytest_unconfigure(config): frozen.stop()",
    "configure, with the emulator": "import invapi_emulator.testing\n" + FREEZES + "def pytest_configure(config): frozen.start()",
    "on top": FREEZES + "frozen.start()\nimport invapi_emulator.testing",
    "session": FREEZES + "def pytest_sessionstart(session): frozen.start()\ndef pytest_sessionfinish(): frozen.stop()",
    "collected": FREEZES + "import pytest\n@pytest.hookimpl(tryfirst=True)\ndef pytest_collection_finish(session): frozen.start()",
}  # fmt: skip


@pytest.mark.parametrize(
    ("conftest", "where"), [*((conftest, "thread") for conftest in CONFTESTS), ("configure", "process")]
)
def test_a_conftest_may_freeze_the_time(pytester: pytest.Pytester, conftest: str, where: str) -> None:
    pytester.makeconftest(CONFTESTS[conftest])
    run(pytester, TESTS, f"--invapi-server={where}", "-W", "error").assert_outcomes(passed=4)


@pytest.mark.parametrize("flags", ["", "'--invapi-assumptions=A-12=no', ", "'--invapi-lint=error', "])
def test_pytest_itself_may_run_within_a_frozen_time(pytester: pytest.Pytester, flags: str) -> None:
    pytester.makepyfile(test_it=USES_IT + TESTS)
    ended = python(pytester, f"""
        import freezegun, pytest
        with freezegun.freeze_time("2001-01-01"):
            status = pytest.main([{flags}"-p", "no:cacheprovider", "-p", "no:schemathesis", "-p", "no:randomly", "-q"])
        raise SystemExit(status)
    """)  # fmt: skip
    assert "passed" in ended
    assert "error" not in ended


@pytest.mark.parametrize("process", [False, True])
def test_the_first_emulator_of_a_program_may_be_within_a_frozen_time(
    pytester: pytest.Pytester, *, process: bool
) -> None:
    told = python(pytester, f"""
        import datetime, time, freezegun
        real = datetime.date, datetime.datetime, time.time
        with freezegun.freeze_time("2001-01-01"):
            replaced = datetime.date, datetime.datetime, time.time
            from invapi_emulator.testing import Emulator
            for _ in range(2):
                with Emulator(process={process}) as emulator, emulator.account(clock="real") as account:
                    print(account.clock["now"][:4] > "2001", account.call("eq", "list")["result"])
            assert (datetime.date, datetime.datetime, time.time) == replaced
        assert (datetime.date, datetime.datetime, time.time) == real
        with Emulator(process={process}) as emulator, emulator.account(clock="real") as account:
            account.import_(account.export())
            print(account.clock["now"][:4] > "2001", account.call("eq", "list")["result"])
    """)  # fmt: skip
    assert told == "True OK\n" * 3


def python(pytester: pytest.Pytester, program: str) -> str:
    """Run a program, which must succeed. Return what it prints."""
    command = [sys.executable, "-c", dedent(program)]
    ended = run_process(command, cwd=pytester.path, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout

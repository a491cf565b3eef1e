"""The plugin in suites with time limits, random order, configured logs and suites inside of them."""

import pytest

import invapi_emulator.control.routes  # noqa: F401 - see test_pytest_plugin
from tests.unit.testing.test_guest_of_a_suite import WORKS
from tests.unit.testing.test_pytest_plugin import run

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.acceptance  # each is a separate pytest process
WHERE = ["thread", "process"]


@pytest.mark.parametrize("where", WHERE)
@pytest.mark.parametrize("method", ["signal", "thread"])
def test_a_time_limit_leaves_the_server_alone(pytester: pytest.Pytester, where: str, method: str) -> None:
    """A test within its limit. Beyond it, the method `signal` fails one test, and `thread` ends the run."""
    test = (
        WORKS
        + """
    def test_within(invapi):
        works(invapi)

    @pytest.mark.timeout(0.5)
    def test_beyond(invapi):
        works(invapi)
        threading.Event().wait()

    def test_after(invapi):
        works(invapi)
    """
    )
    flags = ("--timeout=60", f"--timeout-method={method}", f"--invapi-server={where}")
    result = run(pytester, test, *flags, plugins=["pytest_timeout"])
    if method == "signal":
        result.assert_outcomes(passed=2, failed=1)
        result.stdout.fnmatch_lines(["*Timeout*", "*invapi account account-*", "*vm/load_stats * -> OK*"])
    else:
        assert result.ret == 1
        assert "+ Timeout +" in result.stdout.str() + result.stderr.str()


def test_the_order_of_tests_may_be_random(pytester: pytest.Pytester) -> None:
    """pytest-randomly sets the seed of `random` before each test. What the server draws is its own."""
    test = (
        WORKS
        + """
    import random

    names = set()

    @pytest.mark.parametrize("n", range(20))
    def test_alone(invapi, n):
        drawn = random.random()
        random.seed(1)
        before = random.getstate()
        works(invapi)
        assert random.getstate() == before
        assert invapi.token not in names
        names.add(invapi.token)
    """
    )
    for seed in ("1", "2"):
        result = run(pytester, test, "-p", "pytest_randomly", f"--randomly-seed={seed}")
        result.assert_outcomes(passed=20)


@pytest.mark.parametrize("where", WHERE)
def test_a_suite_may_configure_its_log(pytester: pytest.Pytester, where: str) -> None:
    result = run(pytester, WORKS + """
    import logging.config

    def configure(level="DEBUG"):
        logging.config.dictConfig({
            "version": 1, "disable_existing_loggers": True,
            "handlers": {"out": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout"}},
            "root": {"level": level, "handlers": ["out"]},
        })

    def test_within_a_test(invapi, capfd):
        configure()
        works(invapi)
        with Emulator() as emulator, emulator.account() as account:
            works(account)
        assert capfd.readouterr() == ("", "")

    def test_again(invapi, capfd):
        configure("INFO")
        works(invapi)
        assert capfd.readouterr() == ("", "")

    def test_a_logger_is_as_the_suite_left_it(invapi):
        assert logging.getLogger("asyncio").disabled
    """, f"--invapi-server={where}")  # fmt: skip
    result.assert_outcomes(passed=3)


@pytest.mark.parametrize("where", WHERE)
def test_a_suite_in_a_suite(pytester: pytest.Pytester, where: str) -> None:
    """Pytester runs a suite in the process of another one: both have the plugin, and each its own accounts."""
    result = run(pytester, WORKS + """
    pytest_plugins = ["pytester"]

    INNER = '''
    import pytest

    @pytest.mark.invapi(scenario="one-vm")
    def test_inner(invapi):
        assert invapi.call("vm", "load_stats", id=12345)["result"] == "OK"

    def test_fails(invapi):
        invapi.fault("reject")
    '''

    def inner(pytester):
        pytester.makepyfile(INNER)
        return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "invapi_emulator.pytest_entry")

    def test_outer(invapi, pytester):
        works(invapi)
        invapi.fault("lost_reply", match={"action": "get_snapshot"}, allow_unused=True)
        result = inner(pytester)
        result.assert_outcomes(passed=1, failed=1)
        assert invapi.name not in result.stdout.str()
        assert invapi.verify(action="load_stats", count=1) == 1

    def test_again(invapi, pytester):
        inner(pytester).assert_outcomes(passed=1, failed=1)
        works(invapi)

    def test_without(pytester):
        inner(pytester).assert_outcomes(passed=1, failed=1)
    """, f"--invapi-server={where}")  # fmt: skip
    result.assert_outcomes(passed=3)

"""Runs that repeat: seeds and their command, what objects say of themselves, and the progress of many runs."""

import re
import shlex

import pytest

import invapi_emulator.control.routes  # noqa: F401 - see test_pytest_plugin
from invapi_emulator.testing import Emulator
from tests.unit.testing.test_pytest_plugin import run

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def no_server_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INVAPI_EMULATOR_URL", raising=False)


def test_objects_say_name_scenario_and_clock() -> None:
    with Emulator() as emulator:
        account = emulator.account(name="mine", scenario="one-vm", seed=7)
        assert repr(emulator) == f"<Emulator {emulator.url}, scenario demo, clock real, accounts mine>"
        assert (
            repr(account) == "<Account mine: scenario one-vm, seed 7, clock frozen at 2030-01-01T00:00:00Z>"
        )
        account.advance(90)
        assert repr(account).endswith("clock frozen at 2030-01-01T00:01:30Z>")
        account.set_clock(mode="auto")
        account.reset(scenario="at-the-limit")
        assert repr(account).startswith("<Account mine: scenario at-the-limit, seed 7, clock ")
        assert repr(account).endswith(f"clock {_written(account.clock)}>")


def _written(clock: dict[str, str]) -> str:
    return f"frozen at {clock['now']}" if clock["mode"] == "frozen" else clock["mode"]


@pytest.mark.acceptance
def test_the_command_of_a_failed_test_repeats_its_draws(pytester: pytest.Pytester) -> None:
    suite = """
    from datetime import datetime

    @pytest.fixture
    def second(invapi_server):
        with invapi_server.account() as account:
            yield account

    @pytest.mark.parametrize("word", ["a b"])
    def test_fails(invapi, second, word):
        took = []
        for account in (invapi, second):
            call(account, "create_snapshot", name="a")
            (task,) = account.tasks
            took.append(datetime.fromisoformat(task["due_at"]) - datetime.fromisoformat(task["created_at"]))
        print("took", *took)
        print("seeds", invapi.seed, second.seed)
        assert False

    @pytest.mark.invapi(seed=5)
    def test_has_its_seed(invapi):
        assert False
    """
    result = run(pytester, suite)
    (seeds,) = re.findall(r"^seeds (\d+) (\d+)$", result.stdout.str(), re.MULTILINE)
    commands = [line for line in result.outlines if line.startswith("pytest ")]
    name = "test_the_command_of_a_failed_test_repeats_its_draws.py::test_fails[a b]"
    assert commands == [f"pytest '{name}' --invapi-seed {','.join(seeds)}"]
    again = pytester.runpytest_subprocess(*shlex.split(commands[0])[1:], "-p", "no:schemathesis")
    again.assert_outcomes(failed=1)
    (took,) = [line for line in result.outlines if line.startswith("took ")]
    assert len(set(took.split())) == 3
    again.stdout.fnmatch_lines([took, f"seeds {' '.join(seeds)}", commands[0]])
    wrong = run(pytester, suite, "--invapi-seed=-1")
    wrong.stderr.fnmatch_lines(["*--invapi-seed: invalid seed '-1' (example: 7, *"])


@pytest.mark.acceptance
@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_runs_under_each_option_are_announced_and_show_progress(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    result = run(pytester, """
    def test_one(invapi_server):
        pass

    def test_without():
        pass
    """, "--invapi-assumptions=each", *workers)  # fmt: skip
    assert result.ret == 0
    text = result.stdout.str()
    (told,) = re.findall(
        r"^invapi assumptions: (\d+) runs, 1 test under the defaults and (\d+) other options each$",
        text,
        re.MULTILINE,
    )
    runs = int(told[0])
    assert runs == int(told[1]) + 1
    ended = [
        int(n)
        for n in re.findall(rf"^invapi assumptions: (\d+) of {runs} runs have ended$", text, re.MULTILINE)
    ]
    assert len(ended) == 10
    assert ended == sorted(ended)
    assert ended[-1] == runs


SHARED = """
    import unittest
    from invapi_emulator.testing import Emulator
    from invapi_emulator.testing.unittest import InvapiTestCase

    @pytest.fixture(scope="module")
    def shared():
        with Emulator() as emulator, emulator.account(name="shared", scenario="one-vm") as account:
            yield account

    def test_opens_it(shared):
        print("shared", shared.seed)
        assert False
"""


def _repeats(result: pytest.RunResult) -> dict[str, list[str]]:
    """Return the seeds of the commands, by the name of the test."""
    commands = [shlex.split(line) for line in result.outlines if line.startswith("pytest ")]
    return {words[1].split("::")[-1]: words[-1].split(",") for words in commands}


def _printed(result: pytest.RunResult, word: str) -> list[str]:
    return re.findall(rf"^{word} (\d+)$", result.stdout.str(), re.MULTILINE)


@pytest.mark.acceptance
def test_a_test_that_closed_its_accounts_repeats_with_their_seeds_and_shows_no_others(
    pytester: pytest.Pytester,
) -> None:
    result = run(pytester, SHARED + """
    def fails(*accounts):
        for account in accounts:
            print("seed", account.seed)
        assert False

    def test_closes(invapi):
        invapi.close()
        fails(invapi)

    def test_closes_one_of_two(invapi, invapi_server):
        with invapi_server.account() as other:
            pass
        fails(invapi, other)

    def test_in_a_block(invapi_server):
        with invapi_server.account() as account:
            fails(account)

    def test_left_a_rule_unused(invapi):
        invapi.fault("reject")
        invapi.close()
        fails(invapi)

    class TestCase(InvapiTestCase):
        def test_case(self):
            self.invapi.call("eq", "list")
            fails(self.invapi)

    @pytest.fixture
    def closed_in_set_up(invapi_server):
        account = invapi_server.account()
        account.close()
        fails(account)

    def test_set_up(closed_in_set_up):
        pass

    @pytest.fixture
    def fails_in_teardown(request):
        yield
        fails(request.node.account)

    def test_teardown(fails_in_teardown, request):
        request.node.account = request.getfixturevalue("invapi")
        request.node.account.close()
    """)  # fmt: skip
    result.assert_outcomes(passed=1, failed=6, errors=2)
    repeats = _repeats(result)
    del repeats["test_opens_it"]
    assert sorted(repeats) == [
        "test_case", "test_closes", "test_closes_one_of_two", "test_in_a_block", "test_left_a_rule_unused",
        "test_set_up", "test_teardown",
    ]  # fmt: skip
    assert sorted(seed for seeds in repeats.values() for seed in seeds) == sorted(_printed(result, "seed"))
    assert result.stdout.str().count("invapi account shared") == 1
    assert result.stdout.str().count("invapi account") == 4
    result.stdout.fnmatch_lines(["*eq/list -> OK, 4 servers"])
    result.stdout.no_fnmatch_line("cannot read the journal*")


@pytest.mark.acceptance
def test_a_test_without_an_account_of_its_own_repeats_with_the_seeds_of_shared_ones(
    pytester: pytest.Pytester,
) -> None:
    result = run(pytester, SHARED + """
    def test_dynamic(request):
        request.getfixturevalue("shared")
        assert False

    def test_after_an_emulator(shared):
        with Emulator():
            assert False

    class TestCase(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            cls.account = Emulator().account()
            cls.addClassCleanup(cls.account.emulator.close)
            print("class", cls.account.seed)

        def test_one(self):
            assert False

        def test_two(self):
            with Emulator() as emulator, emulator.account(name="block", seed=5):
                pass
            assert False

    def test_closes_the_shared_one(shared):
        shared.close()
        assert False
    """)  # fmt: skip
    result.assert_outcomes(failed=6)
    shared, of_class = _printed(result, "shared"), _printed(result, "class")
    assert _repeats(result) == {
        "test_opens_it": shared, "test_dynamic": shared, "test_after_an_emulator": shared,
        "test_one": of_class, "test_two": of_class, "test_closes_the_shared_one": shared,
    }  # fmt: skip
    result.stdout.no_fnmatch_line("*invapi account block*")

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

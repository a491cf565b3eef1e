"""The pytest plugin, in test suites of its own."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest

import invapi_emulator.control.routes  # noqa: F401 - see below
from tests.support.harness import Running

# After each test pytester unloads the modules imported meanwhile. The control API is loaded at its first use.
# If that is in one of these tests, parts of it exist twice afterwards.
pytest_plugins = ["pytester"]
pytestmark = pytest.mark.acceptance  # each is a separate pytest process

USES_IT = """
    import pytest, urllib.request, urllib.parse, json

    def call(account, action, **fields):
        form = urllib.parse.urlencode({"action": action, "token": account.token, "id": account.vms[0]} | fields)
        with urllib.request.urlopen(account.url + "/vm.php", form.encode()) as answer:
            return json.load(answer)
"""


@pytest.fixture(autouse=True)
def no_server_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INVAPI_EMULATOR_URL", raising=False)


def run(pytester: pytest.Pytester, test: str, *flags: str, plugins: Sequence[str] = ()) -> pytest.RunResult:
    """Run a test with our plugin and the given ones. All those of the environment would take half of the time to load."""
    pytester.makepyfile(USES_IT + test)
    needed = ["invapi_emulator.pytest_entry", *(["xdist.plugin"] if "-n" in flags else []), *plugins]
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
        named = [word for plugin in ("no:cacheprovider", *needed) for word in ("-p", plugin)]
        return pytester.runpytest_subprocess(*named, *flags)


def test_each_test_gets_a_fresh_account_with_a_frozen_clock(pytester: pytest.Pytester) -> None:
    result = run(pytester, """
    names = set()

    @pytest.mark.parametrize("n", range(3))
    def test_fresh(invapi, n):
        assert invapi.name not in names
        names.add(invapi.name)
        assert invapi.vms == [12345, 12346, 12347, 12348]
        assert invapi.clock["mode"] == "frozen"
        assert call(invapi, "create_snapshot", name="a")["result"] == "OK"
        invapi.advance_until_idle()
        assert len(invapi.vm(12345)["snapshots"]) == 3

    def test_removed_afterwards(invapi_server):
        left = [account["name"] for account in invapi_server.control("GET", "/accounts")["accounts"]]
        assert left == ["demo"]
    """)  # fmt: skip
    result.assert_outcomes(passed=4)


def test_the_marker_sets_scenario_clock_and_seed(pytester: pytest.Pytester) -> None:
    result = run(pytester, """
    @pytest.mark.invapi(scenario="one-vm", clock="auto", seed=5)
    def test_chosen(invapi):
        assert (invapi.vms, invapi.clock["mode"], invapi.seed) == ([12345], "auto", 5)
    """, "--strict-markers")  # fmt: skip
    result.assert_outcomes(passed=1)


def test_the_report_of_a_failed_test_shows_calls_and_tasks(pytester: pytest.Pytester) -> None:
    result = run(pytester, """
    def test_fails(invapi):
        call(invapi, "create_snapshot", name="a", nmae="typo")
        call(invapi, "create_snapshot", name="b")
        assert False
    """)  # fmt: skip
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([
        "*invapi account account-*, seed *",
        "*vm/create_snapshot id=12345 name=a nmae=typo -> OK, key *, unread: nmae; did you mean ?name??",
        "*vm/create_snapshot id=12345 name=b -> refused vm_locked: *",
        "task * create_snapshot* of 12345: since +0 s, runs (prepare), due +* s",
    ])  # fmt: skip


def test_an_external_server_is_used_and_left_running(
    pytester: pytest.Pytester, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INVAPI_EMULATOR_URL", server.url)
    result = run(pytester, f"""
    def test_elsewhere(invapi):
        assert invapi.url == "{server.url}"
    """)  # fmt: skip
    result.assert_outcomes(passed=1)


def test_a_suite_that_does_not_use_it_has_no_cost(pytester: pytest.Pytester) -> None:
    result = run(pytester, """
    import sys

    def test_nothing_is_imported():
        loaded = {name for name in sys.modules if name.startswith(("invapi_emulator", "fastapi", "sqlalchemy"))}
        ours = "pytest_entry pytest_plugin suggestions clock domain domain.instants process process.real_sockets process.unfrozen".split()
        assert loaded == {"invapi_emulator", *(f"invapi_emulator.{name}" for name in ours)}
    """)  # fmt: skip
    result.assert_outcomes(passed=1)


def test_it_can_be_switched_off(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_without(invapi): pass")
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:invapi_emulator")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fixture 'invapi' not found*"])


def test_the_example_of_the_docs_passes(pytester: pytest.Pytester) -> None:
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "pytest.md").read_text(encoding="utf-8")
    for number, example in enumerate(re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)):
        pytester.makepyfile(**{f"test_example_{number}": example})
    result = pytester.runpytest_subprocess(
        "-p", "no:cacheprovider", "-p", "no:schemathesis", "--strict-markers"
    )
    result.assert_outcomes(passed=8)


@pytest.mark.parametrize("elsewhere", [False, True])
def test_two_hundred_tests_with_xdist(
    pytester: pytest.Pytester, server: Running, monkeypatch: pytest.MonkeyPatch, *, elsewhere: bool
) -> None:
    """Each worker has its own server, or all share the one at the URL."""
    if elsewhere:
        monkeypatch.setenv("INVAPI_EMULATOR_URL", server.url)
    result = run(pytester, """
    @pytest.mark.parametrize("n", range(200))
    def test_alone_in_its_world(invapi, n):
        assert call(invapi, "create_snapshot", name=f"mine-{n}")["result"] == "OK"
        invapi.advance_until_idle()
        names = [row["name"] for row in invapi.vm(12345)["snapshots"]]
        assert names == ["fresh-install", "before-release", f"mine-{n}"]
        invapi.verify(action="create_snapshot", count=1)
    """, "-n", "2")  # fmt: skip
    result.assert_outcomes(passed=200)


def test_a_fault_that_did_not_fire_fails_the_test_that_ordered_it(pytester: pytest.Pytester) -> None:
    result = run(pytester, """
    @pytest.fixture
    def second(invapi_server):
        with invapi_server.account() as account:
            yield account

    def test_comes(invapi):
        invapi.fault("reject")
        assert call(invapi, "create_snapshot", name="a")["code"] == -1

    def test_does_not_come(invapi):
        invapi.fault("reject", match={"action": "remove_snapshot", "fields": {"root_pass": "Horse-staple-77"}})
        assert call(invapi, "create_snapshot", name="a")["result"] == "OK"

    def test_may_stay_away(invapi):
        invapi.fault("reject", allow_unused=True)

    def test_of_an_account_of_ones_own(second):
        second.fault("reject", times=2)
        call(second, "create_snapshot", name="a")

    def test_fails_for_another_reason(invapi):
        invapi.fault("lost_reply")
        assert 1 == 2
    """)  # fmt: skip
    result.assert_outcomes(passed=2, failed=3)
    result.stdout.fnmatch_lines([
        "fault 1 (reject, match {'action': 'remove_snapshot', 'fields': {'root_pass': '***'}}, skip 0) should fire 1 time, but fired 0 times; *",
        "fault 1 (reject, match {}, skip 0) should fire 2 times, but fired 1 time; 1 call matched *",
        "*assert 1 == 2*",
    ])  # fmt: skip
    assert "lost_reply) was" not in result.stdout.str()


def test_the_report_names_the_fault_that_fired(pytester: pytest.Pytester) -> None:
    result = run(pytester, """
    def test_fails(invapi):
        invapi.fault("rejected_but_done")
        assert call(invapi, "create_snapshot", name="a")["result"] == "OK"
    """)  # fmt: skip
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*vm/create_snapshot * -> refused fault: * [[]rejected_but_done]"])


GUESSES = """
    def test_of_nothing(invapi):
        assert call(invapi, "get_snapshot")["result"] == "OK"

    def test_of_failed_keys(invapi):
        invapi.fault("task_fails", match={"action": "create_snapshot"})
        key = call(invapi, "create_snapshot", name="a")["callback"]
        invapi.advance_until_idle()
        for _ in range(2):
            form = urllib.parse.urlencode({"action": "check", "key": key}).encode()
            with urllib.request.urlopen(invapi.url + "/eq_callback.php", form) as answer:
                assert json.load(answer)["result"] == "Fail"

    @pytest.mark.parametrize("name", ["a", "b"])
    def test_of_power(invapi_server, name):
        with invapi_server.account() as account:
            assert call(account, "restore_snapshot", name=name)["code"] == -1

    def test_that_has_nothing_to_do_with_it():
        pass
"""


def test_each_other_option_is_tried_and_dependent_tests_are_named(
    pytester: pytest.Pytester,
) -> None:
    result = run(pytester, GUESSES, "--invapi-assumptions=each", "-n", "2")
    assert result.ret == 0
    result.stdout.fnmatch_lines([
        "*tests that depend on an option*",
        "A-06, what a failure's body has: 2 depend on `all-four`, not `result-error`",
        "    *::test_of_power[[]a[]]",
        "    *::test_of_power[[]b[]]",
        "A-12, whether the key of a failed task stays: 1 depends on `stays`, not `spent`",
        "    *::test_of_failed_keys",
        "* other options make no difference to any test",
    ])  # fmt: skip
    result.stdout.no_fnmatch_line("*test_of_nothing*")


def test_a_test_that_fails_by_itself_still_fails(pytester: pytest.Pytester) -> None:
    result = run(pytester, """
    def test_wrong(invapi):
        assert call(invapi, "get_snapshot")["result"] == "no"
    """, "--invapi-assumptions=each")  # fmt: skip
    assert result.ret == 1
    result.stdout.fnmatch_lines(["not checked, as it fails under the defaults: *::test_wrong"])


def test_a_suite_runs_with_chosen_options(pytester: pytest.Pytester) -> None:
    test = """
    def test_by_key(invapi):
        answer = call(invapi, "get_snapshot")
        assert (set(answer) == {"result", "module", "action", "callback"}, invapi.vms) == (True, [12345])

    test_by_key = pytest.mark.invapi(scenario="one-vm")(test_by_key)
    """
    run(pytester, test, "--invapi-assumptions=A-18=no").assert_outcomes(passed=1)
    run(pytester, test).assert_outcomes(failed=1)


def test_retired_ids_are_ignored_with_a_line(pytester: pytest.Pytester) -> None:
    test = """
    @pytest.mark.invapi(assume={"A-17": "no"})
    def test_of_a_marker(invapi):
        assert call(invapi, "get_snapshot")["result"] == "OK"
    """
    result = run(pytester, test, "-W", "error")
    result.assert_outcomes(passed=1, warnings=1)
    result.stdout.fnmatch_lines(["*UserWarning: A-17 is retired and ignored *"])
    result = run(pytester, GUESSES, "--invapi-assumptions=A-22=no,A-18=no")
    result.stdout.fnmatch_lines(["--invapi-assumptions: A-22 is retired and ignored *"])
    assert result.stdout.str().count("retired and ignored") == 1


def test_unknown_ids_or_options_end_the_run(pytester: pytest.Pytester) -> None:
    result = run(pytester, "", "--invapi-assumptions=A-12=maybe")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--invapi-assumptions: assumption A-12, *takes stays, spent;*"])

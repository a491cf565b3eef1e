"""`--invapi-assumptions=each` does not say of an option that it makes no difference unless each test ran to its end under it."""

import pytest

import invapi_emulator.control.routes  # noqa: F401 - see test_pytest_plugin
from invapi_emulator.contract.assumptions.assumption import ASSUMPTIONS
from tests.unit.testing.test_pytest_plugin import run

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.acceptance  # each is a separate pytest process

OPTIONS = sum(len(found.others) for found in ASSUMPTIONS.values())
NO_DIFFERENCE = "*make no difference*"
STOPPED = "not run to their end (the session stopped, or a worker crashed)"

REFUSED = """
    import os

    def is_as_assumed(invapi):
        return "error" in invapi.call("vm", "create_snapshot", id=99999, name="x")

"""


def test_runs_after_a_first_failure_are_missing(pytester: pytest.Pytester) -> None:
    result = run(pytester, """
    def test_fails(invapi):
        assert False

    def test_never_begins(invapi):
        pass
    """, "--invapi-assumptions=each", "-x")  # fmt: skip
    runs = 2 * OPTIONS
    result.stdout.fnmatch_lines([
        f"{OPTIONS} options were not fully tried: {runs} of {runs} runs are missing: {runs} {STOPPED}",
        "not checked, as it fails under the defaults: *::test_fails",
    ])  # fmt: skip
    result.stdout.no_fnmatch_line(NO_DIFFERENCE)


@pytest.mark.parametrize("stop", ["raise KeyboardInterrupt", "pytest.exit('enough')"])
def test_runs_after_an_interruption_are_missing(pytester: pytest.Pytester, stop: str) -> None:
    result = run(pytester, REFUSED + f"""
    def test_stops(invapi):
        if not is_as_assumed(invapi):
            {stop}
    """, "--invapi-assumptions=each")  # fmt: skip
    told = [line for line in result.outlines if "make no difference" in line or "not fully tried" in line]
    silent, partial = (int(line.split()[0]) for line in told)
    assert silent + partial == OPTIONS
    assert told[1].endswith(f": {partial} of {OPTIONS} runs are missing: {partial} {STOPPED}")
    assert partial > 10


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_runs_that_were_not_selected_are_missing(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    tests = REFUSED + """
    def test_depends(invapi):
        assert is_as_assumed(invapi)
    """  # fmt: skip
    result = run(pytester, tests, "--invapi-assumptions=each", "-k", "as-assumed", *workers)
    result.stdout.fnmatch_lines([
        f"invapi assumptions: 1 of {OPTIONS + 1} runs are selected",
        f"{OPTIONS} options were not fully tried: {OPTIONS} of {OPTIONS} runs are missing: {OPTIONS} not selected",
    ])  # fmt: skip
    result.stdout.no_fnmatch_line(NO_DIFFERENCE)
    result = run(pytester, tests, "--invapi-assumptions=each", "-k", "code-message", *workers)
    result.stdout.fnmatch_lines(
        [f"* of {OPTIONS} runs are missing: {OPTIONS - 1} not selected, 1 without a run under the defaults *",
         "fails under A-06=code-message, and has not run under the defaults: *::test_depends"]
    )  # fmt: skip
    result.stdout.no_fnmatch_line("*1 depends on*")


def test_only_the_run_of_a_crashed_worker_is_missing(pytester: pytest.Pytester) -> None:
    result = run(pytester, REFUSED + """
    def test_crashes(invapi):
        if not is_as_assumed(invapi):
            os._exit(1)

    def test_depends(invapi):
        assert is_as_assumed(invapi)
    """, "--invapi-assumptions=each", "-n", "2", "--max-worker-restart=9")  # fmt: skip
    result.stdout.fnmatch_lines([
        "A-06, *: 1 depends on `all-four`, not `code-message` (not tried on 1 more)",
        "    *::test_depends",
        f"1 option was not fully tried: 1 of {2 * OPTIONS} runs are missing: 1 {STOPPED}",
    ])  # fmt: skip
    result.stdout.no_fnmatch_line("*::test_crashes")


def test_a_skip_under_an_option_is_missing_and_another_outcome_is_a_difference(
    pytester: pytest.Pytester,
) -> None:
    result = run(pytester, REFUSED + """
    def test_skips(invapi):
        if not is_as_assumed(invapi):
            pytest.skip("nothing to see")

    @pytest.mark.xfail
    def test_expected_to_fail(invapi):
        assert is_as_assumed(invapi)
    """, "--invapi-assumptions=each", "--junitxml=junit.xml")  # fmt: skip
    told = [
        "A-06, *: 1 depends on `all-four`, not `code-message` (not tried on 1 more)",
        f"{OPTIONS - 1} other options make no difference to any test",
        f"1 option was not fully tried: 1 of {2 * OPTIONS} runs are missing: 1 skipped",
    ]
    result.stdout.fnmatch_lines([told[0], "    *::test_expected_to_fail", *told[1:]])
    written = (pytester.path / "junit.xml").read_text(encoding="utf-8")
    assert f'<property name="invapi_assumptions" value="{told[2]}"' in written


def test_files_and_tests_that_were_left_out_limit_what_is_said(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_broken="import no_such_module\n")
    result = run(pytester, """
    def test_right(invapi):
        pass
    """, "--invapi-assumptions=each", "--continue-on-collection-errors")  # fmt: skip
    result.stdout.fnmatch_lines(
        [f"{OPTIONS} options were not fully tried: files skipped or not collected: 1"]
    )
    result.stdout.no_fnmatch_line(NO_DIFFERENCE)


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_deselected_tests_limit_what_is_said(pytester: pytest.Pytester, workers: tuple[str, ...]) -> None:
    result = run(pytester, """
    def test_right(invapi):
        pass

    def test_left_out(invapi):
        pass
    """, "--invapi-assumptions=each", "-k", "right", *workers)  # fmt: skip
    result.stdout.fnmatch_lines(
        [f"{OPTIONS} other options make no difference to any test that was run under them"]
    )


def test_no_option_is_tried_without_a_test_that_uses_an_emulator(pytester: pytest.Pytester) -> None:
    result = run(pytester, """
    def test_elsewhere():
        pass
    """, "--invapi-assumptions=each")  # fmt: skip
    result.stdout.fnmatch_lines([f"{OPTIONS} options were not fully tried: no test was run under them"])
    result.stdout.no_fnmatch_line(NO_DIFFERENCE)


OWN_OPTIONS = """
    @pytest.mark.parametrize("option", ["A-12=no", "A-04=honest"])
    def test_own(invapi, option):
        invapi.assume(dict([option.split("=")]))

    @pytest.mark.parametrize("option", ["A-04=honest"])
    @pytest.mark.parametrize("other", ["A-06=code-message", "as-assumed"])
    def test_two(invapi, option, other):
        assert is_as_assumed(invapi)

    @pytest.mark.parametrize("option", ["A-04=honest", "as-assumed"])
    def test_elsewhere(option):
        pass

    class TestGroup:
        @pytest.mark.xdist_group("g")
        def test_fails(self, invapi):
            assert False
"""  # fmt: skip


@pytest.mark.parametrize("workers", [(), ("-n", "2", "--dist=loadgroup")])
def test_ids_of_a_test_that_look_like_options_are_not_options(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    flags = ("--invapi-assumptions=each", "--junitxml=junit.xml", *workers)
    result = run(pytester, REFUSED + "    import pytest\n" + OWN_OPTIONS, *flags)
    runs = 5 * (OPTIONS + 1)
    result.stdout.fnmatch_lines([
        f"invapi assumptions: {runs} runs, 5 tests under the defaults and {OPTIONS} other options each",
        f"invapi assumptions: {runs} of {runs} runs have ended",
        "A-06, *: 2 depend on `all-four`, not `code-message` (not tried on *",
        "    *::test_two[[]A-06=code-message-A-04=honest]",
        "    *::test_two[[]as-assumed-A-04=honest]",
    ])  # fmt: skip
    result.stdout.no_fnmatch_line("*not selected*")
    result.stdout.no_fnmatch_line("*has not run under the defaults*")
    repeats = [line for line in result.outlines if line.startswith("pytest ")]
    assert repeats
    assert all("::TestGroup::test_fails[as-assumed]'" in line for line in repeats), repeats
    written = (pytester.path / "junit.xml").read_text(encoding="utf-8")
    assert "not selected" not in written
    assert f"of {5 * OPTIONS} runs are missing" in written


def test_runs_whose_test_chose_another_option_say_nothing(pytester: pytest.Pytester) -> None:
    result = run(pytester, REFUSED + """
    import pytest

    @pytest.mark.invapi(assume={"A-06": "all-four"})
    def test_its_marker(invapi):
        assert is_as_assumed(invapi)

    def test_an_imported_world(invapi):
        invapi.import_({"assume": {}, "vms": [{"id": 5}]})
        assert is_as_assumed(invapi)

    def test_an_account_that_is_closed(invapi_server):
        with invapi_server.account(assume={"A-06": "all-four"}) as account:
            assert is_as_assumed(account)
    """, "--invapi-assumptions=each")  # fmt: skip
    told = [line for line in result.outlines if "make no difference" in line or "not fully tried" in line]
    (only,) = told
    missing, total = OPTIONS + 2 * len(ASSUMPTIONS["A-06"].others), 3 * OPTIONS
    assert only.startswith(
        f"{OPTIONS} options were not fully tried: {missing} of {total} runs are missing: {missing} with another"
    )


def test_tests_that_call_by_another_account_are_named(pytester: pytest.Pytester) -> None:
    result = run(pytester, """
    def restored(url, token):
        form = urllib.parse.urlencode({"action": "restore_snapshot", "token": token, "id": 12345, "name": "nope"})
        with urllib.request.urlopen(url + "/vm.php", form.encode()) as answer:
            return json.load(answer)

    def test_over_http(invapi):
        with urllib.request.urlopen(invapi.url + "/_emulator/accounts", b'{"scenario":"one-vm"}') as made:
            token = json.load(made)["token"]
        assert "error" in restored(invapi.url, token)

    def test_demo(invapi):
        assert "error" in restored(invapi.url, "HOSTKEY_TOKEN")

    def test_own(invapi):
        assert invapi.vms
    """, "--invapi-assumptions=each")  # fmt: skip
    result.stdout.fnmatch_lines([
        f"{OPTIONS} other options make no difference to any test that was run under them",
        "2 tests use an emulator, but were not run under the other options, *:",
        "    *::test_demo", "    *::test_over_http",
    ])  # fmt: skip

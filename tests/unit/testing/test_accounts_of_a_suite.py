"""The plugin in suites that come to accounts in other ways than by its fixtures, or that name things as it does."""

import pytest

import invapi_emulator.control.routes  # noqa: F401 - see test_pytest_plugin
from tests.unit.testing.test_pytest_plugin import run

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.acceptance  # each is a separate pytest process


def test_fixtures_of_other_people_may_have_our_names(pytester: pytest.Pytester) -> None:
    result = run(pytester, """
    @pytest.fixture
    def invapi():
        return "somebody's own"

    def test_fails(invapi):
        assert invapi == ""

    def test_goes_on(invapi):
        assert invapi
    """, "--invapi-assumptions=each")  # fmt: skip
    result.assert_outcomes(passed=1, failed=1)


def test_accounts_are_known_however_a_test_comes_to_them(pytester: pytest.Pytester) -> None:
    result = run(pytester, """
    import unittest
    from invapi_emulator.testing import Emulator

    @pytest.fixture
    def broken(invapi):
        call(invapi, "create_snapshot", name="of-set-up")
        invapi.fault("reject")
        assert False

    def test_set_up(broken):
        pass

    def test_dynamic(request):
        account = request.getfixturevalue("invapi")
        call(account, "create_snapshot", name="of-dynamic")
        assert False

    def test_dynamic_fault(request):
        request.getfixturevalue("invapi").fault("reject")

    def test_skipped(invapi):
        invapi.fault("reject")
        pytest.skip("later")

    class TestOld(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            cls.emulator = Emulator()
            cls.account = cls.emulator.account()
            cls.addClassCleanup(cls.emulator.close)

        def test_old(self):
            call(self.account, "create_snapshot", name="of-a-class")
            self.fail()

        def test_unused(self):
            self.account.fault("reject")

    def test_a_server_that_ends_first():
        with Emulator() as emulator:
            emulator.account().fault("reject")

    def test_an_account_that_is_removed(invapi_server):
        account = invapi_server.account()
        account.fault("reject")
        invapi_server.control("DELETE", f"/accounts/{account.name}")

    def test_an_account_of_the_fixture_that_is_removed(invapi):
        invapi.emulator.control("DELETE", f"/accounts/{invapi.name}")

    def test_with_the_way_lost(invapi_server):
        account = invapi_server.account()
        account.fault("reject")
        account.name = "no such"
        assert False
    """)  # fmt: skip
    result.assert_outcomes(passed=3, failed=5, errors=1, skipped=1)
    for name in ("of-set-up", "of-dynamic", "of-a-class"):
        result.stdout.fnmatch_lines([f"*vm/create_snapshot * name={name} -> OK, key *"])
    assert result.stdout.str().count("should fire 1 time, but fired 0 times") == 2


def test_markers_add_to_each_other_and_refuse_what_they_do_not_know(pytester: pytest.Pytester) -> None:
    result = run(pytester, """
    pytestmark = pytest.mark.invapi(scenario="one-vm", seed=3)

    @pytest.mark.invapi(clock="auto")
    @pytest.mark.invapi(seed=5, clock="real")
    def test_merged(invapi):
        assert (invapi.vms, invapi.clock["mode"], invapi.seed) == ([12345], "real", 5)

    @pytest.mark.invapi("one-vm", scenery="x")
    def test_refused(invapi):
        pass
    """)  # fmt: skip
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["the marker invapi takes *scenario=* and not 'one-vm', scenery; did you mean 'scenario'?"]
    )


@pytest.mark.parametrize("way", ["flag", "conftest"])
def test_the_plugin_may_be_named_twice(pytester: pytest.Pytester, way: str) -> None:
    if way == "conftest":
        pytester.makeconftest('pytest_plugins = ["invapi_emulator.pytest_plugin"]')
    flags = ["-p", "invapi_emulator.pytest_plugin"] if way == "flag" else []
    run(pytester, """
    def test_works(invapi):
        assert invapi.vms
    """, *flags).assert_outcomes(passed=1)  # fmt: skip


def test_tests_that_other_options_do_not_reach_are_named(pytester: pytest.Pytester) -> None:
    pytester.makefile(".feature", "Feature: f\n  Scenario: s\n    When it is called\n")
    pytester.makeini("[pytest]\nbdd_features_base_dir = .")
    result = run(pytester, """
    import unittest
    from invapi_emulator.testing import Emulator
    from pytest_bdd import scenario, when

    @scenario("test_tests_that_other_options_do_not_reach_are_named.feature", "s")
    def test_bdd():
        pass

    @when("it is called")
    def called(invapi):
        assert call(invapi, "get_snapshot")["result"] == "OK"

    class TestOld(unittest.TestCase):
        def test_old(self):
            with Emulator() as emulator, emulator.account() as account:
                call(account, "get_snapshot")

    def test_dynamic(request):
        request.getfixturevalue("invapi")

    @pytest.fixture(scope="module")
    def shared(invapi_server):
        with invapi_server.account() as account:
            yield account

    def test_of_a_shared_account(shared):
        call(shared, "get_snapshot")

    def test_reached(invapi):
        call(invapi, "get_snapshot")

    def test_elsewhere():
        pass
    """, "--invapi-assumptions=each", plugins=["pytest_bdd.plugin"])  # fmt: skip
    assert result.ret == 0
    result.stdout.fnmatch_lines([
        "* other options make no difference to any test that was run under them",
        "4 tests use an emulator, but were not run under the other options, *:",
        "    *::TestOld::test_old", "    *::test_bdd", "    *::test_dynamic", "    *::test_of_a_shared_account",
    ])  # fmt: skip


def test_chosen_options_reach_every_emulator(pytester: pytest.Pytester) -> None:
    run(pytester, """
    import unittest
    from invapi_emulator.testing import Emulator

    class TestOld(unittest.TestCase):
        def test_old(self):
            with Emulator() as emulator, emulator.account() as account:
                assert "callback" in call(account, "get_snapshot")
                assert "snapshots" not in call(account, "get_snapshot")
    """, "--invapi-assumptions=A-18=no").assert_outcomes(passed=1)  # fmt: skip

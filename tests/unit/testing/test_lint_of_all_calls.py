"""`--invapi-lint` looks at each call in the test that made it, or says that it did not."""

import pytest

import invapi_emulator.control.routes  # noqa: F401 - see test_pytest_plugin
from tests.unit.testing.test_pytest_plugin import run

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.acceptance  # each is a separate pytest process

BAD = """
    import threading
    import unittest
    from invapi_emulator.testing import Emulator
    from invapi_emulator.testing.unittest import InvapiTestCase

    def bad(account):
        urllib.request.urlopen(f"{account.url}/vm.php?action=get_snapshot&id=12345&token={account.token}").read()

    @pytest.fixture(scope="module")
    def shared(invapi_server):
        with invapi_server.account(name="shared") as account:
            yield account

"""
TEXT = "lint error secrets-in-the-query in account shared: *; calls {}. *"
HEADING = "*invapi lint: calls that were not looked at in their test*"


def test_accounts_that_are_closed_within_the_test_are_looked_at(pytester: pytest.Pytester) -> None:
    result = run(pytester, BAD + """
    def test_block(invapi_server):
        with invapi_server.account() as account:
            bad(account)

    def test_closed(invapi_server):
        account = invapi_server.account()
        bad(account)
        account.close()

    def test_fixture_closed(invapi):
        bad(invapi)
        invapi.close()

    def test_emulator():
        with Emulator() as emulator, emulator.account() as account:
            bad(account)

    def test_emulator_closed_with_its_account():
        emulator = Emulator()
        bad(emulator.account())
        emulator.close()

    def test_thread(invapi_server):
        def work():
            with invapi_server.account() as account:
                bad(account)

        thread = threading.Thread(target=work)
        thread.start()
        thread.join()

    class TestCase(InvapiTestCase):
        def test_case(self):
            bad(self.invapi)

    def test_right(invapi_server):
        with invapi_server.account() as account:
            account.call("eq", "list")
    """, "--invapi-lint=error")  # fmt: skip
    result.assert_outcomes(passed=1, failed=7)
    text = result.stdout.str()
    assert text.count("lint error secrets-in-the-query in account") == 7
    assert text.count("vm/get_snapshot id=12345 -> OK") == 7
    result.stdout.no_fnmatch_line(HEADING)


def test_calls_of_a_set_up_fail_the_test_and_those_of_a_teardown_are_an_error(
    pytester: pytest.Pytester,
) -> None:
    result = run(pytester, BAD + """
    @pytest.fixture
    def before(invapi):
        bad(invapi)

    @pytest.fixture
    def after(invapi):
        yield
        bad(invapi)

    def test_before(before):
        pass

    def test_after(after):
        pass
    """, "--invapi-lint=error")  # fmt: skip
    result.assert_outcomes(passed=1, failed=1, errors=1)


def test_a_test_is_to_blame_for_its_own_calls_only(pytester: pytest.Pytester) -> None:
    result = run(pytester, BAD + """
    def test_leaves_it_open(invapi_server):
        bad(invapi_server.account(name="left-open"))

    def test_without_a_fixture():
        pass

    def test_right(invapi):
        invapi.call("eq", "list")

    def test_first(shared):
        bad(shared)

    def test_second(shared):
        shared.call("eq", "list")

    def test_third(shared):
        bad(shared)

    def test_fails_anyway(shared):
        bad(shared)
        assert False

    def test_skipped(shared):
        bad(shared)
        pytest.skip("later")

    def test_last(shared):
        pass
    """, "--invapi-lint=error")  # fmt: skip
    result.assert_outcomes(passed=4, failed=4, skipped=1)
    result.stdout.fnmatch_lines(["lint error * in account left-open: *; calls #1. *"])
    result.stdout.fnmatch_lines([
        TEXT.format("#1"),
        "lint error * in account shared: *(fields: 'token', also of earlier calls); calls #3. *",
    ])  # fmt: skip
    result.stdout.no_fnmatch_line(HEADING)


@pytest.mark.parametrize("workers", [(), ("-n", "2")])
def test_calls_that_cannot_be_looked_at_are_named(
    pytester: pytest.Pytester, workers: tuple[str, ...]
) -> None:
    result = run(pytester, BAD + """
    @pytest.mark.invapi(name="many")
    def test_many(invapi):
        bad(invapi)
        for _ in range(1000):
            invapi.call("eq", "list")

    @pytest.mark.invapi(name="cleared")
    def test_cleared(invapi):
        bad(invapi)
        invapi.clear_requests()
        invapi.call("eq", "list")

    @pytest.mark.invapi(name="removed")
    def test_removed(invapi):
        bad(invapi)
        invapi.emulator.control("DELETE", "/accounts/removed")

    def test_many_in_all(shared):
        for _ in range(600):
            shared.call("eq", "list")

    def test_many_in_all_again(shared):
        for _ in range(600):
            shared.call("eq", "list")

    def test_reset(invapi):
        invapi.call("eq", "list")
        invapi.reset()
    """, "--invapi-lint=error", "--junitxml=junit.xml", *workers)  # fmt: skip
    result.assert_outcomes(passed=6)
    told = {
        "many": "account many: 1 of 1001 calls were cleared, or are no longer kept",
        "cleared": "account cleared: 1 of 2 calls were cleared, or are no longer kept",
        "removed": "account removed: its calls cannot be read any more: 404 account_not_found: *",
    }
    result.stdout.fnmatch_lines([HEADING])
    for name, text in told.items():
        result.stdout.fnmatch_lines([f"*::test_{name}: {text}"])
    assert sum(": account " in line for line in result.outlines) == len(told)
    written = (pytester.path / "junit.xml").read_text(encoding="utf-8")
    assert f'<property name="invapi_lint_incomplete" value="{told["many"]}"' in written


def test_what_shows_only_in_a_later_test_is_named(pytester: pytest.Pytester) -> None:
    result = run(pytester, BAD + """
    def test_gives_up(shared):
        key = shared.call("vm", "create_snapshot", id=12345, name="a")["callback"]
        shared.check(key)

    def test_later(shared):
        shared.advance_until_idle()
    """, "--invapi-lint=error")  # fmt: skip
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines([
        HEADING,
        "*::test_later: account shared: calls #2 of an earlier test break gives-up-early (error), which shows only now",
    ])  # fmt: skip


def test_a_complete_lint_says_nothing(pytester: pytest.Pytester) -> None:
    result = run(pytester, BAD + """
    def test_right(invapi):
        invapi.call("eq", "list")
    """, "--invapi-lint=notice")  # fmt: skip
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*invapi lint*")


def test_calls_of_an_account_that_was_made_again_with_its_name_are_named(pytester: pytest.Pytester) -> None:
    result = run(pytester, BAD + """
    def made_again(account, **same):
        account.emulator.control("DELETE", f"/accounts/{account.name}")
        account.emulator.control("POST", "/accounts", {"name": account.name, "token": account.token} | same)

    @pytest.mark.invapi(name="mine")
    def test_of_its_own(invapi):
        bad(invapi)
        made_again(invapi)

    @pytest.mark.invapi(name="longer")
    def test_with_more_calls_than_before(invapi):
        bad(invapi)
        made_again(invapi)
        for _ in range(5):
            invapi.call("eq", "list")

    def test_calls_something_wrong_afterwards(invapi):
        made_again(invapi)
        bad(invapi)

    def test_shared(shared):
        for _ in range(5):
            shared.call("eq", "list")

    def test_shared_with_all_that_it_had(shared):
        had = {part: getattr(shared, part) for part in ("api_key", "user", "password")}
        made_again(shared, **had)

    def test_right_again(shared):
        shared.call("eq", "list")

    def test_reset(invapi):
        invapi.reset(seed=9)
        state = invapi.export()
        invapi.import_(state)
        invapi.call("eq", "list")
    """, "--invapi-lint=error")  # fmt: skip
    result.assert_outcomes(passed=6, failed=1)
    why = "its calls cannot be read any more: it was removed, and another was made with its name"
    result.stdout.fnmatch_lines([
        HEADING,
        f"*::test_of_its_own: account mine: {why}",
        f"*::test_with_more_calls_than_before: account longer: {why}",
        f"*::test_calls_something_wrong_afterwards: account *: {why}",
        f"*::test_shared_with_all_that_it_had: account shared: {why}",
        "FAILED *::test_calls_something_wrong_afterwards*",
    ])  # fmt: skip
    assert result.stdout.str().count(why) == 4

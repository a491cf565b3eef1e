"""`--invapi-lint`: a test fails for what the lint rules find in its calls."""

import pytest

import invapi_emulator.control.routes  # noqa: F401 - see test_pytest_plugin
from tests.unit.testing.test_pytest_plugin import run

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.acceptance  # each is a separate pytest process

TESTS = """
    def test_misspelt(invapi):
        invapi.call("vm", "create_snapshot", id=12345, nmae="a", name="b")

    def test_right(invapi):
        invapi.call("eq", "show", id=12345)
        assert invapi.report() == []

    def test_closed(invapi):
        invapi.call("eq", "show", id=12345, typo=1)
        assert [finding["id"] for finding in invapi.report()] == ["unread-fields"]
        invapi.close()

    def test_without_an_account():
        pass

    @pytest.mark.xfail(strict=True)
    def test_that_fails_anyway(invapi):
        invapi.call("eq", "show", id=12345, typo=1)
        assert False
"""


def test_a_finding_of_the_severity_fails_the_test_with_words(pytester: pytest.Pytester) -> None:
    result = run(pytester, TESTS, "--invapi-lint=notice")
    result.assert_outcomes(passed=2, failed=2, xfailed=1)
    result.stdout.fnmatch_lines([
        "lint * unread-fields in account account-*(fields: 'nmae'); calls #1. * See docs/reference/lint-rules.md#unread-fields",
    ])  # fmt: skip


def test_a_lesser_finding_and_no_option_fail_nothing(pytester: pytest.Pytester) -> None:
    for flags in (("--invapi-lint=error",), ()):
        run(pytester, TESTS, *flags).assert_outcomes(passed=4, xfailed=1)


def test_another_severity_is_refused(pytester: pytest.Pytester) -> None:
    result = run(pytester, TESTS, "--invapi-lint=fatal")
    assert result.ret == pytest.ExitCode.USAGE_ERROR

"""What the output of a failing test says: the journal, hints and misuse."""

import pytest

import invapi_emulator.control.routes  # noqa: F401 - see test_pytest_plugin
from tests.unit.testing.test_pytest_plugin import run

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.acceptance  # each is a separate pytest process


@pytest.fixture(autouse=True)
def no_server_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INVAPI_EMULATOR_URL", raising=False)


def test_the_journal_says_what_was_answered_and_collapses_polls(pytester: pytest.Pytester) -> None:
    result = run(pytester, """
    @pytest.fixture(scope="session")
    def shared(invapi_server):
        with invapi_server.account(seed=1) as account:
            account.advance(1000)
            yield account

    def test_earlier(shared):
        shared.advance(500)

    def test_fails(shared):
        key = shared.call("vm", "create_snapshot", id=12345, name="nightly")["callback"]
        other = shared.call("eq", "off", id=12346)["callback"]
        for _ in range(24):
            shared.check(key)
            shared.check(other)
        shared.advance(90)
        shared.check(key)
        shared.fault("task_fails", error="no space left")
        key = shared.call("vm", "create_snapshot", id=12345, name="weekly")["callback"]
        shared.advance(90)
        shared.check(key)
        shared.fault("lost_reply")
        with pytest.raises(OSError):
            shared.call("vm", "get_snapshot", id=12345)
        assert False

    @pytest.mark.invapi(scenario="at-the-limit", seed=2)
    def test_refused(invapi):
        invapi.call("vm", "create_snapshot", id=12345, name="a b", nmae="typo")
        invapi.call("vm", "create_snapshot", id=12345, name="fifth")
        for _ in range(60):
            invapi.call("eq", "show", id=12345)
            invapi.call("vm", "no_such", id=12345)
        invapi.call("vm", "update_restore_settings", id=12345, exclude_rotations="x", token=invapi.token)
        invapi.call("vm", "get_snapshot", id=12345)
        assert False
    """)  # fmt: skip
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines([
        "*invapi account account-*, scenario demo, seed 1*",
        "clock: frozen, now +180 s (times since the start of the test: *",
        "+0 s / +*vm/create_snapshot id=12345 name=nightly -> OK, key ????????…",
        "+0 s / +*eq/off id=12346 -> OK, key ????????…",
        "+0 s / +*eq_callback/check key=????????… -> Not ready ×24 (to +0 s / +* s)",
        "+0 s / +*eq_callback/check key=????????… -> Not ready ×24 (to +0 s / +* s)",
        '+90 s / +*eq_callback/check key=????????… -> OK "Snapshot nightly created"',
        "+90 s / +*vm/create_snapshot id=12345 name=weekly -> OK, key ????????… [[]task_fails]",
        '+180 s / +*eq_callback/check key=????????… -> Fail "no space left"',
        "+180 s / +*vm/get_snapshot id=12345 -> no answer: the connection was cut, but it started the task with key ????????… [[]lost_reply]",
        "task * create_snapshot nightly of 12345: +0 s to +* s, done",
        "task * create_snapshot weekly of 12345: +90 s to +* s, *: no space left*",
        "*invapi account account-*, scenario at-the-limit, seed 2*",
        "… 74 older lines of calls",
        "* eq/show id=12345 -> OK, rent, power_*",
        "* vm/update_restore_settings id=12345 exclude_rotations=x -> *, unread: exclude_rotations; did you mean 'exclude_rotation'?",
        "* vm/get_snapshot id=12345 -> OK, 4 of 4 snapshots, rotation off, key ????????…",
    ])  # fmt: skip
    result.stdout.no_fnmatch_line("hint: *")


def test_hints_name_the_likely_cause(pytester: pytest.Pytester) -> None:
    result = run(pytester, """
    def start(account, action="create_snapshot", vm=12345, module="vm", **fields):
        return account.call(module, action, id=vm, **fields)["callback"]

    def polled(account, key, times):
        return [account.check(key)["result"] for _ in range(times)]

    def test_frozen(invapi):
        assert "OK" in polled(invapi, start(invapi, name="a"), 24)

    def test_after_the_end(invapi):
        key = start(invapi, name="a")
        invapi.advance_until_idle()
        assert polled(invapi, key, 2) == ["OK", "OK"]

    def test_power(invapi):
        start(invapi, "off", module="eq")
        assert "off" in [invapi.call("eq", "show", id=12345)["server_data"]["status"] for _ in range(3)]

    def test_refused_power(invapi):
        start(invapi, name="a")
        assert invapi.call("eq", "off", id=12345)["reason"] == "vm_locked"
        invapi.advance(3600)
        assert "off" in [invapi.call("eq", "show", id=12345)["server_data"]["status"] for _ in range(4)]

    @pytest.mark.invapi(clock="auto")
    def test_without_cause(invapi):
        assert polled(invapi, start(invapi, name="a"), 2) == ["Not ready", "OK"]
        polled(invapi, start(invapi, name="b"), 2)
        assert False, "for another reason"

    def test_few_polls_and_an_advance(invapi):
        key = start(invapi, name="a")
        polled(invapi, key, 9)
        invapi.advance(90)
        polled(invapi, key, 1)
        polled(invapi, start(invapi, name="b"), 4)
        for _ in range(3):
            invapi.call("eq", "show", id=12345)
        assert False, "for another reason"
    """)  # fmt: skip
    result.assert_outcomes(failed=6)
    result.stdout.fnmatch_lines([
        "hint: the clock did not move during 24 checks of this key: call `invapi.advance(...)` or use `clock=?auto?` (key *",
        "hint: this key was checked after its OK: *",
        "hint: VM 12345 is locked by off and was asked for its power 3 times: check the key ????????… until OK or Fail instead",
        "hint: off of VM 12345 was refused, as a task had locked it, and its power was then asked for 4 times: wait for the *",
    ])  # fmt: skip
    assert result.stdout.str().count("hint: ") == 4


def test_an_account_that_the_failure_closes_is_shown_too_and_a_login_says_when_it_expires(
    pytester: pytest.Pytester,
) -> None:
    result = run(pytester, """
    def test_of_another(invapi, invapi_server):
        with invapi_server.account(name="closed") as other:
            other.call("eq", "list", **{"\\x1b]0;pwned\\x07\\n::error::x": 1})
            other.call("auth", "login", key=other.api_key, ttl=3600)
            key = other.call("vm", "get_snapshot", id=12345)["callback"]
            other.call("eq_callback", "check", key=key, token=other.token)
            assert other.call("eq", "show", id=1)["result"] == "OK"

    def test_passes(invapi_server):
        with invapi_server.account(name="kept"):
            pass

    def test_of_its_own(invapi):
        assert False
    """)  # fmt: skip
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines([
        "*invapi account closed, scenario demo, seed *",
        "+0 s / +* s  auth/login *-> OK, token expires +3??? s",
        "+0 s / +* s  eq/show id=1 -> refused vm_not_found*",
    ])  # fmt: skip
    told = result.stdout.str()
    assert told.count("invapi account closed") == 1
    assert "unread: token" not in told
    assert "invapi account kept" not in told
    assert "\\x1b]0;pwned\\x07\\n::error::x" in told
    assert "\x1b]0" not in told
    assert "\n::error::" not in told


def test_a_misuse_shows_the_sentence_and_the_line_of_the_test(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    suite = """
    def test_kind(invapi):
        invapi.fault("task_fail")

    def test_field(invapi):
        invapi.fault("latency", secnds=3)

    def test_field_of_a_match(invapi):
        invapi.fault("reject", match={"acton": "check"})

    def test_action(invapi):
        invapi.fault("reject", match={"action": "create_snapsht"})

    def test_filter(invapi):
        invapi.verify(action="chek", count=1)

    def test_field_of_a_filter(invapi):
        invapi.requests(acton="check")

    @pytest.mark.invapi(scenario="at-the-limits")
    def test_scenario(invapi):
        pass

    @pytest.mark.invapi(scenari="demo")
    def test_marker(invapi):
        pass
    """
    result = run(pytester, suite)
    result.assert_outcomes(failed=6, errors=2)
    result.stdout.fnmatch_lines_random([
        '>       invapi.fault("task_fail")',
        "E  *422 invalid: kind: 'task_fail': unknown kind of fault (known: *); did you mean 'task_fails'?",
        "E  *422 invalid: secnds: unknown field; did you mean 'seconds'?",
        "E  *422 invalid: match.acton: unknown field; did you mean 'action'?",
        "E  *422 invalid: match.action: 'create_snapsht': *; did you mean 'create_snapshot'?",
        "E  *422 invalid: action: 'chek': unknown action (known: *); did you mean 'check'?",
        "E  *422 invalid: acton: unknown field; did you mean 'action'?",
        "fixture invapi: 422 invalid: scenario: *; did you mean 'at-the-limit'?",
        '  *.py:*: @pytest.mark.invapi(scenario="at-the-limits")',
        "the marker invapi takes *; did you mean 'scenario'?",
        '  *.py:*: @pytest.mark.invapi(scenari="demo")',
    ])  # fmt: skip
    result.stdout.no_fnmatch_line("*server?invapi_emulator*")
    monkeypatch.setenv("INVAPI_EMULATOR_URL", "http://127.0.0.1:1")
    result = run(pytester, suite, "-k", "test_kind")
    result.stdout.fnmatch_lines([
        "fixture invapi: no emulator answers at http://127.0.0.1:1: *(INVAPI_EMULATOR_URL is set: *",
        "  *.py:*: def test_kind(invapi):",
    ])  # fmt: skip
    result.stdout.no_fnmatch_line("*server?invapi_emulator*")

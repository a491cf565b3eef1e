"""The hint of a failing test about a change that was sent again after its answer was lost."""

import pytest

import invapi_emulator.control.routes  # noqa: F401 - see test_pytest_plugin
from tests.unit.testing.test_pytest_plugin import run

pytest_plugins = ["pytester"]
pytestmark = pytest.mark.acceptance  # each is a separate pytest process


@pytest.fixture(autouse=True)
def no_server_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INVAPI_EMULATOR_URL", raising=False)


def test_a_change_repeated_after_a_lost_answer_is_named_with_what_the_repeat_did(
    pytester: pytest.Pytester,
) -> None:
    result = run(pytester, """
    import http.client, urllib.parse

    def attempt(account, module, action, timeout=60, **fields):
        server = urllib.parse.urlsplit(account.url)
        connection = http.client.HTTPConnection(server.hostname, server.port, timeout=timeout)
        form = urllib.parse.urlencode({"action": action, "token": account.token, **fields})
        try:
            connection.request("POST", f"/{module}.php", form, {"Content-Type": "application/x-www-form-urlencoded"})
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()

    def snapshot(account, timeout=60, name="nightly"):
        attempt(account, "vm", "create_snapshot", timeout, id=12345, name=name)

    def test_locked(invapi):
        invapi.fault("lost_reply")
        for _ in range(3):
            snapshot(invapi)
        assert False, "locked"

    @pytest.mark.invapi(scenario="one-vm")
    def test_done_again(invapi):
        invapi.fault("truncated_body")
        attempt(invapi, "eq", "reboot", id=12345)
        invapi.advance_until_idle()
        attempt(invapi, "eq", "reboot", id=12345)
        assert False, "again"

    def test_timeout(invapi):
        invapi.fault("latency", seconds=600)
        snapshot(invapi, timeout=0.2)
        snapshot(invapi)
        assert False, "timeout"

    def test_refused_but_done(invapi):
        invapi.fault("rejected_but_done")
        snapshot(invapi)
        snapshot(invapi)
        assert False, "refused"

    def test_order(invapi):
        order = {"preset": "vm.pico", "location_name": "NL", "os_id": 187, "hostname": "a.example.com",
                 "deploy_period": "monthly", "root_pass": "Secret-42"}
        invapi.fault("lost_reply")
        attempt(invapi, "eq", "order_instance", **order)
        attempt(invapi, "eq", "order_instance", **order)
        assert False, "order"
    """)  # fmt: skip
    result.assert_outcomes(failed=5)
    again = "the same call was then sent again without a look in between, and"
    look = "look first, and repeat only what is missing (docs/reference/lint-rules.md#"
    snapshot = "hint: create_snapshot of VM 12345 was carried out (key ????????…), but"
    result.stdout.fnmatch_lines([
        f"{snapshot} its answer was lost [[]lost_reply]; {again} was refused as vm_locked ×2: {look}blind-repeat)",
        f"hint: reboot of * (key ????????…), but its answer was lost [[]truncated_body]; {again} did it again (key ????????…): *",
        f"{snapshot} the client did not wait for its answer [[]latency]; {again} was refused as vm_locked: *",
        f"{snapshot} its answer was a refusal [[]rejected_but_done]; {again} was refused as vm_locked: *",
        f"hint: order_instance was carried out*, but its answer was lost [[]lost_reply]; {again} did it again*: {look}orders-twice)",
    ])  # fmt: skip
    assert result.stdout.str().count("hint: ") == 5


def test_a_repeat_after_a_look_or_of_what_was_not_done_has_no_hint(pytester: pytest.Pytester) -> None:
    result = run(pytester, """
    def attempt(account, module, action, **fields):
        try:
            return account.call(module, action, **fields)
        except (OSError, ValueError):
            return {}

    def snapshot(account):
        return attempt(account, "vm", "create_snapshot", id=12345, name="nightly")

    def test_after_a_look(invapi):
        invapi.fault("lost_reply", match={"action": "create_snapshot"})
        snapshot(invapi)
        invapi.call("eq", "show", id=12345)
        snapshot(invapi)
        assert False, "another reason"

    def test_an_order_after_a_list_of_servers(invapi):
        order = {"preset": "vm.pico", "location_name": "NL", "os_id": 187, "root_pass": "Secret-42"}
        invapi.fault("lost_reply", match={"action": "order_instance"})
        attempt(invapi, "eq", "order_instance", **order)
        invapi.call("auth", "info")
        attempt(invapi, "eq", "order_instance", **order)
        assert False, "another reason"

    def test_a_read(invapi):
        invapi.fault("lost_reply", times=2)
        attempt(invapi, "vm", "get_snapshot", id=12345)
        attempt(invapi, "vm", "get_snapshot", id=12345)
        invapi.call("vm", "get_snapshot", id=12345)
        assert False, "another reason"

    @pytest.mark.parametrize("kind", ["connection_reset", "empty_reply"])
    def test_not_done(invapi, kind):
        invapi.fault(kind)
        snapshot(invapi)
        snapshot(invapi)
        assert False, "another reason"

    def test_late_but_read(invapi):
        invapi.fault("latency", seconds=0.01)
        snapshot(invapi)
        snapshot(invapi)
        assert False, "another reason"

    def test_a_setting(invapi):
        invapi.fault("lost_reply")
        for _ in range(2):
            attempt(invapi, "vm", "update_restore_settings", id=12345, enable_rotation=1)
        assert False, "another reason"

    def test_another_vm(invapi):
        invapi.fault("lost_reply")
        attempt(invapi, "eq", "off", id=12345)
        attempt(invapi, "eq", "off", id=12346)
        assert False, "another reason"

    def test_another_world(invapi):
        invapi.fault("lost_reply")
        snapshot(invapi)
        invapi.reset()
        snapshot(invapi)
        assert False, "another reason"

    def test_not_tried_again(invapi):
        invapi.fault("lost_reply", match={"action": "create_snapshot"})
        snapshot(invapi)
        invapi.fault("http_status", status=503)
        snapshot(invapi)
        invapi.call("eq", "show", id=12345)
        assert False, "another reason"
    """)  # fmt: skip
    result.assert_outcomes(failed=10)
    result.stdout.no_fnmatch_line("hint: *")

"""Which repeats of a change the hints of a failing test name, in the process of the test."""

from contextlib import suppress
from typing import Any

import httpx
import pytest

from invapi_emulator.testing.lost_answers import repeated_blindly
from tests.support.harness import Emulator

VM = 12345


def attempt(emulator: Emulator, module: str, action: str, **fields: Any) -> None:
    """Call as a client that goes on without an answer."""
    with suppress(httpx.TransportError):
        emulator.http.post(f"/{module}.php", data={"action": action, "token": emulator.token, **fields})


def hints(emulator: Emulator) -> list[str]:
    return list(repeated_blindly(emulator.requests(), emulator.tasks))


@pytest.mark.parametrize(
    ("kind", "lost"),
    [
        ("lost_reply", "its answer was lost [lost_reply]"),
        ("malformed_json", "its answer was lost [malformed_json]"),
        ("rejected_but_done", "its answer was a refusal [rejected_but_done]"),
    ],
)
def test_a_repeat_that_was_refused_is_counted(emulator: Emulator, kind: str, lost: str) -> None:
    emulator.fault(kind)
    for _ in range(3):
        attempt(emulator, "vm", "create_snapshot", id=VM, name="nightly")
    (hint,) = hints(emulator)
    assert hint.startswith(f"create_snapshot of VM {VM} was carried out (key ")
    assert lost in hint
    assert "was refused as vm_locked \N{MULTIPLICATION SIGN}2" in hint


def test_a_repeat_that_did_it_again_ends_the_hint(emulator: Emulator) -> None:
    emulator.fault("lost_reply")
    for _ in range(3):
        attempt(emulator, "eq", "reboot", id=VM)
        emulator.advance_until_idle()
    (hint,) = hints(emulator)
    assert hint.count("did it again (key ") == 1


def test_an_order_has_a_rule_of_its_own(emulator: Emulator) -> None:
    emulator.fault("lost_reply")
    order = {"preset": "vm.pico", "location_name": "NL", "os_id": 187, "root_pass": "Secret-word1"}
    for _ in range(2):
        attempt(emulator, "eq", "order_instance", **order)
    (hint,) = hints(emulator)
    assert "lint-rules.md#orders-twice" in hint


@pytest.mark.parametrize(
    ("module", "action", "fields"),
    [("vm", "get_snapshot", {"id": VM}), ("eq", "show", {"id": VM}), ("eq", "list", {"full": 1})],
)
def test_a_client_that_looks_first_has_no_hint(
    emulator: Emulator, module: str, action: str, fields: dict[str, Any]
) -> None:
    emulator.fault("lost_reply")
    attempt(emulator, "vm", "create_snapshot", id=VM, name="nightly")
    attempt(emulator, module, action, **fields)
    attempt(emulator, "vm", "create_snapshot", id=VM, name="nightly")
    assert hints(emulator) == []


def test_reads_and_settings_may_be_sent_again(emulator: Emulator) -> None:
    for module, action, fields in (
        ("vm", "get_snapshot", {"id": VM}),
        ("vm", "update_restore_settings", {"id": VM, "enable_rotation": 1}),
        ("tags", "add", {"id": VM, "tag": "a", "value": "b"}),
    ):
        emulator.fault("lost_reply", match={"action": action})
        for _ in range(2):
            attempt(emulator, module, action, **fields)
    assert hints(emulator) == []


def test_a_repeat_after_a_reset_is_of_another_world(emulator: Emulator) -> None:
    emulator.fault("lost_reply")
    for _ in range(2):
        attempt(emulator, "vm", "create_snapshot", id=VM, name="nightly")
    emulator.reset()
    assert hints(emulator) == []


@pytest.mark.parametrize(
    ("field", "values"), [("password", ("one", "two")), ("note", ("A" * 5000 + "1", "A" * 5000 + "2"))]
)
def test_changes_that_look_alike_in_the_journal_have_no_hint(
    emulator: Emulator, field: str, values: tuple[str, str]
) -> None:
    emulator.fault("lost_reply")
    for value in values:
        attempt(emulator, "eq", "reboot", id=VM, **{field: value})
        emulator.advance_until_idle()
    assert hints(emulator) == []

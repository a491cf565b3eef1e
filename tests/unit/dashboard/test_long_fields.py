"""What was sent for tasks can be long: a page shows the beginning, masked."""

import pytest

from tests.support.harness import Emulator, Json
from tests.unit.dashboard.seen import page, vm_page

PASSWORD = "demo-password"
PAGES = ["/_emulator/ui/accounts/demo", vm_page()]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("before", range(4_096 - 70, 4_096 + 2, 4))
def test_a_page_shows_the_beginning_of_a_long_field_without_a_part_of_a_secret(
    emulator: Emulator, path: str, before: int
) -> None:
    emulator.call("eq", "status", id=12345, note="x" * before + PASSWORD + "y" * 10_000, other="z" * 100_000)
    shown = page(emulator, path)
    assert "xxxx" in shown
    assert len(shown) < 100_000
    for length in range(4, len(PASSWORD)):
        assert "x" + PASSWORD[:length] not in shown


SENT: dict[str, Json] = {
    "one long field": {"a": "x" * 5_000},
    "many short fields": {f"f{number}": "1" for number in range(400)},
    "letters that JSON escapes": {"a": "\N{CYRILLIC SMALL LETTER DE}" * 1_500},
    "a long list": {"a[]": ["x" * 50] * 200},
    "a long map": {f"a[k{number}][]": "x" * 50 for number in range(200)},
}
TASKS: dict[str, tuple[str, int | None, Json]] = {
    "get_snapshot": ("vm", 12345, {}),
    "create_snapshot": ("vm", 12345, {"name": "new", "type": "other"}),
    "restore_snapshot": ("vm", 12346, {"name": "tuesday"}),
    "remove_snapshot": ("vm", 12346, {"name": "tuesday"}),
    "load_stats": ("vm", 12345, {}),
    "status": ("eq", 12345, {}),
    "reboot": ("eq", 12345, {}),
    "reinstall": ("eq", 12345, {"os_id": 187, "root_pass": "Secret-word1"}),
    "order_instance": ("eq", None, {"preset": "vm.pico", "location_name": "NL", "os_id": 187, "root_pass": "Secret-word1"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", SENT)
@pytest.mark.parametrize("action", TASKS)
def test_pages_show_every_task_of_which_much_was_sent(emulator: Emulator, action: str, kind: str) -> None:
    module, vm, fields = TASKS[action]
    about: Json = {} if vm is None else {"id": vm}
    started = emulator.call(module, action, **SENT[kind], **about, **fields)
    assert "callback" in started, started
    ids = emulator.control("GET", "")["vms"]
    paths = ["/", "/_emulator/ui/accounts", PAGES[0], *(vm_page(number) for number in ids)]
    for _ in range(2):
        for path in paths:
            assert len(page(emulator, path)) < 200_000
        emulator.advance(until="idle")

"""What was sent for tasks can be long: a page shows the beginning, masked."""

import pytest

from tests.support.harness import Emulator
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

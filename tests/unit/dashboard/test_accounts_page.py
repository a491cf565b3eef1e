"""The page of all accounts."""

import re

from tests.support.harness import Emulator
from tests.unit.dashboard.seen import page


def line_of(emulator: Emulator, name: str) -> list[str]:
    """Return the cells of an account's line, as text."""
    row = (
        page(emulator, "/_emulator/ui/accounts")
        .partition(f'data-key="account-{name}"')[2]
        .partition("</tr>")[0]
    )
    cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]*>", "", cell).split()) for cell in cells]


def test_a_line_has_vms_clock_last_call_and_age(emulator: Emulator) -> None:
    with emulator.emulator.account(name="lines", scenario="one-vm", clock="frozen", seed=3) as account:
        emulator.time.go_on(90)
        assert line_of(emulator, "lines")[:6] == [
            "lines", "1", "❚❚ frozen 2030-01-01 00:00:00", "none yet", "1 min 30 s", "one-vm",
        ]  # fmt: skip
        account.call("eq", "list")
        emulator.time.go_on(5)
        assert line_of(emulator, "lines")[3:5] == ["5 s ago", "1 min 35 s"]


def test_every_account_but_demo_can_be_deleted(emulator: Emulator) -> None:
    with emulator.emulator.account(name="passing"):
        assert line_of(emulator, "passing")[6] == "Reset passing Delete passing"
        assert line_of(emulator, "demo")[6] == "Reset demo"

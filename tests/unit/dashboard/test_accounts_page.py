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


def names(emulator: Emulator, query: str = "") -> list[str]:
    return re.findall(r'data-key="account-(.*?)"', page(emulator, f"/_emulator/ui/accounts{query}"))


def test_a_hundred_accounts_are_shown_at_once_and_the_others_in_further_parts(emulator: Emulator) -> None:
    made = [emulator.emulator.account(name=f"job-{number}", scenario="one-vm").name for number in range(130)]
    assert names(emulator) == ["demo", *made[:99]]
    (later,) = re.findall(r'href="(\?from=\d+)#names">Later', page(emulator, "/_emulator/ui/accounts"))
    assert names(emulator, later) == made[99:]
    (earlier,) = re.findall(
        r'href="(\?from=\d+)#names">Earlier', page(emulator, f"/_emulator/ui/accounts{later}")
    )
    assert names(emulator, earlier) == ["demo", *made[:99]]


def test_an_account_is_found_by_a_part_of_its_name(emulator: Emulator) -> None:
    for name in ("build-17", "build-18"):
        emulator.emulator.account(name=name, scenario="one-vm")
    assert names(emulator, "?q=BUILD-1") == ["build-17", "build-18"]
    assert names(emulator, "?q=17") == ["build-17"]
    nothing = page(emulator, "/_emulator/ui/accounts?q=%3Cb%3E")
    assert "No account's name has “&lt;b&gt;”." in nothing

"""A reset divides requests and tasks into those of the present world and those before."""

from tests.support.harness import Emulator
from tests.unit.dashboard.seen import page, said


def present_and_former(emulator: Emulator) -> tuple[str, str]:
    journal = page(emulator).partition('id="journal"')[2]
    present, _, former = journal.partition('id="former-requests"')
    return present, former


def test_requests_before_a_reset_are_folded(emulator: Emulator) -> None:
    emulator.call("eq", "list")
    emulator.reset()
    emulator.call("eq", "status", id=12345)
    present, former = present_and_former(emulator)
    assert '<b class="mono">status</b>' in present
    assert '<b class="mono">list</b>' not in present
    assert '<b class="mono">list</b>' in former
    assert "↺ reset to scenario <b>demo</b>" in present
    emulator.reset()
    present, former = present_and_former(emulator)
    assert '<b class="mono">status</b>' not in present
    assert '<b class="mono">status</b>' in former


def test_an_import_divides_as_a_reset_does(emulator: Emulator) -> None:
    world = emulator.control("GET", "/state")
    emulator.call("eq", "list")
    emulator.control("PUT", "/state", world)
    present, former = present_and_former(emulator)
    assert "a world was imported" in present
    assert '<b class="mono">list</b>' in former


def test_the_timeline_has_a_line_where_the_world_began(emulator: Emulator) -> None:
    emulator.reset()
    emulator.start("eq", "off", 12345)
    text = page(emulator)
    assert '<line class="reset"' in text
    assert "It removed the earlier tasks" in said(emulator)

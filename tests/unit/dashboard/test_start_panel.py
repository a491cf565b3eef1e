"""The panel that helps with the first call."""

import re

from tests.support.harness import Emulator
from tests.unit.dashboard.seen import page, said

FOLDED = '<details class="card start" id="start">'
OPEN = '<details class="card start" id="start" open>'


def test_the_panel_is_open_until_the_first_call(emulator: Emulator) -> None:
    with emulator.emulator.account(name="fresh") as fresh:
        path = "/_emulator/ui/accounts/fresh"
        assert OPEN in page(emulator, path)
        assert "no client has called this account yet" in said(emulator, path)
        fresh.call("eq", "list")
        assert FOLDED in page(emulator, path)
        assert "no client has called this account yet" not in said(emulator, path)


def test_the_panel_has_the_address_the_credentials_and_the_links(emulator: Emulator) -> None:
    panel = page(emulator).partition('id="start"')[2].partition("</form>")[0]
    assert f'data-copy="{emulator.url}"' in panel
    assert 'data-copy="HOSTKEY_TOKEN"' in panel
    assert "docs/start/tour.md" in panel
    assert re.findall(r'<a class="button" href="([^"]*)"', panel) == [
        "/docs",
        "/_emulator/accounts/demo/report",
        "/_emulator/accounts/demo/state",
    ]

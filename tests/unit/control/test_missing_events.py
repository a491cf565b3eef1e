"""What an advance answers when more happened than an account keeps."""

from typing import Any

import pytest

from invapi_emulator.storage import events
from tests.support.harness import Emulator


def test_an_advance_over_more_events_than_are_kept_says_how_many_it_lacks(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work() -> dict[str, Any]:
        emulator.reset()
        emulator.start("vm", "create_snapshot", name="a")
        for vm in (12346, 12347, 12348):
            emulator.start("eq", "status", vm)
        return emulator.advance(until="idle")

    whole = work()
    monkeypatch.setattr(events, "KEPT", 5)
    monkeypatch.setattr(events, "_CLEANED_EVERY", 1)
    newest = work()
    assert (whole["complete"], whole["missing"]) == (True, 0)
    assert (newest["complete"], newest["missing"]) == (False, len(whole["events"]) - 5)
    assert [event["kind"] for event in newest["events"]] == [event["kind"] for event in whole["events"]][-5:]

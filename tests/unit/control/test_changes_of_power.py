"""Changes of power of a world: as many as an import takes."""

import json

import pytest

from invapi_emulator.domain.virtual_machines import MOST_POWER_CHANGES
from invapi_emulator.worlds import export
from tests.support.harness import Emulator

STATE = "/_emulator/accounts/demo/state"


def test_a_world_has_at_most_150_000_changes_of_power(emulator: Emulator) -> None:
    changes = [{"at": "2029-12-31T23:00:00Z", "power": power} for power in ("off", "on")] * 37_500
    world = {"vms": [{"id": 1, "power_changes": changes}, {"id": 2, "power_changes": [*changes, {}]}]}
    refused = emulator.http.put(STATE, content=json.dumps(world))
    expected = "vms: '150001 changes of power': at most 150000 are allowed together"
    assert (refused.status_code, refused.json()["error"]["message"]) == (422, expected)


def test_a_server_keeps_its_newest_10_000_changes_of_power(emulator: Emulator) -> None:
    changes = [{"at": "2029-12-31T23:30:00Z", "power": power} for power in ("off", "on")] * 5_001
    emulator.control("PUT", "/state", {"vms": [{"id": 1, "power_changes": changes}]})
    emulator.do("eq", "off", 1)
    exported = emulator.control("GET", "/state")
    kept = exported["vms"][0]["power_changes"]
    assert len(kept) == MOST_POWER_CHANGES
    assert [change["power"] for change in kept[-2:]] == ["on", "off"]
    emulator.control("PUT", "/state", exported)


def test_an_export_of_more_changes_of_power_than_an_import_takes_is_refused(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MAX_POWER_CHANGES", 3)
    for action in ("off", "on", "off", "on"):
        emulator.do("eq", action)
    refused = emulator.control("GET", "/state", status=409)["error"]
    assert refused["reason"] == "export_too_large"
    assert "changes of power, of at most 3" in refused["message"]

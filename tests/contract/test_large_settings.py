"""Contract 4.6: how much text the settings of rotation of an account can have."""

import pytest

from invapi_emulator.domain.snapshots import MOST_SETTINGS
from tests.support.harness import Emulator, Json

NAMES = [f"{number:03}{'n' * 97}" for number in range(900)]


def update(emulator: Emulator, type_: str, **fields: object) -> Json:
    return emulator.call("vm", "update_restore_settings", id=12345, type=type_, **fields)


@pytest.mark.clause("4.6")
def test_the_settings_of_an_account_have_8_mib_together(emulator: Emulator) -> None:
    world = emulator.control("GET", "/state")
    size = 64 + len(str(NAMES)) - len(NAMES)
    (vm,) = [vm for vm in world["vms"] if vm["id"] == 12345]
    vm["settings"] = {f"t{number}": {"exclude_rotation": NAMES} for number in range(MOST_SETTINGS // size)}
    world["vms"] = [vm]
    emulator.control("PUT", "/state", world)
    refused = update(emulator, "one-more", **{"exclude_rotation[]": NAMES})
    assert refused["reason"] == "not_supported"
    assert f"{MOST_SETTINGS:,}" in refused["message"]
    assert update(emulator, "one-more", enable_rotation=1)["result"] == "OK"
    assert update(emulator, "t1", **{"exclude_rotation[]": ""})["result"] == "OK"
    assert update(emulator, "one-more", **{"exclude_rotation[]": NAMES})["result"] == "OK"
    emulator.control("PUT", "/state", emulator.control("GET", "/state"))

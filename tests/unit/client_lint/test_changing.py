"""Habits of changing: what shows them, and what does not."""

import httpx
import pytest

from tests.support.harness import Emulator
from tests.unit.client_lint.findings import findings, shown_by

OFF = {"action": "off", "token": "HOSTKEY_TOKEN", "id": 12345}


def test_a_change_while_another_is_under_way_is_told(client: Emulator) -> None:
    client.start("eq", "off")
    client.eq("reboot")
    assert shown_by(client, "change-while-busy") == [("eq", "reboot")]


def test_one_change_after_the_other_is_not(client: Emulator) -> None:
    client.do("eq", "off")
    client.do("eq", "on")
    assert findings(client) == {}


@pytest.mark.parametrize("lost", ["lost_reply", "truncated_body", "malformed_json"])
def test_a_change_repeated_after_a_lost_reply_is_told(client: Emulator, lost: str) -> None:
    client.fault(lost)
    lose(client)
    client.http.post("/eq.php", data=OFF)
    assert shown_by(client, "blind-repeat") == [("eq", "off")]


def test_whoever_looks_first_may_repeat_it(client: Emulator) -> None:
    client.fault("lost_reply")
    lose(client)
    client.eq("show")
    client.http.post("/eq.php", data=OFF)
    assert "blind-repeat" not in findings(client)


def test_another_change_is_no_repetition_nor_is_that_of_another_vm(client: Emulator) -> None:
    client.fault("lost_reply")
    lose(client)
    client.eq("reboot")
    client.eq("off", 23456)
    assert "blind-repeat" not in findings(client)


def test_a_look_that_is_lost_may_be_repeated(client: Emulator) -> None:
    client.fault("lost_reply")
    with pytest.raises(httpx.TransportError):
        client.call_vm("get_snapshot")
    client.call_vm("get_snapshot")
    assert findings(client) == {}


def lose(client: Emulator) -> None:
    """Make a change whose answer does not arrive, or not whole."""
    try:
        client.http.post("/eq.php", data=OFF)
    except httpx.TransportError:
        return

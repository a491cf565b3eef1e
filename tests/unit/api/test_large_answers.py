"""A large answer for which there is no room is refused, unless the call has changed something."""

from collections.abc import Callable

import pytest

from invapi_emulator.api import large_answers
from tests.support.harness import Emulator

PREPARED: dict[str, Callable[[Emulator], object]] = {
    "as it is": lambda _emulator: None,
    "with a fault before it": lambda emulator: emulator.fault("reject", skip=5),
    "with a fault after it": lambda emulator: emulator.fault("latency", seconds=0),
    "scrambled": lambda emulator: emulator.control("PUT", "/profile", {"profile": "hostile"}),
}


@pytest.fixture
def full(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> Emulator:
    """Return an emulator that has no room for any answer."""
    monkeypatch.setattr(large_answers, "LARGE", 1)
    monkeypatch.setattr(large_answers, "MOST_UNSENT", -1)
    return emulator


@pytest.mark.parametrize("how", PREPARED)
def test_an_answer_without_room_is_503_whatever_the_faults_and_the_profile_say(
    full: Emulator, how: str
) -> None:
    PREPARED[how](full)
    answer = full.http.post("/eq.php", data={"action": "list", "token": "HOSTKEY_TOKEN"})
    assert (answer.status_code, "too many large answers" in answer.text) == (503, True)
    assert [rule["fired"] for rule in full.control("GET", "/faults")["faults"]] in ([], [0])


def test_a_call_that_changed_something_is_answered_without_room(full: Emulator) -> None:
    assert full.call("eq", "off", id=12345)["result"] == "OK"

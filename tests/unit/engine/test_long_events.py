"""Events have a bound in text, whatever the tasks have that they tell of."""

from invapi_emulator.storage.events import MOST_TEXT
from tests.support.harness import Emulator


def test_a_long_error_is_cut_in_its_event_and_whole_in_its_task(emulator: Emulator) -> None:
    error = "x" * (MOST_TEXT + 1)
    task = {"action": "status", "fails_with": error, "fault": "task_fails"}
    emulator.import_({"vms": [{"id": 1, "tasks": [task]}]})
    ended = [event for event in emulator.advance_until_idle()["events"] if event["kind"] == "task_ended"]
    assert [event["error"] for event in ended] == [f"{error[:MOST_TEXT]}… ({len(error)} characters)"]
    (shown,) = emulator.tasks
    assert shown["error"] == error

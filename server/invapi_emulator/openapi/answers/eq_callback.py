"""What `eq_callback.php` answers (contract 3)."""

from typing import Literal

from pydantic import ConfigDict, JsonValue

from invapi_emulator.openapi.answers.answer import KEY, Answer, Part, Refused, TaskKey


class Context(Part):
    """What the task was asked with: `type` with its default, and all other fields as they were sent."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, str | list[JsonValue]]

    action: str
    id: int
    location: str


class NotReady(Part):
    """The task is under way."""

    result: Literal["Not ready"]
    key: TaskKey


class Done(Part):
    """The task is done; this answer deletes the key (3.6)."""

    result: Literal["OK"]
    action: Literal["check"]
    scope: str
    """the message to the user, or data as a JSON string"""
    context: Context
    debug: str | None
    """a line as of the hypervisor's log"""
    key: TaskKey


class Failed(Part):
    """The task failed: a successful call about a failed task. The key stays (3.5)."""

    result: Literal["Fail"]
    error: str
    scope: str
    context: Context
    debug: str | None
    key: TaskKey


_CONTEXT = {
    "type": "snapshot",
    "name": "before-upgrade",
    "action": "create_snapshot",
    "id": 12345,
    "location": "NL",
}

ANSWERS = {
    "check": [
        Answer(NotReady, {"key": KEY}, {"result": "Not ready", "key": KEY}),
        Answer(
            Done,
            {"key": KEY},
            {
                "result": "OK",
                "action": "check",
                "scope": "Snapshot before-upgrade created",
                "context": _CONTEXT,
                "debug": "openstack: image 9eea759b-d04c-4e02-98a9-0f7794f45a85 active, 19327352832 bytes",
                "key": KEY,
            },
        ),
        Answer(
            Failed,
            {"key": KEY},
            {
                "result": "Fail",
                "error": "failed by hand",
                "scope": "failed by hand",
                "context": _CONTEXT,
                "debug": None,
                "key": KEY,
            },
        ),
    ]
}

REFUSED = [
    Refused("check", {"key": KEY}, "key_not_found", "AsyncKey not found", more={"key": KEY}),
]

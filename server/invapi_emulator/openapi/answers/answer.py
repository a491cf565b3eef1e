"""How an answer is described: by a model, with a call and what it answers as the example."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

KEY = "zwwhla4g1bua0kzgqtf6rto5h8x23jxl"

TaskKey = Annotated[str, Field(pattern="^[a-z0-9]{32}$")]
WireDate = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$")]
IsoDate = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$")]
Uuid = Annotated[str, Field(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
Sent: TypeAlias = Mapping[str, str | int | list[str]]


class Part(BaseModel):
    """An object of an answer, with these fields and no others."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)


class Started(Part):
    """A task was started."""

    callback: TaskKey
    """the task's key, for `eq_callback.php`"""


class Plain(Part):
    """Nothing but the envelope."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call is answered; `sent` are the fields of one that is, but `action` and `token`.

    `model` is what the handler returns: `result`, `module` and `action` are put around it unless it has a `result`.
    """

    model: type[Part]
    sent: Sent
    body: Mapping[str, Any]

    def whole(self, module: str, action: str) -> dict[str, Any]:
        return dict(self.body) if "result" in self.body else envelope(module, action) | dict(self.body)


@dataclass(frozen=True, slots=True)
class Refused:
    """A call that the demo world refuses, for this reason and in these words.

    `token` is what it sends, if not the demo's.
    """

    action: str
    sent: Sent
    reason: str
    message: str
    code: Literal[-1, -2] = -1
    token: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        return {"result": -1, "code": self.code, "message": self.message, "error": self.message} | dict(
            self.more
        )


def envelope(module: str, action: str) -> dict[str, Any]:
    return {"result": "OK", "module": module, "action": action}


def started(**sent: str | int) -> Answer:
    return Answer(Started, sent, {"callback": KEY})


def invalid_token(action: str, **sent: str | int) -> Refused:
    return Refused(action, sent, "invalid_token", "Invalid token", -2, token="no such token")  # noqa: S106

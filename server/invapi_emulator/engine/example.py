"""Examples of calls, which the description shows and the tests make: an answer, or a refusal."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel

Sent: TypeAlias = Mapping[str, str | int | list[str]]


@dataclass(frozen=True, slots=True)
class Example:
    """A call that is answered; `sent` are its fields but `action` and `token`.

    `model` is what the handler returns: `result`, `module` and `action` are put around it unless it has a `result`.
    """

    model: type[BaseModel]
    sent: Sent
    body: Mapping[str, Any]

    def whole(self, module: str, action: str) -> dict[str, Any]:
        return dict(self.body) if "result" in self.body else envelope(module, action) | dict(self.body)


@dataclass(frozen=True, slots=True)
class RefusalExample:
    """A call that the demo world refuses, for this reason and in these words.

    `token` is what it sends, if not the demo's.
    """

    sent: Sent
    reason: str
    message: str
    code: Literal[-1, -2] = -1
    token: str | None = None
    more: Mapping[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        failure = {"result": -1, "code": self.code, "message": self.message, "error": self.message}
        return failure | dict(self.more)


def envelope(module: str, action: str) -> dict[str, Any]:
    return {"result": "OK", "module": module, "action": action}

"""Examples of calls, answered or refused. The OpenAPI document shows them, and the tests make them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel

Sent: TypeAlias = Mapping[str, str | int | list[str]]


@dataclass(frozen=True, slots=True)
class Example:
    """A call that is answered. `sent` are its fields without `action` and `token`.

    `before` are calls of the same module that make the demo world what the call needs: actions with their fields.
    `model` describes the handler's body, to which the action may add its envelope.
    """

    model: type[BaseModel]
    sent: Sent
    body: dict[str, Any]
    before: tuple[tuple[str, Sent], ...] = ()


@dataclass(frozen=True, slots=True)
class RefusalExample:
    """A call that the demo world refuses with this reason and message.

    `token` is its token, if that is not the demo account's.
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

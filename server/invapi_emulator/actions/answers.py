"""Parts of answers, and examples that several actions share."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from invapi_emulator.engine.example import Example, RefusalExample

KEY = "zwwhla4g1bua0kzgqtf6rto5h8x23jxl"

TaskKey = Annotated[str, Field(pattern="^[a-z0-9]{32}$")]
WireDate = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$")]
IsoDate = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$")]
Flag = Annotated[int, Field(ge=0, le=1)]
Uuid = Annotated[str, Field(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]


class Part(BaseModel):
    """An object of an answer, with these fields and no others."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class Started(Part):
    """A task was started."""

    callback: TaskKey = Field(description="the task's key, for `eq_callback.php`")


class Plain(Part):
    """Only the envelope."""


def started(**sent: str | int) -> Example:
    return Example(Started, sent, {"callback": KEY})


def invalid_token(**sent: str | int) -> RefusalExample:
    return RefusalExample(sent, "invalid_token", "Invalid token", -2, token="no such token")  # noqa: S106

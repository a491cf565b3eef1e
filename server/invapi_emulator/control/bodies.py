"""Parts of bodies that several control routes take."""

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from invapi_emulator.domain.clocks import MAX_POLLS, MAX_RATE, ClockMode
from invapi_emulator.domain.instants import parse_iso
from invapi_emulator.scenarios.named import scenario_names


def _instant(value: Any) -> Any:
    """Read a timestamp; pydantic reports the ValueError that `parse_iso` raises."""
    if not isinstance(value, str):
        raise ValueError("send a timestamp in ISO 8601")  # noqa: TRY004 - pydantic's way to say invalid
    return parse_iso(value)


Timestamp = Annotated[
    int,
    BeforeValidator(_instant, json_schema_input_type=str),
    Field(
        strict=True,
        description="ISO 8601; UTC where no offset is given",
        json_schema_extra={"format": "date-time"},
    ),
]


class ClockChange(BaseModel):
    """What to change; a bare word stands for `{"mode": word}`, and what is left out goes on as it was."""

    model_config = ConfigDict(extra="forbid")

    mode: ClockMode | None = None
    rate: Annotated[float, Field(gt=0, le=MAX_RATE, strict=True, allow_inf_nan=False)] | None = None
    polls: Annotated[int, Field(ge=0, le=MAX_POLLS, strict=True)] | None = None
    now: Timestamp | None = None

    @model_validator(mode="before")
    @classmethod
    def _word(cls, value: Any) -> Any:
        return {"mode": value} if isinstance(value, str) else value


def _known_scenario(name: str) -> str:
    if name not in scenario_names():
        raise ValueError(f"there is no scenario of this name; there are {', '.join(scenario_names())}")
    return name


def _scenarios(schema: dict[str, Any]) -> None:
    schema["enum"] = scenario_names()


ScenarioName = Annotated[str, AfterValidator(_known_scenario), Field(json_schema_extra=_scenarios)]
Seed = Annotated[int, Field(ge=0, lt=2**63, strict=True)]

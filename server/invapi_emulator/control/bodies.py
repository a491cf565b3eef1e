"""Parts of bodies that several control routes take."""

from typing import Annotated, Any

from pydantic import Field

from invapi_emulator.worlds.named import scenario_names


def _built_in_scenarios(schema: dict[str, Any]) -> None:
    schema["examples"] = scenario_names()


ScenarioName = Annotated[str, Field(strict=True, json_schema_extra=_built_in_scenarios)]
"""Whether there is a scenario of this name, the server's list of them tells."""

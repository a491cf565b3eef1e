"""Parts of bodies that several control routes take."""

from typing import Annotated

from pydantic import Field

ScenarioName = Annotated[str, Field(strict=True)]
"""Whether there is a scenario of this name, the server's list of them tells."""

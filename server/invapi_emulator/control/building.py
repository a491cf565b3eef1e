"""Build what is to be stored in steps, with other requests in between."""

from typing import TypeVar

from invapi_emulator.control.worlds import Worlds
from invapi_emulator.process.pace import give_way
from invapi_emulator.worlds.build_context import BuildContext
from invapi_emulator.worlds.steps import Steps, taken

T = TypeVar("T")


async def built(worlds: Worlds, building: BuildContext, steps: Steps[T]) -> T:
    """Take all steps of a building, each with a transaction of its own to read with."""

    def step() -> T | None:
        with worlds.database.read() as building.source.tx:
            return taken(steps)

    while True:
        found = await worlds.database.call(step)
        if found is not None:
            return found
        await give_way()

"""The head of every page of an account: whose page it is, and what its clock says."""

from typing import Any

from invapi_emulator.control.views import clock_view
from invapi_emulator.control.worlds import World


def frame_of(world: World) -> dict[str, Any]:
    return {
        "account": world.account,
        "clock": clock_view(world.account, world.now),
        "now": world.now,
    }

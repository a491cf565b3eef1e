"""The header of every page of an account: the account and its clock."""

from typing import Any

from invapi_emulator.control.views import clock_view
from invapi_emulator.control.worlds import AccountContext
from invapi_emulator.dashboard.scale import WINDOWS


def frame_of(context: AccountContext) -> dict[str, Any]:
    return {
        "account": context.account,
        "clock": clock_view(context.account, context.now),
        "now": context.now,
        "windows": WINDOWS,
    }

"""Assumptions about how `auth` and `eq` describe a token and a server (clauses 5 and 6)."""

from typing import Literal

from invapi_emulator.contract.assumptions.assumption import Assumption, assumption

SHAPE_OF_INFO: Assumption[Literal["nested", "flat"]] = assumption(
    38, "5.2", "what `auth` `info` answers", {
        "nested": "the body of a login, with all in `result`",
        "flat": "`result` `OK`, and the customer beside it and in `data`",
    },
)  # fmt: skip

STATUS_WHILE_OFF: Assumption[Literal["rent", "power_off"]] = assumption(
    39, "6.2", "the `status` of a VM that is off", {
        "rent": "`rent`, as while it runs",
        "power_off": "`power_off`",
    },
)  # fmt: skip

"""Assumptions about how `auth` and `eq` describe a token and a server (clauses 5 and 6)."""

from typing import Literal

from invapi_emulator.contract.assumptions.assumption import Assumption, assumption

SHAPE_OF_INFO: Assumption[Literal["nested", "flat"]] = assumption(
    38, "5.2", "what `auth` `info` returns", {
        "nested": "the body of a login, with everything in `result`",
        "flat": "`result` `OK`, with the customer's fields beside it and in `data`",
    },
)  # fmt: skip

STATUS_WHILE_OFF: Assumption[Literal["rent", "power_off"]] = assumption(
    39, "6.2", "the `status` of a VM that is off", {
        "rent": "`rent`, as for a running VM",
        "power_off": "`power_off`",
    },
)  # fmt: skip

"""Assumptions about the catalogue (clause 9)."""

from typing import Literal

from invapi_emulator.contract.assumptions.assumption import Assumption, assumption

TRAFFIC_PLANS_WITH_A_TOKEN: Assumption[Literal["accepted", "refused"]] = assumption(
    40, "9.4", "whether `traffic_plans/list` accepts a customer's token", {
        "accepted": "it does: the response is the same as without a token",
        "refused": "it does not: `access_denied`, with the text `invalid request`",
    },
)  # fmt: skip

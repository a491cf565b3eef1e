"""Assumptions about the catalogue (clause 9)."""

from typing import Literal

from invapi_emulator.contract.assumptions.assumption import Assumption, assumption

TRAFFIC_PLANS_WITH_A_TOKEN: Assumption[Literal["accepted", "refused"]] = assumption(
    40, "9.4", "the answer of `traffic_plans/list` with a customer's token", {
        "accepted": "it is answered, as without one",
        "refused": "it is `access_denied`, with the text `invalid request`",
    },
)  # fmt: skip

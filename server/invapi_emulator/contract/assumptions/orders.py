"""Assumptions about orders, deploys and cancellations (clauses 11.2 to 11.7)."""

from typing import Literal

from invapi_emulator.contract.assumptions.assumption import Assumption, assumption

ANSWER_OF_AN_ORDER: Assumption[Literal["invoice-and-callback", "invoice-only", "id-at-once"]] = assumption(
    41, "11.2", "what the response to an order paid at once has besides the invoice", {
        "invoice-and-callback": "the key of the deploy as `callback`",
        "invoice-only": "nothing more: the key is in `deploy_keys` of `eq/update_servers`",
        "id-at-once": "the key as `callback`, and the server's `id`",
    },
)  # fmt: skip

SERVER_IN_LISTS: Assumption[Literal["when-done", "from-the-start"]] = assumption(
    42, "11.3", "from when lists and `show` have a server that is being deployed", {
        "when-done": "from the end of its deploy",
        "from-the-start": "from the payment of its order, with the status `presale`",
    },
)  # fmt: skip

SNAPSHOTS_OF_A_REINSTALL: Assumption[Literal["kept", "deleted"]] = assumption(
    43, "11.4", "what happens to a server's snapshots at a reinstall", {
        "kept": "they stay",
        "deleted": "they are removed at its end",
    },
)  # fmt: skip

CANCELLED_SERVER: Assumption[Literal["gone-at-once", "after-five-minutes"]] = assumption(
    44, "11.6", "when an immediately cancelled server leaves lists and `show`", {
        "gone-at-once": "at once",
        "after-five-minutes": "five minutes later, on the account's clock",
    },
)  # fmt: skip

UNPAID_RENEWAL: Assumption[Literal["stays", "suspends"]] = assumption(
    45, "11.7", "what happens to a server whose renewal is unpaid for a week", {
        "stays": "nothing",
        "suspends": "it is powered off and has the status `power_off` until the invoice is paid",
    },
)  # fmt: skip

CANCELLATION_WITHOUT_TYPE: Assumption[Literal["immediate", "end-of-period"]] = assumption(
    46, "11.6", "when a cancellation without `cancellation_type` takes effect", {
        "immediate": "at once",
        "end-of-period": "when the rent falls due",
    },
)  # fmt: skip

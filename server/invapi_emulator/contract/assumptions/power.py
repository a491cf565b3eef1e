"""Assumptions about power (clause 6.3)."""

from typing import Literal

from invapi_emulator.contract.assumptions.assumption import Assumption, assumption

ALREADY_SO: Assumption[Literal["succeeds", "refused"]] = assumption(
    34, "6.3", "what becomes of an `on` of what is on, an `off` of what is off", {
        "succeeds": "it succeeds",
        "refused": "it is `vm_running`, `vm_not_running`",
    },
)  # fmt: skip

HARD_OFF_OF_A_HANGING_REBOOT: Assumption[Literal["refused", "accepted"]] = assumption(
    37, "4.12", "what becomes of a `hard_off` while a `reboot` hangs", {
        "refused": "it is `vm_locked`",
        "accepted": "it is accepted; the reboot ends as failed",
    },
)  # fmt: skip

REBOOT_OF_WHAT_IS_OFF: Assumption[Literal["refused", "starts"]] = assumption(
    35, "6.3", "what becomes of a `reboot` of what is off", {
        "refused": "it is `vm_not_running`",
        "starts": "it starts the VM",
    },
)  # fmt: skip

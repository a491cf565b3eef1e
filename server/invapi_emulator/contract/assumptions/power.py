"""Assumptions about power (clause 6.3)."""

from typing import Literal

from invapi_emulator.contract.assumptions.assumption import Assumption, assumption

ALREADY_SO: Assumption[Literal["succeeds", "refused"]] = assumption(
    34, "6.3", "whether `on` of a running VM and `off` of a stopped VM succeed", {
        "succeeds": "they succeed",
        "refused": "they are refused: `vm_running`, `vm_not_running`",
    },
)  # fmt: skip

HARD_OFF_OF_A_HANGING_REBOOT: Assumption[Literal["refused", "accepted"]] = assumption(
    37, "4.12", "the effect of a `hard_off` while a `reboot` hangs", {
        "refused": "it is `vm_locked`",
        "accepted": "it is accepted; the reboot ends as failed",
    },
)  # fmt: skip

REBOOT_OF_WHAT_IS_OFF: Assumption[Literal["refused", "starts"]] = assumption(
    35, "6.3", "the effect of a `reboot` of a stopped VM", {
        "refused": "it is `vm_not_running`",
        "starts": "it starts the VM",
    },
)  # fmt: skip

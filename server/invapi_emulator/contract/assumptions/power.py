"""Assumptions about power (clause 6.3)."""

from typing import Literal

from invapi_emulator.contract.assumptions.assumption import Assumption, assumption

ALREADY_SO: Assumption[Literal["succeeds", "refused"]] = assumption(
    34, "6.3", "what `on` of a VM that is on does, and `off` of one that is off", {
        "succeeds": "it succeeds",
        "refused": "it is refused: `vm_running`, `vm_not_running`",
    },
)  # fmt: skip

HARD_OFF_OF_A_HANGING_REBOOT: Assumption[Literal["refused", "accepted"]] = assumption(
    37, "4.12", "what `hard_off` does while a `reboot` hangs", {
        "refused": "it is refused: `vm_locked`",
        "accepted": "it is accepted, and the reboot fails",
    },
)  # fmt: skip

REBOOT_OF_WHAT_IS_OFF: Assumption[Literal["refused", "starts"]] = assumption(
    35, "6.3", "what `reboot` of a VM that is off does", {
        "refused": "it is refused: `vm_not_running`",
        "starts": "it starts the VM",
    },
)  # fmt: skip

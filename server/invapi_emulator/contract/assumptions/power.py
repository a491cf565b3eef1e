"""Assumptions about power (clause 6.3)."""

from typing import Literal

from invapi_emulator.contract.assumptions.assumption import Assumption, assumption

ALREADY_SO: Assumption[Literal["succeeds", "refused"]] = assumption(
    34, "6.3", "what becomes of an `on` of what is on, an `off` of what is off", {
        "succeeds": "it succeeds",
        "refused": "it is `vm_running`, `vm_not_running`",
    },
)  # fmt: skip

REBOOT_OF_WHAT_IS_OFF: Assumption[Literal["refused", "starts"]] = assumption(
    35, "6.3", "what becomes of a `reboot` of what is off", {
        "refused": "it is `vm_not_running`",
        "starts": "it starts the VM",
    },
)  # fmt: skip

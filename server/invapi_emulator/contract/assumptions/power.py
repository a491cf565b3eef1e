"""Assumptions about power (clause 6.3)."""

from invapi_emulator.contract.assumptions.assumption import assumption

ALREADY_SO = assumption(
    34, "6.3", "what becomes of an `on` of what is on, an `off` of what is off",
    succeeds="it succeeds", refused="it is `vm_running`, `vm_not_running`",
)  # fmt: skip

REBOOT_OF_WHAT_IS_OFF = assumption(
    35, "6.3", "what becomes of a `reboot` of what is off",
    refused="it is `vm_not_running`", starts="it starts the VM",
)  # fmt: skip

"""Assumptions about snapshots and their settings (clause 4)."""

from typing import Literal

from invapi_emulator.contract.assumptions.assumption import Assumption, assumption

AFTER_A_RESTORE: Assumption[Literal["off", "on"]] = assumption(
    7, "4.11", "what power a VM has after a restore", {
        "off": "it is off, and stays so",
        "on": "it is started, with the snapshot's memory if that has any",
    },
)  # fmt: skip

POWER_OFF_NEEDED: Assumption[Literal["both", "neither", "restore-only"]] = assumption(
    8, "4.11", "whether restoring and removing need the VM powered off", {
        "both": "both do",
        "neither": "neither does; a running VM that is restored loses what it had in memory",
        "restore-only": "restoring does, removing does not",
    },
)  # fmt: skip

LIST_ANSWER: Assumption[Literal["both", "by-key", "at-once"]] = assumption(
    18, "4.7", "where `get_snapshot` gives its list", {
        "both": "at once, and by the key's check",
        "by-key": "by the key's check alone: the call answers `callback`",
        "at-once": "at once alone: the call answers `settings` and `snapshots`",
    },
)  # fmt: skip

SIZES: Assumption[Literal["bytes", "mebibytes"]] = assumption(
    5, "4.8", "the unit of `size` and `total_size`", {
        "bytes": "bytes",
        "mebibytes": "MiB",
    },
)  # fmt: skip

EXCLUDED_AND_THE_LIMIT: Assumption[Literal["count", "do-not-count"]] = assumption(
    25, "4.10", "whether excluded snapshots count against the limit", {
        "count": "they do",
        "do-not-count": "they do not",
    },
)  # fmt: skip

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
        "neither": "neither does; a running VM loses its memory when it is restored",
        "restore-only": "only restoring does",
    },
)  # fmt: skip

LIST_ANSWER: Assumption[Literal["both", "by-key", "at-once"]] = assumption(
    18, "4.7", "where `get_snapshot` returns its list", {
        "both": "in its response, and in the check of its key",
        "by-key": "only in the check: the response has `callback`",
        "at-once": "only in its response: that has `settings` and `snapshots`",
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

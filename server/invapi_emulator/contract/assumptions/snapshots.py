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

LOCK_FIRST: Assumption[Literal["lock-first", "name-first"]] = assumption(
    11, "2.8", "whether the lock of a VM or the snapshot's name is looked at first", {
        "lock-first": "with both in the way, it is `vm_locked`",
        "name-first": "with both in the way, it is `snapshot_not_found` or `image_mismatch`",
    },
)  # fmt: skip

TYPES: Assumption[Literal["separate", "one-list"]] = assumption(
    17, "4.1", "whether `type` names a list of its own", {
        "separate": "each type has its list, limit and settings",
        "one-list": "`type` is accepted and ignored: there is one list",
    },
)  # fmt: skip

LIST_ANSWER: Assumption[Literal["both", "by-key", "at-once"]] = assumption(
    18, "4.7", "where `get_snapshot` gives its list", {
        "both": "at once, and by the key's check",
        "by-key": "by the key's check alone: the call answers `callback`",
        "at-once": "at once alone: the call answers `settings` and `snapshots`",
    },
)  # fmt: skip

ORDER_OF_ROWS: Assumption[Literal["oldest-first", "newest-first"]] = assumption(
    19, "4.8", "the order of snapshots in a list", {
        "oldest-first": "oldest first",
        "newest-first": "newest first",
    },
)  # fmt: skip

TIME_OF_A_ROW: Assumption[Literal["end", "start"]] = assumption(
    20, "4.8", "which time a snapshot bears", {
        "end": "when its task ended",
        "start": "when its task was started",
    },
)  # fmt: skip

ID_OF_A_SNAPSHOT: Assumption[Literal["string", "number"]] = assumption(
    33, "4.8", "how a row writes `snapshot_id`", {
        "string": "as a string",
        "number": "as a number",
    },
)  # fmt: skip

SIZES: Assumption[Literal["bytes", "mebibytes"]] = assumption(
    5, "4.8", "the unit of `size` and `total_size`", {
        "bytes": "bytes",
        "mebibytes": "MiB",
    },
)  # fmt: skip

LEFT_OUT_SETTINGS: Assumption[Literal["keeps", "cleared"]] = assumption(
    22, "4.9", "what becomes of a setting that `update_restore_settings` leaves out", {
        "keeps": "it keeps its value",
        "cleared": "it is cleared: rotation off, no exclusions",
    },
)  # fmt: skip

EXCLUDED_NAMES: Assumption[Literal["any", "existing"]] = assumption(
    23, "4.9", "which names `exclude_rotation` takes", {
        "any": "any that obeys the rule for names",
        "existing": "those of snapshots that there are; others are `snapshot_not_found`",
    },
)  # fmt: skip

EXCLUSION_OF_WHAT_GOES: Assumption[Literal["stays", "goes"]] = assumption(
    24, "4.9", "what becomes of an excluded name when its snapshot goes", {
        "stays": "it stays in the list",
        "goes": "it goes too",
    },
)  # fmt: skip

EXCLUDED_AND_THE_LIMIT: Assumption[Literal["count", "do-not-count"]] = assumption(
    25, "4.10", "whether excluded snapshots count against the limit", {
        "count": "they do",
        "do-not-count": "they do not",
    },
)  # fmt: skip

WHEN_ROTATION_IS: Assumption[Literal["at-the-end", "at-the-call"]] = assumption(
    26, "4.10", "when rotation makes room for a new snapshot", {
        "at-the-end": "when the create ends",
        "at-the-call": "when the create is accepted",
    },
)  # fmt: skip

HELD_MEMORY: Assumption[Literal["resumed", "lost"]] = assumption(
    27, "4.11", "what becomes of the memory that a restored snapshot holds", {
        "resumed": "the next power-on resumes it",
        "lost": "the VM boots afresh",
    },
)  # fmt: skip

NAME_TAKEN: Assumption[Literal["refused", "replaces"]] = assumption(
    29, "4.13", "what becomes of a create whose name is taken", {
        "refused": "it is `name_taken`",
        "replaces": "it is accepted; the older snapshot goes when it ends",
    },
)  # fmt: skip

NAMES_COMPARED: Assumption[Literal["exactly", "ignoring-case"]] = assumption(
    30, "4.13", "how the name of a new snapshot is compared with those there are", {
        "exactly": "exactly",
        "ignoring-case": "ignoring case: `A` is taken where `a` is",
    },
)  # fmt: skip

BROKEN_AND_THE_LIMIT: Assumption[Literal["counts", "does-not-count"]] = assumption(
    31, "4.13", "whether a snapshot in status `error` counts against the limit", {
        "counts": "it does",
        "does-not-count": "it does not",
    },
)  # fmt: skip

FAILED_CREATE: Assumption[Literal["row", "nothing"]] = assumption(
    32, "4.13", "what a create that failed leaves", {
        "row": "a snapshot in status `error`",
        "nothing": "nothing",
    },
)  # fmt: skip

BROKEN_ONES_ROTATE: Assumption[Literal["first", "in-order"]] = assumption(
    36, "4.13", "when a snapshot in status `error` rotates", {
        "first": "before all others",
        "in-order": "when it is the oldest",
    },
)  # fmt: skip

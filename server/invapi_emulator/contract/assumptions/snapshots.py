"""Assumptions about snapshots and their settings (clause 4)."""

from invapi_emulator.contract.assumptions.assumption import assumption

AFTER_A_RESTORE = assumption(
    7, "4.11", "what power a VM has after a restore",
    off="it is off, and stays so", on="it is started, with the snapshot's memory if that has any",
)  # fmt: skip

POWER_OFF_NEEDED = assumption(
    8, "4.11", "whether restoring and removing need the VM powered off",
    both="both do",
    neither="neither does; a running VM that is restored loses what it had in memory",
    restore_only="restoring does, removing does not",
)  # fmt: skip

LOCK_FIRST = assumption(
    11, "2.8", "whether the lock of a VM or the snapshot's name is looked at first",
    lock_first="with both in the way, it is `vm_locked`",
    name_first="with both in the way, it is `snapshot_not_found` or `image_mismatch`",
)  # fmt: skip

TYPES = assumption(
    17, "4.1", "whether `type` names a list of its own",
    separate="each type has its list, limit and settings",
    one_list="`type` is accepted and ignored: there is one list",
)  # fmt: skip

LIST_ANSWER = assumption(
    18, "4.7", "where `get_snapshot` gives its list",
    both="at once, and by the key's check",
    by_key="by the key's check alone: the call answers `callback`",
    at_once="at once alone: the call answers `settings` and `snapshots`",
)  # fmt: skip

ORDER_OF_ROWS = assumption(
    19, "4.8", "the order of snapshots in a list",
    oldest_first="oldest first", newest_first="newest first",
)  # fmt: skip

TIME_OF_A_ROW = assumption(
    20, "4.8", "which time a snapshot bears",
    end="when its task ended", start="when its task was started",
)  # fmt: skip

ID_OF_A_SNAPSHOT = assumption(
    33, "4.8", "how a row writes `snapshot_id`",
    string="as a string", number="as a number",
)  # fmt: skip

SIZES = assumption(
    5, "4.8", "the unit of `size` and `total_size`",
    bytes="bytes", mebibytes="MiB",
)  # fmt: skip

LEFT_OUT_SETTINGS = assumption(
    22, "4.9", "what becomes of a setting that `update_restore_settings` leaves out",
    keeps="it keeps its value", cleared="it is cleared: rotation off, no exclusions",
)  # fmt: skip

EXCLUDED_NAMES = assumption(
    23, "4.9", "which names `exclude_rotation` takes",
    any="any that obeys the rule for names", existing="those of snapshots that there are; others are `snapshot_not_found`",
)  # fmt: skip

EXCLUSION_OF_WHAT_GOES = assumption(
    24, "4.9", "what becomes of an excluded name when its snapshot goes",
    stays="it stays in the list", goes="it goes too",
)  # fmt: skip

EXCLUDED_AND_THE_LIMIT = assumption(
    25, "4.10", "whether excluded snapshots count against the limit",
    count="they do", do_not_count="they do not",
)  # fmt: skip

WHEN_ROTATION_IS = assumption(
    26, "4.10", "when rotation makes room for a new snapshot",
    at_the_end="when the create ends", at_the_call="when the create is accepted",
)  # fmt: skip

HELD_MEMORY = assumption(
    27, "4.11", "what becomes of the memory that a restored snapshot holds",
    resumed="the next power-on resumes it", lost="the VM boots afresh",
)  # fmt: skip

NAME_TAKEN = assumption(
    29, "4.13", "what becomes of a create whose name is taken",
    refused="it is `name_taken`", replaces="it is accepted; the older snapshot goes when it ends",
)  # fmt: skip

NAMES_COMPARED = assumption(
    30, "4.13", "how the name of a new snapshot is compared with those there are",
    exactly="exactly", ignoring_case="ignoring case: `A` is taken where `a` is",
)  # fmt: skip

BROKEN_AND_THE_LIMIT = assumption(
    31, "4.13", "whether a snapshot in status `error` counts against the limit",
    counts="it does", does_not_count="it does not",
)  # fmt: skip

FAILED_CREATE = assumption(
    32, "4.13", "what a create that failed leaves",
    row="a snapshot in status `error`", nothing="nothing",
)  # fmt: skip

BROKEN_ONES_ROTATE = assumption(
    36, "4.13", "when a snapshot in status `error` rotates",
    first="before all others", in_order="when it is the oldest",
)  # fmt: skip

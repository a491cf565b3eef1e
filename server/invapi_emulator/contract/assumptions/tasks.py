"""Assumptions about keys, and about what a check of one says (clause 3)."""

from typing import Literal

from invapi_emulator.contract.assumptions.assumption import Assumption, assumption

FAILED_KEY: Assumption[Literal["stays", "spent"]] = assumption(
    12, "3.5", "whether the key of a failed task stays", {
        "stays": "it stays: each check returns `Fail`",
        "spent": "the `Fail` response deletes it, as `OK` does",
    },
)  # fmt: skip

STAGE_ANSWERS: Assumption[Literal["never", "from-the-second"]] = assumption(
    13, "3.3", "whether a check of a running task returns its stage", {
        "never": "no: it returns `Not ready` until the end",
        "from-the-second": 'yes, after the first stage: `{"result":"Stage","stage":"copy disk","key":"…"}`',
    },
)  # fmt: skip

IDS_OF_VMS: Assumption[Literal["numbers", "strings"]] = assumption(
    14, "3.4", "how responses write the id of a VM", {
        "numbers": "as a number",
        "strings": "as a string, in `context.id`, `servers` and `server_data.id`",
    },
)  # fmt: skip

FETCHED_DATA: Assumption[Literal["string", "object"]] = assumption(
    15, "3.4", "what the `scope` of a task that fetches data is", {
        "string": "that data as a JSON string",
        "object": "that data, as an object",
    },
)  # fmt: skip

KEY_LIFETIME: Assumption[Literal["day", "hour"]] = assumption(
    16, "3.7", "how long a key is known after its task's end", {
        "day": "24 hours",
        "hour": "one hour",
    },
)  # fmt: skip

SECOND_CHANGE: Assumption[Literal["refused", "queued"]] = assumption(
    21, "4.12", "what a changing call does while another changing task of the VM runs", {
        "refused": "it is refused: `vm_locked`",
        "queued": "it is accepted; its task starts after the earlier ones, and fails if it has become impossible",
    },
)  # fmt: skip

READING_WHILE_LOCKED: Assumption[Literal["allowed", "refused"]] = assumption(
    28, "4.12", "whether lists, statistics and status can be read while a changing task runs", {
        "allowed": "they can",
        "refused": "they cannot: `vm_locked` until it ends",
    },
)  # fmt: skip

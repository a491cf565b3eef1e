"""Assumptions about keys, and about what a check of one says (clause 3)."""

from typing import Literal

from invapi_emulator.contract.assumptions.assumption import Assumption, assumption

FAILED_KEY: Assumption[Literal["stays", "spent"]] = assumption(
    12, "3.5", "whether the key of a failed task stays", {
        "stays": "it stays: each check says `Fail`",
        "spent": "the `Fail` answer deletes it, as `OK` does",
    },
)  # fmt: skip

STAGE_ANSWERS: Assumption[Literal["never", "from-the-second"]] = assumption(
    13, "3.3", "whether a check of a task under way tells its stage", {
        "never": "it is `Not ready` until the end",
        "from-the-second": 'past the first stage it is `{"result":"Stage","stage":"copy disk","key":"…"}`',
    },
)  # fmt: skip

IDS_OF_VMS: Assumption[Literal["numbers", "strings"]] = assumption(
    14, "3.4", "how answers write the id of a VM", {
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
    16, "3.7", "how long after its task's end a key is known", {
        "day": "24 hours",
        "hour": "one hour",
    },
)  # fmt: skip

SECOND_CHANGE: Assumption[Literal["refused", "queued"]] = assumption(
    21, "4.12", "the answer to a changing call while another changing task of the VM is in progress", {
        "refused": "it is `vm_locked`",
        "queued": "it is accepted, and its task begins when those before it have ended; one that cannot be done by then fails",
    },
)  # fmt: skip

READING_WHILE_LOCKED: Assumption[Literal["allowed", "refused"]] = assumption(
    28, "4.12", "whether lists, statistics and status are read while a changing task is under way", {
        "allowed": "they are",
        "refused": "they are `vm_locked` until it ends",
    },
)  # fmt: skip

"""The kinds of fault. A new one goes into the file of its phase, and into this list."""

from typing import get_args

from invapi_emulator.contract.registry import Registry
from invapi_emulator.engine.faults.fault import Fault
from invapi_emulator.engine.faults.kinds.after_call import (
    Latency,
    LostReply,
    MalformedJson,
    RejectedButDone,
    SlowBody,
    TruncatedBody,
)
from invapi_emulator.engine.faults.kinds.before_call import (
    ConnectionReset,
    EmptyReply,
    ExpiredToken,
    HttpStatus,
    OutOfStock,
    RateLimit,
    Reject,
)
from invapi_emulator.engine.faults.kinds.of_check import NotReady
from invapi_emulator.engine.faults.kinds.of_effect import RenameIgnored
from invapi_emulator.engine.faults.kinds.of_task import (
    DeployFails,
    KeyForgotten,
    SlowTask,
    StaleList,
    TaskFails,
    TaskHangs,
)

FAULTS: Registry[str, type[Fault]] = Registry("kinds of fault")


def register(kind: type[Fault]) -> None:
    """Put a kind into the table, under the word that its field `kind` takes; raises ValueError for a second one."""
    (word,) = get_args(kind.__pydantic_fields__["kind"].annotation)
    FAULTS.add(word, kind)


for _kind in (
    ConnectionReset, DeployFails, EmptyReply, ExpiredToken, HttpStatus, KeyForgotten, Latency, LostReply, MalformedJson, NotReady,
    OutOfStock, RateLimit, Reject, RejectedButDone, RenameIgnored, SlowBody, SlowTask, StaleList, TaskFails, TaskHangs, TruncatedBody,
):  # fmt: skip
    register(_kind)

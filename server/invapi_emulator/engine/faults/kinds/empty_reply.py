"""`empty_reply`: the connection is closed without a byte, and nothing is done."""

from typing import Any, Literal

from invapi_emulator.engine.call import Call
from invapi_emulator.engine.faults.kind import BeforeFault, Cut, Window, fault
from invapi_emulator.storage.unit_of_work import UnitOfWork


@fault
class EmptyReply(BeforeFault):
    kind: Literal["empty_reply"]

    def instead(self, unit: UnitOfWork, call: Call[Any], window: Window | None) -> Cut:  # noqa: ARG002
        return "close"

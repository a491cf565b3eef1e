"""`rejected_but_done`: the failure envelope, though the task runs."""

from typing import ClassVar, Literal

from msgspec.structs import replace

from invapi_emulator.engine.faults.kind import AfterFault, Draw, Reply, Text, fault
from invapi_emulator.errors import Faulted


@fault
class RejectedButDone(AfterFault):
    needs_acceptance: ClassVar[bool] = True

    kind: Literal["rejected_but_done"]
    message: Text = "rejected by a fault"

    def change(self, reply: Reply, draw: Draw) -> Reply:  # noqa: ARG002
        return replace(reply, refusal=Faulted(self.message))

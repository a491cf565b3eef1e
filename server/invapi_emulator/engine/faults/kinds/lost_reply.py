"""`lost_reply`: done, and the connection is cut before the answer."""

from typing import Literal

from msgspec.structs import replace

from invapi_emulator.engine.faults.kind import AfterFault, Draw, Reply, fault


@fault
class LostReply(AfterFault):
    kind: Literal["lost_reply"]

    def change(self, reply: Reply, draw: Draw) -> Reply:  # noqa: ARG002
        return replace(reply, cut="reset")

"""`truncated_body`: done, but half of the answer's body is missing when the connection ends."""

from typing import Literal

from msgspec.structs import replace

from invapi_emulator.engine.faults.kind import AfterFault, Draw, Reply, fault


@fault
class TruncatedBody(AfterFault):
    """The headers promise the whole length."""

    kind: Literal["truncated_body"]

    def change(self, reply: Reply, draw: Draw) -> Reply:  # noqa: ARG002
        return replace(reply, share=0.5)

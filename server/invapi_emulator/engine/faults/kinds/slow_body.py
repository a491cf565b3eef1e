"""`slow_body`: done, the answer trickles."""

from typing import Annotated, Literal

from msgspec.structs import replace
from pydantic import Field

from invapi_emulator.engine.faults.kind import AfterFault, Draw, Reply, fault


@fault
class SlowBody(AfterFault):
    kind: Literal["slow_body"]
    bytes_per_second: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] = 64

    def change(self, reply: Reply, draw: Draw) -> Reply:  # noqa: ARG002
        return replace(reply, bytes_per_second=self.bytes_per_second)

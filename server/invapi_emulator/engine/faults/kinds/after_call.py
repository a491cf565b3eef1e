"""Faults of an answer: the call is done and kept. `latency` has a file of its own."""

from typing import Annotated, ClassVar, Literal

from msgspec.structs import replace
from pydantic import Field

from invapi_emulator.engine.faults.fault import AfterFault, Draw, Reply, Text
from invapi_emulator.errors import Faulted


class RejectedButDone(AfterFault):
    """`rejected_but_done`: the failure envelope, although the task runs."""

    needs_acceptance: ClassVar[bool] = True

    kind: Literal["rejected_but_done"]
    message: Text = "rejected by a fault"

    def apply(self, reply: Reply, _draw: Draw, /) -> Reply:
        return replace(reply, refusal=Faulted(self.message))


class LostReply(AfterFault):
    """`lost_reply`: the connection is cut before the answer."""

    kind: Literal["lost_reply"]

    def apply(self, reply: Reply, _draw: Draw, /) -> Reply:
        return replace(reply, cut="reset")


class MalformedJson(AfterFault):
    """`malformed_json`: the body is not valid JSON; as HTTP it is whole."""

    kind: Literal["malformed_json"]

    def apply(self, reply: Reply, _draw: Draw, /) -> Reply:
        return replace(reply, body=reply.body[:-1] + b",")


class TruncatedBody(AfterFault):
    """`truncated_body`: the connection ends after half of the body; the headers promise the whole length."""

    kind: Literal["truncated_body"]

    def apply(self, reply: Reply, _draw: Draw, /) -> Reply:
        return replace(reply, share=0.5)


class SlowBody(AfterFault):
    """`slow_body`: the body trickles."""

    kind: Literal["slow_body"]
    bytes_per_second: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] = 64

    def apply(self, reply: Reply, _draw: Draw, /) -> Reply:
        return replace(reply, bytes_per_second=self.bytes_per_second)

"""`malformed_json`: done, but the answer is no JSON; as HTTP it is whole."""

from typing import Literal

from msgspec.structs import replace

from invapi_emulator.engine.faults.kind import AfterFault, Draw, Reply, fault


@fault
class MalformedJson(AfterFault):
    kind: Literal["malformed_json"]

    def change(self, reply: Reply, draw: Draw) -> Reply:  # noqa: ARG002
        return replace(reply, body=reply.body[:-1] + b",")

"""`reject`: the failure envelope, and nothing is done."""

from typing import Annotated, Any, Literal

from pydantic import Field

from invapi_emulator.engine.call import Call
from invapi_emulator.engine.faults.kind import BeforeFault, Text, Window, fault
from invapi_emulator.errors import ApiError, Faulted
from invapi_emulator.storage.unit_of_work import UnitOfWork


@fault
class Reject(BeforeFault):
    kind: Literal["reject"]
    message: Text = "rejected by a fault"
    code: Annotated[int, Field(ge=-(2**31), lt=0, strict=True)] = -1

    def instead(self, unit: UnitOfWork, call: Call[Any], window: Window | None) -> ApiError:  # noqa: ARG002
        return Faulted(self.message, code=self.code)

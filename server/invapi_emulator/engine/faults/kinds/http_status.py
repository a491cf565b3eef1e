"""`http_status`: that status, with the envelope as body, and nothing is done."""

from typing import Annotated, Any, Literal

from pydantic import Field

from invapi_emulator.engine.call import Call
from invapi_emulator.engine.faults.kind import BeforeFault, Window, fault
from invapi_emulator.errors import ApiError, Faulted
from invapi_emulator.storage.unit_of_work import UnitOfWork


@fault
class HttpStatus(BeforeFault):
    """`retry_after` is the header of that name, in seconds."""

    kind: Literal["http_status"]
    status: Annotated[int, Field(ge=400, le=599, strict=True)]
    retry_after: Annotated[int, Field(ge=0, le=86_400, strict=True)] | None = None

    def instead(self, unit: UnitOfWork, call: Call[Any], window: Window | None) -> ApiError:  # noqa: ARG002
        message = f"answered with HTTP status {self.status} by a fault"
        return Faulted(message, status=self.status, retry_after=self.retry_after)

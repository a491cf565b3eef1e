"""A call as it came in."""

from dataclasses import dataclass, field

from starlette.types import Receive, Scope

from invapi_emulator.actions import Fields
from invapi_emulator.api.forms import header, names_in_query, read_fields
from invapi_emulator.domain.instants import Instant

MULTIPART = "multipart/"


@dataclass(frozen=True, slots=True)
class Request:
    """A call of a module. Its head was there at `received_at`, a real time.

    `has_extension` tells whether its path ends with .php, `is_multipart` whether its body comes in parts, `in_query`
    names the fields that came in its query. It has no fields where they were not, or could not be, read.
    """

    module: str
    method: str
    address: str
    user_agent: str
    request_id: str
    received_at: Instant
    has_extension: bool
    is_multipart: bool
    fields: Fields = field(default_factory=dict)
    in_query: tuple[str, ...] = ()


def head_of(scope: Scope, path: str, request_id: str, received_at: Instant) -> Request:
    """Return a request as it is known before its fields are read; `path` is its path within the application."""
    module = path.removeprefix("/")
    return Request(
        module=module.removesuffix(".php"),
        method=scope["method"],
        address=scope["client"][0] if scope["client"] else "",
        user_agent=header(scope, b"user-agent") or "",
        request_id=request_id,
        received_at=received_at,
        has_extension=module.endswith(".php"),
        is_multipart=(header(scope, b"content-type") or "").lower().startswith(MULTIPART),
    )


async def with_fields(head: Request, scope: Scope, receive: Receive) -> Request:
    """Return the request with its fields; raises what `read_fields` does."""
    fields = await read_fields(scope, receive)
    in_query = names_in_query(scope) if scope["query_string"] else ()
    return Request(
        head.module,
        head.method,
        head.address,
        head.user_agent,
        head.request_id,
        head.received_at,
        head.has_extension,
        head.is_multipart,
        fields,
        in_query,
    )

"""A request to a module as it was received."""

import re

from msgspec import Struct, field
from msgspec.structs import replace
from starlette.types import Receive, Scope

from invapi_emulator.api.forms import Headers, fields_of, header, read_body
from invapi_emulator.domain.instants import Instant
from invapi_emulator.engine.call import Fields

MULTIPART = "multipart/"


class Request(Struct, frozen=True):
    """A call of a module. Its head arrived at `received_at`, in real time.

    `has_extension` is true if its module has .php, `has_more_path` if a slash is behind that.
    `in_query` names the fields of its query, which proxies and servers write into their logs. It has no fields if they were not read, or could not be.
    `hidden` are the tokens of the server itself. A call that has one, in whatever part, does not show it.
    """

    module: str
    method: str
    address: str
    user_agent: str
    request_id: str
    received_at: Instant
    has_extension: bool
    has_more_path: bool
    content_type: str | None
    fields: Fields = field(default_factory=dict)
    in_query: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()

    @property
    def is_multipart(self) -> bool:
        """Tell whether its body has parts."""
        return self.content_type is not None and self.content_type.lower().startswith(MULTIPART)


def head_of(
    scope: Scope,
    headers: Headers,
    path: str,
    request_id: str,
    received_at: Instant,
    hidden: tuple[str, ...] = (),
) -> Request:
    """Return a request without its fields. `path` is its path within the application."""
    module, slash, _ = _merged(path).partition(".php/")
    has_extension = bool(slash) or module.endswith(".php")
    return Request(
        module=module.removesuffix(".php") if has_extension and not slash else module,
        method=scope["method"],
        address=scope["client"][0] if scope["client"] else "",
        user_agent=header(headers, b"user-agent") or "",
        request_id=request_id,
        received_at=received_at,
        has_extension=has_extension,
        has_more_path=bool(slash),
        content_type=header(headers, b"content-type"),
        hidden=hidden,
    )


def _merged(path: str) -> str:
    """Return a path without its first slash, with one for each run of slashes, as web servers look for files."""
    return re.sub("//+", "/", path).removeprefix("/") if "//" in path else path.removeprefix("/")


async def with_fields(head: Request, scope: Scope, receive: Receive) -> Request:
    """Return the request with its fields. Raise what `read_body` and `fields_of` raise."""
    body = await read_body(scope, receive)
    fields, in_query = fields_of(scope["query_string"], head.content_type, body)
    return replace(head, fields=fields, in_query=in_query)

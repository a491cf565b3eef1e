"""uvicorn's protocol, but HTTP that is none gets the envelope too, and an application may end its connection."""

import sys

from httptools import HttpParserInvalidMethodError
from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from invapi_emulator.errors import ApiError, MalformedBody, MethodNotAllowed
from invapi_emulator.http.envelope import failure

CONNECTION = "invapi_emulator.connection"
"""The key among a request's `extensions` under which its transport stands."""


class Protocol(HttpToolsProtocol):
    """What it cannot parse is refused as everything else is (contract 1.4)."""

    def on_headers_complete(self) -> None:
        self.scope["extensions"] = {CONNECTION: self.transport}  # type: ignore[dict-item]
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer and close; called while the parser's error is handled."""
        problem = sys.exc_info()[1]
        error: ApiError = MalformedBody(f"this is no HTTP request that can be read: {problem or msg}")
        if isinstance(problem, HttpParserInvalidMethodError):
            error = MethodNotAllowed("this is no verb of HTTP; the modules take only GET and POST")
        self.transport.write(_as_bytes(failure(error)))
        self.transport.close()


def _as_bytes(response: Response) -> bytes:
    headers = b"".join(name + b": " + value + b"\r\n" for name, value in response.raw_headers)
    status = f"HTTP/1.1 {response.status_code} \r\n".encode()
    return status + headers + b"connection: close\r\n\r\n" + bytes(response.body)

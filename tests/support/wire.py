"""A kept-alive connection that is cheap for its client: HTTP/1.1 on a bare socket."""

import json
import socket
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode, urlsplit

from tests.support.processes import DEADLINE

FORM = "application/x-www-form-urlencoded"


class Answer(NamedTuple):
    status: int
    reason: str | None
    """the reason of a refused emulated call"""
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """One kept-alive connection for consecutive calls."""

    def __init__(self, url: str) -> None:
        address = urlsplit(url)
        self._host = f"{address.hostname}:{address.port}"
        self._socket = socket.create_connection((str(address.hostname), int(address.port or 80)), DEADLINE)
        self._answers = self._socket.makefile("rb")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._answers.close()
        self._socket.close()

    def call(self, module: str, fields: Mapping[str, Any]) -> Answer:
        """Call an action of the imitated API."""
        return self.send("POST", f"/{module}.php", urlencode(fields, doseq=True).encode(), FORM)

    def control(self, method: str, path: str, body: Any = None) -> Answer:
        """Call the control API."""
        content = b"" if body is None else json.dumps(body).encode()
        return self.send(method, f"/_emulator{path}", content, "application/json")

    def send(self, method: str, path: str, content: bytes, kind: str) -> Answer:
        head = f"{method} {path} HTTP/1.1\r\nHost: {self._host}\r\nContent-Type: {kind}\r\n"
        self._socket.sendall(f"{head}Content-Length: {len(content)}\r\n\r\n".encode() + content)
        return self._answer()

    def _answer(self) -> Answer:
        status = int(self._line().split(b" ", 2)[1])
        length, reason = 0, None
        while line := self._line():
            name, _, value = line.partition(b":")
            match name.lower():
                case b"content-length":
                    length = int(value)
                case b"x-emulator-reason":
                    reason = value.strip().decode()
        body = self._answers.read(length)
        if len(body) < length:
            raise ConnectionResetError("the server has closed the connection within an answer")
        return Answer(status, reason, body)

    def _line(self) -> bytes:
        line = self._answers.readline()
        if not line.endswith(b"\n"):
            raise ConnectionResetError("the server has closed the connection")
        return line.rstrip(b"\r\n")

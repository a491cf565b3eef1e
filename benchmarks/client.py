"""A minimal client with one kept-alive connection. For every server it costs as much as `http.client`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"
DEADLINE = 600
"""Timeout of an answer in seconds. Loading a world of many VMs takes long."""


class Client:
    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=DEADLINE)

    def ask(
        self, method: str, path: str, body: str = "", content_type: str = "application/json", **headers: str
    ) -> bytes:
        """Return the body of the answer. Raises if the status is not a success."""
        self._connection.request(method, path, body.encode(), {"Content-Type": content_type} | headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:500]!r}")
        return content

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Make a request to the control API. Return the JSON of its answer."""
        sent = "" if body is None else json.dumps(body)
        return json.loads(self.ask(method, f"/_emulator{path}", sent) or "null")

    def call(self, module: str, **fields: object) -> dict[str, Any]:
        """Make a call of the imitated API. A refusal is an error."""
        answer: dict[str, Any] = json.loads(self.ask("POST", f"/{module}.php", urlencode(fields), FORM))
        if answer["result"] == -1:
            raise RuntimeError(f"{module} {fields}: {answer}")
        return answer

    def close(self) -> None:
        self._connection.close()


@contextmanager
def client_of(port: int) -> Iterator[Client]:
    client = Client(port)
    try:
        yield client
    finally:
        client.close()

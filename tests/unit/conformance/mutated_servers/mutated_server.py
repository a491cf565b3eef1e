"""A server with a mutation: a real emulator with one thing changed on the way."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Asked:
    """A request. `fields` are as received, the last one of each name."""

    module: str
    action: str
    fields: dict[str, str]


@dataclass
class Given:
    """An answer on its way. `body` is its JSON."""

    status: int
    headers: dict[str, str]
    body: Any


Change = Callable[[Asked, Given], None]
Forward = Callable[[bytes], Given]


@contextmanager
def mutated_server(
    url: str, change: Change, rewrite: Callable[[Asked], bytes | None] | None = None
) -> Iterator[str]:
    """Serve the answers of the emulator at `url`, changed. `rewrite` may send it another body instead."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked = _asked(self.path, body)
            if rewrite is not None and (other := rewrite(asked)) is not None:
                body = other
            given = _forwarded(url, self, body)
            change(asked, given)
            _send(self, given)

        do_GET = do_POST = do_DELETE = do_OPTIONS = answer  # noqa: N815 - the names that http.server requires

        def log_message(self, *_: Any) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _asked(path: str, body: bytes) -> Asked:
    where = urlsplit(path)
    read = parse_qs(f"{where.query}&{body.decode('latin-1')}", keep_blank_values=True)
    fields = {name: values[-1] for name, values in read.items()}
    return Asked(where.path.strip("/").removesuffix(".php"), fields.get("action", ""), fields)


def _forwarded(url: str, handler: BaseHTTPRequestHandler, body: bytes) -> Given:
    headers = {
        name: value
        for name, value in handler.headers.items()
        if name.lower() not in {"host", "content-length"}
    }
    with closing(HTTPConnection(urlsplit(url).netloc)) as connection:
        connection.request(handler.command, handler.path, body or None, headers)
        response = connection.getresponse()
        text = response.read()
    kept = {
        name.lower(): value
        for name, value in response.getheaders()
        if name.lower() not in {"content-length", "date", "server"}
    }
    return Given(response.status, kept, json.loads(text) if text else None)


def _send(handler: BaseHTTPRequestHandler, given: Given) -> None:
    content = b"" if given.body is None else json.dumps(given.body).encode()
    handler.send_response(given.status)
    for name, value in given.headers.items():
        handler.send_header(name, value)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content)

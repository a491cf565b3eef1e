"""A played Docker engine: it takes the calls of Testcontainers, and starts the emulator as a process for a container.

It has one image, `invapi-emulator`, with the port of the Dockerfile. A container's variables and arguments become those
of the process. Calls that it does not know are answered with 404 and are kept in `unknown`.
"""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.support.harness import Json
from tests.support.processes import ROOT, Served, served

IMAGE = "invapi-emulator"
PORT = re.findall(r"^EXPOSE (\d+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)[0]
_VERSION = {
    "Version": "28.0.0",
    "ApiVersion": "1.48",
    "MinAPIVersion": "1.24",
    "Os": "linux",
    "Arch": "amd64",
}
_IMAGE = {"Id": "sha256:0", "RepoTags": [f"{IMAGE}:latest"], "Config": {"ExposedPorts": {f"{PORT}/tcp": {}}}}

Reply = tuple[int, Any]
"""A status and a body: JSON, or bytes."""


@dataclass
class Container:
    """A container as it was asked for, and its process while it runs."""

    id: str
    request: Json
    running: ExitStack = field(default_factory=ExitStack)
    server: Served | None = None

    def start(self) -> None:
        """Start the emulator with the container's variables and arguments, on a free port of this machine."""
        variables = dict(line.split("=", 1) for line in self.request.get("Env") or [])
        flags = (self.request.get("Cmd") or ["serve"])[1:]
        self.server = self.running.enter_context(served(*flags, variables=variables))

    def exposed(self) -> list[str]:
        """Return the ports asked for, each with its protocol, which clients may leave out."""
        asked = self.request.get("ExposedPorts") or {}
        return [port if "/" in port else f"{port}/tcp" for port in asked]

    def described(self) -> Json:
        """Return what `docker inspect` shows of it. Only ports that were asked for and are exposed are published."""
        ports: Json = dict.fromkeys(self.exposed())
        if self.server and f"{PORT}/tcp" in ports:
            at = str(urlsplit(self.server.url).port)
            ports[f"{PORT}/tcp"] = [{"HostIp": "0.0.0.0", "HostPort": at}]
        status = "running" if self.server else "created"
        return {
            "Id": self.id,
            "Name": f"/{self.id}",
            "Image": "sha256:0",
            "Created": "2030-01-01T00:00:00Z",
            "Config": {"Image": IMAGE, "Labels": self.request.get("Labels") or {}, "Hostname": self.id[:12]},
            "HostConfig": {"NetworkMode": "bridge", "PortBindings": {}},
            "State": {
                "Status": status,
                "Running": self.server is not None,
                "StartedAt": "2030-01-01T00:00:00Z",
            },
            "NetworkSettings": {"Ports": ports, "Networks": {"bridge": {"IPAddress": "127.0.0.1"}}},
        }


@dataclass
class Engine:
    """The engine's containers, and what was asked of it."""

    url: str = ""
    containers: dict[str, Container] = field(default_factory=dict)
    created: list[Container] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, body: Json) -> Reply:
        """Answer one call. The path is without the version of the API."""
        match method, path.strip("/").split("/"):
            case _, ["_ping"]:
                answer: Reply = 200, b"OK"
            case "GET", ["version" | "info"]:
                answer = 200, _VERSION | {"OperatingSystem": "played", "OSType": "linux"}
            case "GET", ["images", name, "json"] if unquote(name).removesuffix(":latest") == IMAGE:
                answer = 200, _IMAGE
            case "GET", ["containers", "json"]:
                answer = 200, [{"Id": id_, "Image": IMAGE} for id_ in self.containers]
            case "POST", ["containers", "create"]:
                answer = self.create(body)
            case _, ["containers", id_, *rest] if id_ in self.containers:
                answer = self.of_container(method, self.containers[id_], rest)
            case _:
                answer = self.refuse(method, path)
        return answer

    def refuse(self, method: str, path: str) -> Reply:
        self.unknown.append(f"{method} {path}")
        return 404, {"message": f"no such thing: {method} {path}"}

    def create(self, request: Json) -> Reply:
        if request["Image"].removesuffix(":latest") != IMAGE:
            return 404, {"message": f"No such image: {request['Image']}"}
        id_ = f"{len(self.created) + 1:064x}"
        self.containers[id_] = Container(id_, request)
        self.created.append(self.containers[id_])
        return 201, {"Id": id_, "Warnings": []}

    def of_container(self, method: str, container: Container, rest: list[str]) -> Reply:
        match method, rest:
            case "POST", ["start"]:
                container.start()
                return 204, b""
            case "GET", ["json"]:
                return 200, container.described()
            case "GET", ["logs"]:
                return 200, b""
            case ("POST", ["stop" | "kill"]) | ("DELETE", []):
                container.running.close()
                container.server = None
                if method == "DELETE":
                    del self.containers[container.id]
                return 204, b""
        return self.refuse(method, f"{container.id}/{rest}")

    def close(self) -> None:
        for container in self.containers.values():
            container.running.close()


def _handler_of(engine: Engine) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            sent = self.rfile.read(size)
            path = re.sub(r"^/v1\.\d+", "", urlsplit(self.path).path)
            status, body = engine.answer(self.command, path, json.loads(sent or b"{}"))
            written = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/plain" if isinstance(body, bytes) else "application/json")
            self.send_header("API-Version", _VERSION["ApiVersion"])
            if status != 204:
                self.send_header("Content-Length", str(len(written)))
            self.end_headers()
            self.wfile.write(written)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
            """Write nothing: a test that fails shows `unknown`."""

    for method in ("HEAD", "GET", "POST", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.answer)
    return Handler


@contextmanager
def played_engine() -> Iterator[Engine]:
    """Serve an engine on a free port of this machine, at `tcp://…`. Its containers end with it."""
    engine = Engine()
    with ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(engine)) as server:
        engine.url = f"tcp://127.0.0.1:{server.server_address[1]}"
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield engine
        finally:
            server.shutdown()
            thread.join()
            engine.close()

"""A model that uses the tools of an MCP server over stdio."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import FOLDER, VendorServer, clean_environment
from tests.support.harness import Json
from tests.support.recipe_pages import write_files


class Model:
    """Uses the tools of a server."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.messages = 0

    def ask(self, method: str, **params: Any) -> Json:
        self.messages += 1
        message = {"jsonrpc": "2.0", "id": self.messages, "method": method, "params": params}
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()
        answer: Json = json.loads(self.process.stdout.readline())
        assert answer["id"] == self.messages
        result: Json = answer["result"]
        return result

    def text(self, tool: str, **given: Any) -> str:
        """Return the text of a tool that must succeed."""
        result = self.ask("tools/call", name=tool, arguments=given)
        assert "isError" not in result, result
        text: str = result["content"][0]["text"]
        return text

    def read(self, tool: str, **given: Any) -> Json:
        answer: Json = json.loads(self.text(tool, **given))
        return answer

    def started(self, tool: str, **given: Any) -> str:
        """Return the key of the task that a confirmed call started."""
        key = re.search(r"Callback: ([a-z0-9]{32})\. ", self.text(tool, confirm=True, **given))
        assert key
        return key[1]

    def error(self, tool: str, **given: Any) -> str:
        result = self.ask("tools/call", name=tool, arguments=given)
        assert result["isError"] is True
        text: str = result["content"][0]["text"]
        return text


Starter = Callable[..., AbstractContextManager[Model]]


def starter(folder: Path, account: Account, vendor: VendorServer) -> Starter:
    """Return a function that starts the server with the file from the recipe, as the recipe says."""
    write_files("mcp-server.md", folder)

    @contextmanager
    def start(**variables: str) -> Iterator[Model]:
        usual = {
            "HOSTKEY_API_KEY": account.api_key,
            "NODE_OPTIONS": f"--import {folder / 'to-the-emulator.mjs'}",
            "NODE_EXTRA_CA_CERTS": vendor.ca,
            "EMULATOR_HTTPS": f"127.0.0.1:{vendor.secure_port}",
        }
        command = ["node", str(FOLDER / "mcp_server" / "server.mjs")]
        with subprocess.Popen(
            command, env=clean_environment(**usual | variables), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as process:  # fmt: skip
            try:
                yield Model(process)
            finally:
                process.kill()

    return start

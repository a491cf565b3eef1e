"""A client that counts its calls, and tells a cut connection from a hanging one."""

import json
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.fuzz import envelope
from tests.fuzz.asked import Asked
from tests.support.harness import SEED, Json

NEIGHBOUR = "neighbour"
ITS_TOKEN = "the-neighbours-token"
ITS_VM = 12345
HANGS_AFTER = 30
"""Seconds without an answer after which a call counts as hanging. Generous, for a busy machine."""


@dataclass
class Answer:
    """A client's answer. `cut`: the connection ended early; `garbled`: the body was not valid JSON."""

    status: int = 0
    reason: str | None = None
    body: Json = field(default_factory=dict)
    cut: bool = False
    garbled: bool = False


class Caller:
    """Calls of the account demo. `calls` counts those that change or ask, not those that compare."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(
            base_url=url, timeout=HANGS_AFTER, limits=httpx.Limits(keepalive_expiry=2), trust_env=False
        )
        self.calls = 0
        self.cuts = 0
        self.answered_ok: set[str] = set()

    def close(self) -> None:
        self.http.close()

    def call(self, asked: Asked) -> Answer:
        self.calls += 1
        try:
            response = self.http.post(f"/{asked.module}.php", data=asked.form())
        except httpx.TimeoutException:
            raise
        except httpx.TransportError:
            self.cuts += 1
            return Answer(cut=True)
        if response.content.endswith(b","):
            return Answer(response.status_code, garbled=True)
        body, reason = envelope.read_any(response.headers, response.content)
        if asked.action == "check" and body["result"] == "OK":
            self._note_ok(asked.fields["key"])
        return Answer(response.status_code, reason, body)

    def _note_ok(self, key: str) -> None:
        assert key not in self.answered_ok, f"the key {key} was answered OK before"
        self.answered_ok.add(key)

    def control(self, method: str, path: str, body: Any = None, status: int = 200) -> Json:
        """Call the control API for demo. It must answer with this status."""
        self.calls += 1
        content = None if body is None else json.dumps(body)
        response = self.http.request(method, f"/_emulator/accounts/demo{path}", content=content)
        assert response.status_code == status, response.text
        answer: Json = response.json() if response.content else {}
        return answer

    def look(self, path: str) -> Json:
        """Look at demo. This does not count as a call."""
        response = self.http.get(f"/_emulator/accounts/demo{path}").raise_for_status()
        answer: Json = response.json()
        return answer

    def neighbour(self) -> bytes:
        """Return the neighbour's whole world, to the byte."""
        return self.http.get(f"/_emulator/accounts/{NEIGHBOUR}/state").raise_for_status().content

    def make_neighbour(self) -> str:
        """Make an account whose world must not change. Return the key of a task of it that is under way."""
        wanted = {
            "name": NEIGHBOUR,
            "scenario": "one-vm",
            "clock": "frozen",
            "seed": SEED,
            "token": ITS_TOKEN,
        }
        self.http.post("/_emulator/accounts", content=json.dumps(wanted)).raise_for_status()
        form = {"action": "create_snapshot", "token": ITS_TOKEN, "id": ITS_VM, "name": "mine"}
        key: str = self.http.post("/vm.php", data=form).json()["callback"]
        return key

"""A world that refused calls must not change, to the byte."""

import httpx

from tests.fuzz import envelope
from tests.fuzz.raw_http import Got, Sent, exchange
from tests.support.harness import SEED, Json

READ = (b"HTTP/1.0", b"HTTP/1.1")
"""The versions of HTTP that the server reads."""


class Untouched:
    """Sends requests to a server whose account demo is always as after a reset. Counts the requests."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._http = httpx.Client(
            base_url=url, timeout=60, limits=httpx.Limits(keepalive_expiry=2), trust_env=False
        )
        self.calls = 0
        self.accepted = 0
        self._reset()
        self._fresh = self._world()

    def close(self) -> None:
        self._http.close()

    def send(self, sent: Sent) -> tuple[Json, str | None] | None:
        """Send a request and check its answer. Return body and reason, or None without a body."""
        self.calls += 1
        got = exchange(self._url, sent)
        if got is None:
            assert sent.cut, "the connection ended without an answer"
            self._hold_untouched("a request that came in part")
            return None
        assert got.headers.get("access-control-allow-origin") == "*", got
        if sent.method == b"HEAD" or got.status == 204:
            assert got.status in {204, 400, 404, 405, 505 if sent.version not in READ else 405}, got
            return None
        return self._hold(got, sent.version)

    def _hold(self, got: Got, version: bytes) -> tuple[Json, str | None]:
        if got.status == 505 and version not in READ:  # contract 8.5
            body, reason = envelope.read_any(got.headers, got.content)
            assert reason == "malformed_body", got
        else:
            body, reason = envelope.read(got.status, got.headers, got.content)
        if reason is None:
            self.accepted += 1
            self._reset()
        self._hold_untouched("a refused call" if reason else "a reset after an accepted call")
        return body, reason

    def _hold_untouched(self, by: str) -> None:
        if self._world() != self._fresh:
            self._reset()  # so that the next request, perhaps a simpler one, is judged alone
            raise AssertionError(f"{by} has left another world")

    def _world(self) -> bytes:
        return self._http.get("/_emulator/accounts/demo/state").raise_for_status().content

    def _reset(self) -> None:
        """Start the account's world again. It must be the same to the byte."""
        wanted = {"scenario": "demo", "seed": SEED}
        self._http.post("/_emulator/accounts/demo/reset", json=wanted).raise_for_status()

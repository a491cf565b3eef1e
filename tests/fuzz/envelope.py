"""The envelope of every answer of a module: a success, or a complete failure (contract 2)."""

import json
import re
from collections.abc import Mapping

from invapi_emulator.contract.clauses import clauses
from tests.support.harness import Json

_CLAUSE = re.search(r"`([a-z_ ]+)`\.$", clauses()["2.5"].text)
assert _CLAUSE is not None
REASONS = frozenset(_CLAUSE[1].split())
assert len(REASONS) > 20

STATUSES = {
    "unknown_module": 404, "malformed_body": 400, "method_not_allowed": 405, "body_too_large": 413,
    "unsupported_media_type": 415, "not_emulated": 501,
}  # fmt: skip
"""The failures of transport and their statuses (contract 1.4). All others are HTTP 200."""

_NO_SERVERS = {"result": -1, "error": "No appropriate servers found", "code": "NO_APPROPRIATE_SERVERS"}


def read(status: int, headers: Mapping[str, str], content: bytes) -> tuple[Json, str | None]:
    """Return the body and the reason of a correct answer, unless a rule changed it."""
    body, reason = read_any(headers, content)
    assert status == STATUSES.get(reason or "", 200), (status, reason, content)
    return body, reason


def read_any(headers: Mapping[str, str], content: bytes) -> tuple[Json, str | None]:
    """Return the body and the reason of an answer with any status."""
    assert headers.get("content-type") == "application/json", (dict(headers), content)
    body = json.loads(content)
    assert isinstance(body, dict), body
    reason = headers.get("x-emulator-reason")
    if reason is None:
        _hold_success(body)
    else:
        _hold_failure(body, reason)
    return body, reason


def _hold_success(body: Json) -> None:
    if "billing_status" in body:
        assert "result" not in body, body
        return
    told = body.get("result")
    assert told in ("OK", "Not ready", "Fail", "success") or (isinstance(told, dict) and "token" in told), (
        body
    )
    assert "code" not in body, body
    assert "credits" in body.get("message", {"credits"}), body
    assert ("error" in body) == (told == "Fail"), body


def _hold_failure(body: Json, reason: str) -> None:
    assert reason in REASONS, reason
    if reason == "no_appropriate_servers":
        assert body == _NO_SERVERS
        return
    assert body["result"] == -1, body
    assert isinstance(body["code"], int), body
    assert body["code"] < 0, body
    assert body["message"], body
    assert body["message"] == body["error"], body
    assert body.keys() - {"key"} == {"result", "code", "message", "error"}, body
    assert ("key" in body) <= (reason in {"key_not_found", "key_spent", "fault"}), body

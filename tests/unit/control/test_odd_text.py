"""NUL and lone surrogates, which no database stores, in every body, path and query of the control API: refused, never a 5xx."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.support.harness import Emulator, Json
from tests.support.offenders import assert_none

ODD = ["\0", "\ud800", "\udfff\ud800", "\uffff\0"]
IN_PATHS = ["%00", "a%00b", "%ED%A0%80", "%FF", "%C0%80", "%0A", "%F0%9F%98%80", "1%00", "x" * 5_000]
STATE = "/_emulator/accounts/{name}/state"

BODIES: dict[str, list[Json]] = {
    "POST /_emulator/accounts": [
        {
            "name": "odd", "scenario": "one-vm", "token": "token-of-odd", "api_key": "key-of-odd", "user": "odd@example.com", "password": "p4ssword",
            "clock": {"mode": "frozen", "now": "2030-01-01T00:00:00Z"}, "profile": "slow", "assume": {"A-12": "no"},
        }
    ],
    "POST /_emulator/accounts/{name}/reset": [{"scenario": "demo"}],
    "PUT /_emulator/accounts/{name}/assumptions": [{"A-12": "no"}],
    "PUT /_emulator/accounts/{name}/profile": [{"profile": "slow"}],
    "PUT /_emulator/accounts/{name}/clock": [{"mode": "auto", "now": "2031-01-01T00:00:00Z"}],
    "POST /_emulator/accounts/{name}/clock/advance": [{"until": "idle"}],
    "PUT /_emulator/accounts/{name}/state": [],
    "POST /_emulator/accounts/{name}/vms": [{"id": 777, "snapshots": [{"name": "a"}]}],
    "PATCH /_emulator/accounts/{name}/vms/{vm_id}": [{"power": "on"}],
    "POST /_emulator/accounts/{name}/tasks/{key}/fail": [{}],
    "POST /_emulator/accounts/{name}/requests/verify": [
        {"module": "vm", "action": "list", "result": "refused", "reason": "vm_locked", "fields": {"name": "a"}, "count": 0}
    ],
    "POST /_emulator/accounts/{name}/faults": [
        {"kind": "reject", "message": "no", "match": {"module": "eq", "action": "list"}},
    ],
    "PATCH /_emulator/accounts/{name}/faults/{rule_id}": [{"enabled": False}],
    "PATCH /_emulator/accounts/{name}": [{"credit": "1.00", "currency": "EUR", "prepaid": True}],
}  # fmt: skip
"""A body that each route accepts. The state of an account is the body of its own route."""


def described(http: httpx.Client) -> Iterator[tuple[str, str, Json]]:
    for path, methods in http.get("/openapi.json").json()["paths"].items():
        for method, operation in methods.items():
            if not path.endswith(".php"):
                yield method.upper(), path, operation


def odd_ones(value: Any) -> Iterator[Any]:
    """Yield a body with one of its texts, or of its keys, made odd: each kind of text in lists once.

    A task's context is left out: it holds what a client sent, and clients may send NUL.
    """
    if isinstance(value, str):
        yield from (f"{value}{odd}" for odd in ODD)
    elif isinstance(value, list):
        yield from ([each, *value[1:]] for each in odd_ones(value[0] if value else ""))
    elif isinstance(value, dict):
        yield from ({**value, f"x{odd}": "x"} for odd in ODD)
        for name, inner in value.items():
            if name != "context":
                yield from ({**value, name: each} for each in odd_ones(inner))


@pytest.fixture
def there(emulator: Emulator) -> dict[str, str]:
    """Return what the parameters of paths may name."""
    key = emulator.start("vm", "create_snapshot", name="a")
    rule = emulator.fault("reject", match={"action": "status"})
    return {"name": "demo", "vm_id": "12345", "key": key, "rule_id": str(rule["id"]), "invoice_id": "7001"}


def test_every_route_with_a_body_has_one_here(emulator: Emulator) -> None:
    assert BODIES.keys() == {
        f"{method} {path}" for method, path, what in described(emulator.http) if "requestBody" in what
    }


@pytest.mark.parametrize("route", BODIES)
def test_odd_text_in_a_body_is_refused(emulator: Emulator, there: dict[str, str], route: str) -> None:
    method, path = route.split()
    url = path.format(**there)
    bodies = [emulator.export()] if path == STATE else BODIES[route]
    sent = [json.dumps(odd).encode() for body in bodies for odd in odd_ones(body)]
    sent += [
        b'{"name": "\xff"}',
        b'{"name": "\xed\xa0\x80"}',
        b'{"\xc0\x80": 1}',
        b"\0",
        b'"\\ud800"',
        b'["\\u0000"]',
    ]
    assert len(sent) > 9
    answers = ((content, emulator.http.request(method, url, content=content)) for content in sent)
    assert_none(
        f"{content[:200]!r}: {answer.status_code} {answer.text[:200]}"
        for content, answer in answers
        if not 400 <= answer.status_code < 500
        and not (path.endswith("/verify") and answer.json() == {"matched": 0})
    )
    for body in bodies:
        assert emulator.http.request(method, url, content=json.dumps(body)).status_code in {200, 201}


def test_odd_text_in_a_path_is_refused(emulator: Emulator, there: dict[str, str]) -> None:
    odd = [
        (method, path.format(**there | {name: value}))
        for method, path, _ in described(emulator.http)
        for name in re.findall(r"{(\w+)}", path)
        for value in IN_PATHS
    ]
    assert len(odd) > 200
    answers = ((each, emulator.http.request(*each)) for each in odd)
    assert_none(
        f"{each}: {answer.status_code}" for each, answer in answers if not 400 <= answer.status_code < 500
    )


def test_odd_text_in_a_query_or_header_is_no_failure(emulator: Emulator, there: dict[str, str]) -> None:
    """A filter may match nothing. An event stream begins anyway, so only its status is read."""

    def status(method: str, url: str, headers: dict[bytes, bytes]) -> int:
        with emulator.http.stream(method, url, headers=headers) as answer:
            return answer.status_code

    tried = 0
    for method, path, what in described(emulator.http):
        for parameter in what.get("parameters", []):
            for value in IN_PATHS if parameter["in"] != "path" else []:
                in_query = parameter["in"] == "query"
                url = path.format(**there) + (f"?{parameter['name']}={value}" if in_query else "")
                headers = (
                    {}
                    if in_query
                    else {parameter["name"].encode(): b"\xff\xed\xa0\x80" + value.encode()[:100]}
                )
                assert status(method, url, headers) < 500, (url, headers)
                tried += 1
    assert tried > 100

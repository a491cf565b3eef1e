"""What a body may have, by route. What has more is refused before it is parsed."""

import json
from collections.abc import Iterator

import pytest

from invapi_emulator.control.bodies import KIB, MIB, limit_of
from tests.support.harness import Emulator

STATE = "/_emulator/accounts/demo/state"
LOGIN = "/_emulator/ui/login"
FAULTS = "/_emulator/accounts/demo/faults"
ADVANCE = "/_emulator/accounts/demo/clock/advance"


def refused(emulator: Emulator, method: str, path: str, body: bytes | Iterator[bytes]) -> str:
    response = emulator.http.request(method, path, content=body)
    assert response.status_code == 413, response.text
    error = response.json()["error"]
    assert error["reason"] == "body_too_large"
    assert response.headers["connection"] == "close"
    message: str = error["message"]
    return message


@pytest.mark.parametrize(
    ("method", "path", "size"),
    [("POST", LOGIN, 8 * KIB), ("PUT", STATE, 16 * MIB), ("POST", "/_emulator/accounts/demo/vms", 4 * MIB), ("POST", FAULTS, 16 * KIB), ("POST", ADVANCE, MIB)],
)  # fmt: skip
def test_each_route_has_its_limit(emulator: Emulator, method: str, path: str, size: int) -> None:
    assert limit_of(path).size == size
    assert emulator.http.request(method, path, content=b"x" * size).status_code in (401, 303, 422)
    message = refused(emulator, method, path, b"x" * (size + 1))
    assert message == f"the body is larger than {size} bytes: {method} {path}; see docs/how-to/operating.md"


def test_a_body_of_unknown_length_has_the_same_limit(emulator: Emulator) -> None:
    chunks = (b"x" * KIB for _ in range(9))
    assert "larger than 8192 bytes" in refused(emulator, "POST", LOGIN, chunks)


@pytest.mark.parametrize(
    "body",
    [
        b'{"vms":[' + b"1," * 1_000_000 + b"1]}",
        b'{"vms":[' + b"[" * 1_000_000,
        b'{"vms":[' + b"{}," * 1_000_000,
        b'["' + b'\\"' * 1_100_000 + b'",' + b"1," * 1_000_000,
    ],
)
def test_a_body_of_many_values_is_refused_by_their_number(emulator: Emulator, body: bytes) -> None:
    assert "more than 1000000 values" in refused(emulator, "PUT", STATE, body)


def test_commas_and_brackets_in_a_text_are_no_values(emulator: Emulator) -> None:
    text = ',[{\\"' * 150_000
    task = f'{{"action":"status","state":"failed","error":"{text}"}}'
    body = f'{{"vms":[{{"id":1,"tasks":[{task}]}}]}}'
    assert len(json.loads(body)["vms"][0]["tasks"][0]["error"]) == 600_000
    response = emulator.http.put(STATE, content=body)
    assert response.status_code == 200, response.text


def test_the_body_of_a_request_that_reads_none_is_left_alone(emulator: Emulator) -> None:
    response = emulator.http.request("GET", STATE, content=b"x" * (2 * MIB))
    assert response.status_code == 200


@pytest.mark.parametrize("body", [b'{"x":1,"x":2}', b'[{"long name":1,"x":{},"long name":[]}]'])
def test_a_key_stands_once_in_every_body(emulator: Emulator, body: bytes) -> None:
    routes = [
        (verb.upper(), path.format(name="demo", vm_id="12345", rule_id="1", key="k" * 32))
        for path, verbs in emulator.http.get("/openapi.json").json()["paths"].items()
        for verb, operation in verbs.items()
        if "requestBody" in operation and path.startswith("/_emulator/")
    ]
    assert len(routes) > 10
    key = "long name" if b"long name" in body else "x"
    for method, path in routes:
        response = emulator.http.request(method, path, content=body)
        message = f"the body is not valid JSON: duplicate key '{key}'"
        assert (response.status_code, response.json()["error"]["message"]) == (422, message), path

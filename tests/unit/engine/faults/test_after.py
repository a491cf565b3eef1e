"""Faults that act on the answer: the call is executed and committed."""

import socket
import struct
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.support.harness import TOKEN, Emulator, Json

CREATE = {"action": "create_snapshot", "token": TOKEN, "id": "12345", "name": "a"}


def sent(emulator: Emulator, module: str, form: dict[str, str]) -> socket.socket:
    """Send a call and do not wait. The caller closes the connection."""
    base, body = emulator.http.base_url, urlencode(form)
    plain = socket.create_connection((base.host, base.port or 80), timeout=60)
    head = f"POST /{module}.php HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    plain.sendall((head + body).encode())
    return plain


def calls_of(emulator: Emulator) -> list[Json]:
    calls: list[Json] = emulator.control("GET", "/requests")["requests"]
    return calls


def keys_of(emulator: Emulator) -> list[str]:
    return [task["key"] for task in emulator.tasks]


def calls_that_started_tasks(emulator: Emulator) -> list[Json]:
    """Return the executed calls of the present world. The journal also has older ones."""
    keys = keys_of(emulator)
    return [call for call in calls_of(emulator) if call["task"] in keys]


def test_latency_does_not_delay_the_effect_but_the_answer(emulator: Emulator) -> None:
    emulator.fault("latency", seconds=3600)
    with sent(emulator, "vm", CREATE) as client:
        calls = next(found for _ in range(5000) if (found := calls_that_started_tasks(emulator)))
        client.setblocking(False)
        with pytest.raises(BlockingIOError):
            client.recv(1)
    (call,) = calls
    assert (call["action"], call["fault"], call["result"]) == ("create_snapshot", "latency", "ok")
    assert call["duration_ms"] >= 3_600_000


def test_other_calls_are_answered_while_one_waits(emulator: Emulator) -> None:
    emulator.fault("latency", seconds=0.5, match={"action": "list"})
    with httpx.Client(base_url=emulator.url) as slow, emulator.http.stream("GET", "/_emulator/health"):
        answer = slow.post("/eq.php", data={"action": "list", "token": TOKEN}, timeout=60)
    assert answer.json()["result"] == "OK"


@pytest.mark.parametrize(
    "fields",
    [
        {"distribution": "uniform", "low": 0.03, "high": 0.05},
        {"distribution": {"type": "uniform", "low": 0.03, "high": 0.05}},
        {"distribution": {"uniform": {"low": 0.03, "high": 0.05}}},
        {"distribution": "lognormal", "median": 0.04, "sigma": 0.01},
    ],
)
def test_the_seed_draws_a_latency_from_its_distribution(emulator: Emulator, fields: dict[str, Any]) -> None:
    for _ in range(2):
        emulator.reset()
        emulator.fault("latency", **fields, times=3)
        for _ in range(3):
            assert emulator.call("eq", "list")["result"] == "OK"
    waits = [call["duration_ms"] for call in emulator.control("GET", "/requests")["requests"][-6:]]
    assert all(30 <= wait <= 50 for wait in waits)
    assert waits[:3] == waits[3:]
    assert len(set(waits)) == 3


def test_a_truncated_body_is_shorter_than_announced(emulator: Emulator) -> None:
    emulator.fault("truncated_body")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        emulator.http.post("/vm.php", data=CREATE)
    assert len(emulator.tasks) == 1


def test_malformed_json_is_valid_http(emulator: Emulator) -> None:
    emulator.fault("malformed_json")
    response = emulator.http.post("/vm.php", data=CREATE)
    assert response.status_code == 200
    assert int(response.headers["content-length"]) == len(response.content)
    with pytest.raises(ValueError, match="Expecting"):
        response.json()
    assert len(emulator.tasks) == 1


def test_a_slow_body_trickles_and_is_complete_in_the_end(emulator: Emulator) -> None:
    emulator.fault("slow_body", bytes_per_second=500)
    with emulator.http.stream("POST", "/vm.php", data=CREATE) as response:
        chunks = list(response.iter_raw())
    assert len(chunks) > 1
    assert b'"callback"' in b"".join(chunks)
    assert emulator.control("GET", "/requests")["requests"][-1]["duration_ms"] > 200


def test_a_client_that_leaves_a_slow_body_disturbs_no_other(emulator: Emulator) -> None:
    emulator.fault("slow_body", bytes_per_second=1)
    with emulator.http.stream("POST", "/vm.php", data=CREATE) as response:
        next(response.iter_raw())
    assert emulator.call("eq", "list")["result"] == "OK"


def test_a_lost_reply_keeps_the_effect(emulator: Emulator) -> None:
    emulator.fault("lost_reply")
    with pytest.raises(httpx.ReadError):
        emulator.http.post("/vm.php", data=CREATE)
    (task,) = emulator.tasks
    call = emulator.control("GET", "/requests")["requests"][-1]
    assert (call["task"], call["status"], call["result"]) == (task["key"], None, "ok")
    emulator.advance(until="idle")
    assert emulator.listed()[-1] == "a"


def test_a_reset_connection_is_an_error_of_a_plain_socket(emulator: Emulator) -> None:
    emulator.fault("lost_reply")
    with (
        sent(emulator, "eq", {"action": "list", "token": TOKEN}) as client,
        pytest.raises(ConnectionResetError),
    ):
        client.recv(100)


def test_rejected_but_done_refuses_although_the_task_runs(emulator: Emulator) -> None:
    emulator.fault("rejected_but_done", message="try later")
    answer = emulator.call_vm("create_snapshot", name="a")
    assert (answer["result"], answer["message"], answer["reason"]) == (-1, "try later", "fault")
    assert "callback" not in answer
    emulator.advance(until="idle")
    assert emulator.listed()[-1] == "a"


def test_a_refused_call_can_be_answered_late_and_broken_too(emulator: Emulator) -> None:
    emulator.fault("malformed_json")
    response = emulator.http.post("/vm.php", data=CREATE | {"id": "1"})
    assert response.headers["x-emulator-reason"] == "vm_not_found"
    assert response.content.endswith(b",")


@pytest.mark.parametrize(
    "kind", ["connection_reset", "empty_reply", "lost_reply", "truncated_body", "slow_body"]
)
def test_a_client_that_has_left_already_is_cut_off_in_silence(
    emulator: Emulator, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    emulator.fault(kind, times=None)
    for _ in range(50):
        with sent(emulator, "vm", CREATE) as plain:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    emulator.http.get("/_emulator/health").raise_for_status()
    assert "Exception" not in caplog.text

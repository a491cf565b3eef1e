"""Faults that act on the answer: the call is carried out, and committed."""

import socket

import httpx
import pytest

from harness import TOKEN, Emulator

CREATE = {"action": "create_snapshot", "token": TOKEN, "id": "12345", "name": "a"}


def test_latency_lets_the_effect_come_at_once_and_the_answer_late(emulator: Emulator) -> None:
    emulator.fault("latency", seconds=3600)
    with pytest.raises(httpx.ReadTimeout):
        emulator.http.post("/vm.php", data=CREATE, timeout=0.3)
    (task,) = emulator.tasks()
    call = emulator.control("GET", "/requests")["requests"][-1]
    assert (call["task"], call["fault"], call["result"]) == (task["key"], "latency", "ok")
    assert call["duration_ms"] >= 3_600_000


def test_others_are_answered_while_one_waits(emulator: Emulator) -> None:
    emulator.fault("latency", seconds=0.5, match={"action": "list"})
    with httpx.Client(base_url=emulator.url) as slow, emulator.http.stream("GET", "/_emulator/health"):
        answer = slow.post("/eq.php", data={"action": "list", "token": TOKEN}, timeout=60)
    assert answer.json()["result"] == "OK"


@pytest.mark.parametrize(
    "fields",
    [
        {"distribution": "uniform", "low": 3.0, "high": 5.0},
        {"distribution": {"type": "uniform", "low": 3, "high": 5}},
        {"distribution": {"uniform": {"low": 3, "high": 5}}},
        {"distribution": "lognormal", "median": 4.0, "sigma": 0.01},
    ],
)
def test_the_seed_draws_a_latency_from_its_distribution(
    emulator: Emulator, fields: dict[str, object]
) -> None:
    for _ in range(2):
        emulator.reset()
        emulator.fault("latency", **fields, times=3)
        for _ in range(3):
            with pytest.raises(httpx.ReadTimeout):
                emulator.http.post("/eq.php", data={"action": "list", "token": TOKEN}, timeout=0.05)
    calls = emulator.control("GET", "/requests")["requests"][-6:]
    waits = [round(call["duration_ms"] / 1000) for call in calls]
    assert all(3 <= wait <= 5 for wait in waits)
    assert waits[:3] == waits[3:]


def test_a_truncated_body_promises_more_than_comes(emulator: Emulator) -> None:
    emulator.fault("truncated_body")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending complete message body"):
        emulator.http.post("/vm.php", data=CREATE)
    assert len(emulator.tasks()) == 1


def test_malformed_json_is_whole_as_http(emulator: Emulator) -> None:
    emulator.fault("malformed_json")
    response = emulator.http.post("/vm.php", data=CREATE)
    assert response.status_code == 200
    assert int(response.headers["content-length"]) == len(response.content)
    with pytest.raises(ValueError, match="Expecting"):
        response.json()
    assert len(emulator.tasks()) == 1


def test_a_slow_body_trickles_and_is_whole_in_the_end(emulator: Emulator) -> None:
    emulator.fault("slow_body", bytes_per_second=500)
    with emulator.http.stream("POST", "/vm.php", data=CREATE) as response:
        chunks = list(response.iter_raw())
    assert len(chunks) > 1
    assert b'"callback"' in b"".join(chunks)
    assert emulator.control("GET", "/requests")["requests"][-1]["duration_ms"] > 200


def test_a_client_that_leaves_a_slow_body_disturbs_nobody(emulator: Emulator) -> None:
    emulator.fault("slow_body", bytes_per_second=1)
    with emulator.http.stream("POST", "/vm.php", data=CREATE) as response:
        next(response.iter_raw())
    assert emulator.call("eq", "list")["result"] == "OK"


def test_a_lost_reply_leaves_what_was_done(emulator: Emulator) -> None:
    emulator.fault("lost_reply")
    with pytest.raises(httpx.ReadError):
        emulator.http.post("/vm.php", data=CREATE)
    (task,) = emulator.tasks()
    call = emulator.control("GET", "/requests")["requests"][-1]
    assert (call["task"], call["status"], call["result"]) == (task["key"], None, "ok")
    emulator.advance(until="idle")
    assert emulator.listed()[-1] == "a"


def test_a_reset_connection_says_so_to_a_plain_socket(emulator: Emulator) -> None:
    emulator.fault("lost_reply")
    address = (emulator.http.base_url.host, emulator.http.base_url.port or 80)
    body = f"action=list&token={TOKEN}"
    head = f"POST /eq.php HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(address, timeout=60) as plain:
        plain.sendall((head + body).encode())
        with pytest.raises(ConnectionResetError):
            plain.recv(100)


def test_rejected_but_done_refuses_though_the_task_runs(emulator: Emulator) -> None:
    emulator.fault("rejected_but_done", message="try later")
    answer = emulator.vm("create_snapshot", name="a")
    assert (answer["result"], answer["message"], answer["reason"]) == (-1, "try later", "fault")
    assert "callback" not in answer
    emulator.advance(until="idle")
    assert emulator.listed()[-1] == "a"


def test_a_refused_call_can_be_answered_late_and_broken_too(emulator: Emulator) -> None:
    emulator.fault("malformed_json")
    response = emulator.http.post("/vm.php", data=CREATE | {"id": "1"})
    assert response.headers["x-emulator-reason"] == "vm_not_found"
    assert response.content.endswith(b",")

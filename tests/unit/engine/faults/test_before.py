"""Faults that act instead of a call: it has no effect."""

import httpx
import pytest

from tests.support.harness import TOKEN, Emulator


def nothing_was_done(emulator: Emulator) -> bool:
    return emulator.tasks == [] and emulator.vm(12345)["locked_by"] is None


def test_reject_answers_with_its_words_in_the_envelope(emulator: Emulator) -> None:
    emulator.fault("reject", message="quota exceeded", code=-17)
    answer = emulator.call_vm("create_snapshot", name="a")
    assert answer == {
        "result": -1, "code": -17, "message": "quota exceeded", "error": "quota exceeded", "reason": "fault",
    }  # fmt: skip
    assert nothing_was_done(emulator)


def test_reject_needs_no_words(emulator: Emulator) -> None:
    emulator.fault("reject")
    answer = emulator.call_vm("create_snapshot", name="a")
    assert (answer["code"], answer["message"]) == (-1, "rejected by a fault")


def test_http_status_contains_the_envelope_and_says_when_to_come_back(emulator: Emulator) -> None:
    emulator.fault("http_status", status=503, retry_after=7)
    response = emulator.http.post("/eq.php", data={"action": "list", "token": TOKEN})
    assert (response.status_code, response.headers["retry-after"]) == (503, "7")
    assert response.headers["x-emulator-reason"] == "fault"
    assert response.json()["code"] == -1
    assert nothing_was_done(emulator)


def test_http_status_has_no_retry_after_by_default(emulator: Emulator) -> None:
    emulator.fault("http_status", status=502)
    response = emulator.http.post("/eq.php", data={"action": "list", "token": TOKEN})
    assert response.status_code == 502
    assert "retry-after" not in response.headers


def test_an_expired_token_stays_expired_until_a_reset_but_login_works(emulator: Emulator) -> None:
    emulator.fault("expired_token")
    first, second = emulator.call("eq", "list"), emulator.call("eq", "list")
    assert (first["code"], first["message"], first["reason"]) == (-2, "Token expired", "fault")
    assert (second["code"], second["message"], second["reason"]) == (-2, "Token expired", "token_expired")
    new = emulator.call("auth", "login", key="demo-api-key")["result"]["token"]
    assert emulator.call("eq", "list", token=new)["result"] == "OK"
    emulator.reset()
    assert emulator.call("eq", "list")["result"] == "OK"


def test_one_login_token_expires_alone(emulator: Emulator) -> None:
    session = emulator.call("auth", "login", key="demo-api-key")["result"]["token"]
    emulator.fault("expired_token")
    assert emulator.call("eq", "list", token=session)["message"] == "Token expired"
    assert emulator.call("eq", "list", token=session)["message"] == "Token expired"
    assert emulator.call("eq", "list")["result"] == "OK"


def test_an_expired_token_does_not_affect_calls_without_one(emulator: Emulator) -> None:
    key = emulator.start("eq", "status")
    emulator.fault("expired_token")
    assert emulator.check(key)["result"] == "Not ready"
    assert "token" in emulator.call("auth", "login", key="demo-api-key")["result"]


def test_a_rate_limit_counts_calls_in_real_time(emulator: Emulator) -> None:
    emulator.fault("rate_limit", budget=2, per=10, times=None)
    call = {"action": "list", "token": TOKEN}
    answers = [emulator.http.post("/eq.php", data=call) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[2].headers["retry-after"] == "10"
    emulator.time.go_on(7.5)
    assert emulator.http.post("/eq.php", data=call).headers["retry-after"] == "3"
    emulator.time.go_on(2.5)
    assert emulator.http.post("/eq.php", data=call).status_code == 200
    assert emulator.control("GET", "/faults")["faults"][0]["fired"] == 2


@pytest.mark.parametrize(
    ("kind", "seen"), [("connection_reset", httpx.ReadError), ("empty_reply", httpx.RemoteProtocolError)]
)
def test_a_connection_ends_without_a_byte(emulator: Emulator, kind: str, seen: type[Exception]) -> None:
    emulator.fault(kind)
    with pytest.raises(seen):
        emulator.call_vm("create_snapshot", name="a")
    assert nothing_was_done(emulator)
    call = emulator.control("GET", "/requests")["requests"][-1]
    assert (call["status"], call["answer"], call["fault"]) == (None, "", kind)
    assert emulator.call_vm("create_snapshot", name="a")["result"] == "OK"

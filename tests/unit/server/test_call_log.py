"""One log line for each call, for people and for machines, with an id to find it by."""

import json
import logging
import re
import socket
from typing import Any
from urllib.parse import quote, urlsplit

import httpx
import pytest

from invapi_emulator.process.logs import HumanLines, JsonLines
from tests.support.harness import TOKEN, Emulator, Json, running
from tests.support.processes import ROOT


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG, "invapi_emulator")
    return caplog


def as_json(log: pytest.LogCaptureFixture, logger: str = "invapi_emulator.calls") -> list[Json]:
    lines = [JsonLines().format(record) for record in log.records if record.name == logger]
    assert not any("\n" in line for line in lines)
    return [json.loads(line) for line in lines]


def test_each_call_is_one_line_with_its_fields(emulator: Emulator, log: pytest.LogCaptureFixture) -> None:
    emulator.call_vm("get_snapshot", 99999)
    emulator.start("vm", "load_stats")
    refused, accepted = as_json(log)
    assert refused | {"time": "", "ms": 0, "request_id": ""} == {
        "time": "", "level": "info", "logger": "invapi_emulator.calls",
        "message": "POST vm/get_snapshot: vm_not_found", "request_id": "", "account": "demo", "method": "POST",
        "module": "vm", "action": "get_snapshot", "vm": 99999, "reason": "vm_not_found", "status": 200, "ms": 0,
        "address": "127.0.0.1",
    }  # fmt: skip
    assert (accepted["message"], accepted["vm"]) == ("POST vm/load_stats: ok", 12345)
    assert "reason" not in accepted


def test_the_line_for_people_has_them_too(emulator: Emulator, log: pytest.LogCaptureFixture) -> None:
    emulator.call("eq", "list", token="wrong")
    (record,) = [record for record in log.records if record.name == "invapi_emulator.calls"]
    line = HumanLines().format(record)
    assert " INFO invapi_emulator.calls: POST eq/list: invalid_token request_id=" in line
    assert line.endswith(" address=127.0.0.1")


def test_a_long_path_is_cut_and_tells_how_long_it_was(
    emulator: Emulator, log: pytest.LogCaptureFixture
) -> None:
    emulator.http.post(f"/_emulator/{'a' * 5_000}")
    (line,) = as_json(log, "invapi_emulator.control")
    assert line["path"] == f"/_emulator/{'a' * 189}... (4,811 characters cut)"
    assert line["message"] == f'POST "{line["path"]}"'


def test_input_that_is_not_a_call_has_its_line_too(emulator: Emulator, log: pytest.LogCaptureFixture) -> None:
    address = urlsplit(emulator.url)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=60) as connection:
        connection.sendall(b"GET / HTTP/x\r\n\r\n")
        assert connection.recv(65_536).startswith(b"HTTP/1.1 400 ")
    (line,) = as_json(log)
    assert line["message"].startswith("no call: not a readable HTTP request: ")
    assert (line["reason"], line["status"], line["address"]) == ("malformed_body", 400, "127.0.0.1")


def test_the_kinds_of_faults_that_fired_are_named(emulator: Emulator, log: pytest.LogCaptureFixture) -> None:
    emulator.fault("reject", match={"action": "list"})
    emulator.call("eq", "list")
    (line,) = as_json(log)
    assert (line["fault"], line["reason"]) == ("reject", "fault")


def test_several_kinds_are_written_as_the_documentation_says(
    emulator: Emulator, log: pytest.LogCaptureFixture
) -> None:
    emulator.fault("stale_list", seconds=5)
    emulator.fault("latency", seconds=0)
    emulator.call_vm("create_snapshot", name="a")
    (line,) = as_json(log)
    call = emulator.control("GET", "/requests")["requests"][-1]
    assert (line["fault"], call["fault"]) == ("stale_list,latency", "stale_list, latency")
    schemas = emulator.http.get("/openapi.json").json()["components"]["schemas"]
    described = schemas["RequestView"]["properties"]
    for words in (page("reference/control-api.md"), described["fault"]["description"]):
        assert "kinds of the fault rules that fired, with a comma and a space between them" in words
    assert "fault rules that fired, with a comma and no space between them" in page("how-to/operating.md")


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_a_call_has_the_same_id_in_answer_log_and_journal(
    emulator: Emulator, log: pytest.LogCaptureFixture
) -> None:
    form = {"action": "list", "token": TOKEN}
    generated = emulator.http.post("/eq.php", data=form).headers["x-request-id"]
    mine = emulator.http.post("/eq.php", data=form, headers={"X-Request-Id": "build-17.4_a"})
    assert mine.headers["x-request-id"] == "build-17.4_a"
    ids = [generated, "build-17.4_a"]
    assert [line["request_id"] for line in as_json(log)] == ids
    journal = emulator.control("GET", "/requests")["requests"]
    assert [line["request_id"] for line in journal[-2:]] == ids


@pytest.mark.parametrize("given", ["", "two words", "x" * 65, "a=b", '"', "é"])
def test_an_id_that_is_not_a_plain_word_is_replaced(emulator: Emulator, given: str) -> None:
    response = emulator.http.get("/eq.php", headers=[(b"x-request-id", given.encode())])
    assert response.headers["x-request-id"] != given
    assert "-" in response.headers["x-request-id"]


@pytest.mark.parametrize("name", ["a\nb", "a\r\n2026 INFO forged", "\x1b[31m", "\u2028x"])
def test_a_log_line_cannot_be_forged(emulator: Emulator, log: pytest.LogCaptureFixture, name: str) -> None:
    emulator.call("vm", name)
    (record,) = [record for record in log.records if record.name == "invapi_emulator.calls"]
    for line in (HumanLines().format(record), JsonLines().format(record)):
        assert len(line.splitlines()) == 1
        assert "\x1b" not in line


IN_QUOTES = re.compile(r'"(?:[^"\\]|\\.)*"')


@pytest.mark.parametrize(
    "sent", ["1.2.3.4 account=admin", "1.2.3.4\taccount=admin", '" account="admin', "\x85a\x9b"]
)
def test_no_header_forges_a_field_of_the_line_for_people(log: pytest.LogCaptureFixture, sent: str) -> None:
    names = ("X-Forwarded-For", "User-Agent", "X-Request-Id", "Origin", "Referer", "Cookie")
    headers = [(name.encode(), sent.encode("latin-1")) for name in names]
    with running(trusted_proxies="*") as server, httpx.Client(base_url=server.url, headers=headers) as http:
        http.post("/eq.php", data={"action": f"list {sent}", "token": TOKEN})
        http.post(f"/eq {quote(sent)}.php", data={"action": "list"})
        http.put(f"/_emulator/accounts/demo {quote(sent)}/clock", content="{}")
    told = [record for record in log.records if record.name.startswith("invapi_emulator.c")]
    assert len(told) == 3
    for record in told:
        (line,) = HumanLines().format(record).split("\n")
        assert line.isascii()
        assert line.isprintable()
        assert "admin" not in IN_QUOTES.sub("", line)


def test_the_control_api_is_logged_too(emulator: Emulator, log: pytest.LogCaptureFixture) -> None:
    log.clear()
    answer = emulator.http.put("/_emulator/accounts/demo/clock", content="{}")
    emulator.control("GET", "/clock")
    put, got = as_json(log, "invapi_emulator.control")
    assert (put["level"], put["method"], put["path"]) == ("info", "PUT", "/_emulator/accounts/demo/clock")
    assert (put["status"], put["request_id"]) == (200, answer.headers["x-request-id"])
    assert (got["level"], got["method"]) == ("debug", "GET")


def test_a_traceback_is_part_of_its_line() -> None:
    def record(**given: Any) -> logging.LogRecord:
        return logging.LogRecord("x", logging.ERROR, "x", 1, "message", (), **given)

    try:
        int("no number")
    except ValueError as problem:
        failed = record(exc_info=(ValueError, problem, problem.__traceback__))
    assert "ValueError: invalid literal" in json.loads(JsonLines().format(failed))["exception"]
    assert json.loads(JsonLines().format(record(exc_info=None))).keys() == {
        "time",
        "level",
        "logger",
        "message",
    }

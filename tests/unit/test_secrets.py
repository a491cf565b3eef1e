"""No log, journal, event or error contains a token, an API key or a password."""

import json
import logging
import re
from collections.abc import Iterator
from socket import AF_INET, socket
from urllib.parse import quote

import httpx
import pytest

from invapi_emulator.process.logs import HumanLines, JsonLines
from tests.support.harness import Emulator, running
from tests.support.raw_connection import said

SECRETS = {
    "token": "given-token-must-not-be-seen",
    "api_key": "api-key-must-not-be-seen",
    "password": "password-must-not-be-seen",
}
WRONG = "wrong-secret-must-not-be-seen"
ADMIN = "admin-token-must-not-be-seen"
READER = "read-token-must-not-be-seen"
TOKEN = re.compile(r"[0-9a-f]{16}")
"""The form of a login token, or of half of one."""

NEVER = "must-not-be-seen"


@pytest.fixture
def emulator(caplog: pytest.LogCaptureFixture) -> Iterator[Emulator]:
    caplog.set_level(logging.DEBUG)
    headers = {"Authorization": f"Bearer {ADMIN}"}
    with (
        running(admin_token=ADMIN, read_token=READER, trusted_proxies="*") as server,
        httpx.Client(base_url=server.url, headers=headers, timeout=60) as http,
    ):
        made = http.post("/_emulator/accounts", content=json.dumps({"name": "secretive", **SECRETS}))
        assert made.status_code == 201
        yield Emulator(server, http)


def call_in_every_way(emulator: Emulator) -> list[str]:
    """Send secrets in right and wrong places. Return the parts of the answers that must not show them."""
    token, key, password = SECRETS["token"], SECRETS["api_key"], SECRETS["password"]
    user = "secretive@example.com"
    session = emulator.call("auth", "login", key=key)["result"]["token"]
    emulator.call("auth", "whmcslogin", user=user, password=password)
    emulator.call("auth", "whmcslogin", user=user, password=WRONG)
    emulator.call("auth", "login", key=WRONG)
    emulator.call("auth", "login", key=WRONG + "\x00")
    emulator.call("auth", "login", key=key, ttl="x")
    emulator.call("auth", "info", token=session)
    for spelt in ("Token", "TOKEN", "api-key", "apiKey", "Password", "passwd"):
        emulator.call("eq", "list", token=token, **{spelt: WRONG})
    emulator.call("eq", "list", token=WRONG)
    emulator.call("eq", "list", **{"token[]": WRONG})
    emulator.call("vm", "create_snapshot", token=token, id=12345, name=token)
    emulator.call("vm", "create_snapshot", token=token, id=12345, name=f"{key} {password}")
    emulator.call("vm", "create_snapshot", token=token, id=12345, name="a", num_rotation=password, note=key)
    emulator.http.get("/eq.php", params={"action": "list", "token": token, key: "x"})
    emulator.http.post("/eq.php", content=f"action=list&token={token}&x=%zz".encode())
    emulator.http.post("/eq.php", content=f"action=list&token={token}".encode(), headers={"user-agent": key})
    for misplaced in (session, token):
        form = {"action": "list", "token": token}
        emulator.http.post("/eq.php", data=form, headers={"X-Request-Id": misplaced})
        emulator.http.post("/eq.php", data=form, headers={"X-Forwarded-For": misplaced})
    emulator.http.post(
        "/eq.php", data={"action": "list", "token": token}, headers={"X-Request-Id": f"my-{ADMIN}"}
    )
    emulator.http.post("/eq.php", data=form, headers={"X-Request-Id": f"my-{READER}"})
    for admin in (ADMIN, READER):
        call_with(emulator, admin)
        emulator.http.delete("/_emulator/accounts/none", headers={"X-Request-Id": admin})
        emulator.http.post("/_emulator/accounts", content="{", headers={"X-Forwarded-For": admin})
        emulator.http.get(
            f"/_emulator/accounts/secretive/vms/{admin}", headers={"Authorization": f"Bearer {READER}"}
        )
        emulator.http.put(f"/_emulator/{admin}", headers={"Authorization": f"Bearer {READER}"})
    head = b"GET /eq.php HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: %b\r\n\r\n"
    for word in SECRETS.values():
        assert said(str(emulator.http.base_url), head % word.encode()).startswith("HTTP/1.1 400 ")
    emulator.http.delete(f"/_emulator/accounts/{session}", headers={"X-Request-Id": session})
    emulator.http.post("/_emulator/accounts", content="{", headers={"X-Forwarded-For": session})
    emulator.http.post("/_emulator/accounts", content="{", headers={"X-Forwarded-For": ADMIN})
    for path in ("tasks", "vms", "faults", "invoices"):
        emulator.http.post(f"/_emulator/accounts/secretive/{path}/{ADMIN}")
    for escape in ("%20", "%0a", "%2f", "%2520", "%ab"):
        emulator.http.get(f"/{escape}{session}")
        emulator.call("eq", "list", token="0", note=f"{escape}{session}")
    for character in "\xe9\x1b\u6f22\U0001f600":
        emulator.call("vm", character + session, token=token)
        emulator.call("vm", "get_snapshot", token=token, id=character + session)
    emulator.call("vm", session)
    emulator.call("eq", "list", token="0", note=session)
    emulator.http.get(f"/vm.php/{session}", headers={"X-Request-Id": session, "User-Agent": session})
    for kind in ("malformed_json", "truncated_body", "rejected_but_done", "lost_reply"):
        path = "/_emulator/accounts/secretive/faults"
        emulator.http.post(path, content=json.dumps({"kind": kind, "times": 1})).raise_for_status()
        try:
            emulator.http.post("/auth.php", data={"action": "login", "key": key})
        except httpx.TransportError:
            continue
    return [session]


def call_with(emulator: Emulator, word: str) -> None:
    """Send a token of the server itself in every part of a call, with and without the token of an account."""
    for token in (SECRETS["token"], "0"):
        emulator.call("vm", "get_engine", token=token, colour=f"x-{word}", **{word: "1", "a[b]": word})
        emulator.call("vm", word, token=token)
        emulator.call("vm", "get_snapshot", token=token, id=word)
        form, headers = {"action": "list", "token": token}, {"User-Agent": f"client/1 {word}"}
        for path in ("/eq.php", f"/{word}.php", f"/eq.php?{word}=1"):
            emulator.http.post(path, data=form, headers=headers)


def test_log_journal_and_events_contain_no_secret(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.http.post("/_emulator/accounts/secretive/clock", content="{}")
    never = [NEVER, *call_in_every_way(emulator)]
    account = "/_emulator/accounts/secretive"
    emulator.http.post(f"{account}/clock/advance", content='{"until":"idle"}')
    shown = [
        emulator.http.get("/_emulator/requests").text,
        emulator.http.get(f"{account}/requests").text,
        emulator.http.post(f"{account}/requests/verify", content='{"action":"login","count":99}').text,
        emulator.http.get("/metrics").text,
        told_by_stream(emulator, f"{account}/events"),
        *(form.format(record) for form in (HumanLines(), JsonLines()) for record in mine(caplog)),
    ]
    assert len(shown) > 50
    answers = [line["answer"] for line in json.loads(shown[1])["requests"] if line["action"] == "login"]
    assert [answer for answer in answers if TOKEN.search(answer)] == []
    for text in shown:
        for secret in never:
            assert secret not in text


@pytest.mark.parametrize("secret", ["given-token-must-not-be-seen", "Passw0rd", "a" * 41, "k7f3q9", "a b"])
def test_the_log_names_no_action_module_or_account_that_may_be_a_secret(
    emulator: Emulator, caplog: pytest.LogCaptureFixture, secret: str
) -> None:
    emulator.call("vm", secret)
    emulator.http.post(f"/{secret}.php", data={"action": "list"})
    for path in ("", "/clock", "/vms/1"):
        emulator.http.get(f"/_emulator/accounts/{secret}{path}")
    emulator.http.delete(f"/_emulator/accounts/{secret}", headers={"Authorization": "Bearer x"})
    lines = [form.format(record) for form in (HumanLines(), JsonLines()) for record in mine(caplog)]
    assert len(lines) >= 12
    assert not [line for line in lines if secret in line]


def test_the_log_names_unknown_actions_that_look_like_one(
    emulator: Emulator, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.call("vm", "create_snapshots")
    emulator.http.put("/_emulator/accounts/secretive/clock", content="{")
    assert [record.getMessage() for record in mine(caplog)][-2:] == [
        "POST vm/create_snapshots: unknown_action",
        "PUT /_emulator/accounts/secretive/clock",
    ]


def mine(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """Return the server's log. The client of this test, in the same process, logs what it sends."""
    return [record for record in caplog.records if not record.name.startswith(("httpx", "httpcore"))]


def told_by_stream(emulator: Emulator, path: str) -> str:
    made_at = "0-0-0"
    with emulator.http.stream("GET", path, params={"after": made_at}) as stream:
        emulator.http.post("/auth.php", data={"action": "login", "key": SECRETS["api_key"]})
        told = []
        for line in stream.iter_lines():
            told.append(line)
            if '"login"' in line:
                return "\n".join(told)
    raise AssertionError("the stream ended")


@pytest.mark.parametrize("part", SECRETS)
def test_no_error_of_the_control_api_quotes_a_secret(emulator: Emulator, part: str) -> None:
    for body in ({part: SECRETS[part]}, {part: SECRETS[part] + "\n"}, {part: [WRONG]}, {part: WRONG * 100}):
        answer = emulator.http.post("/_emulator/accounts", content=json.dumps({"name": "other"} | body))
        if part != "password" or answer.status_code != 201:
            assert answer.status_code in {409, 422}
            assert NEVER not in answer.text
        else:
            emulator.http.delete("/_emulator/accounts/other")


def test_a_wrong_admin_token_is_not_quoted(emulator: Emulator) -> None:
    wrong = {"authorization": f"Bearer {WRONG}"}
    assert NEVER not in emulator.http.get("/_emulator/accounts", headers=wrong).text
    form = emulator.http.post("/_emulator/ui/login", content=f"token={WRONG}&next=/")
    assert form.status_code == 401
    assert NEVER not in form.text


@pytest.mark.parametrize("escapes", [1, 2, 3])
def test_the_log_masks_an_admin_token_however_often_it_is_escaped(
    caplog: pytest.LogCaptureFixture, escapes: int
) -> None:
    caplog.set_level(logging.DEBUG)
    token = "a+b=c/d==é-must-not-be-seen"
    written = token
    for _ in range(escapes):
        written = quote(written, safe="")
    with running(admin_token=token) as server, socket(AF_INET) as client:
        host, _, port = server.url.rpartition("//")[2].partition(":")
        client.connect((host, int(port)))
        client.sendall(
            f"GET /_emulator/accounts/demo/tasks/{written} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        )
        assert client.recv(100).startswith(b"HTTP/1.1 401 ")
    lines = [form.format(record) for form in (HumanLines(), JsonLines()) for record in mine(caplog)]
    assert any("/tasks/" in line for line in lines)
    assert not [line for line in lines if NEVER in line]


def test_the_page_masks_a_token_among_the_fields_of_a_task(emulator: Emulator) -> None:
    token = emulator.call("auth", "login", key=SECRETS["api_key"])["result"]["token"]
    emulator.call("vm", "get_snapshot", token=SECRETS["token"], id=12345, **{f"é{token}": token})
    for path in ("", "/vms/12345"):
        page = emulator.http.get(f"/_emulator/ui/accounts/secretive{path}", headers={"Accept": "text/html"})
        assert page.status_code == 200
        assert "get_snapshot" in page.text
        assert token not in page.text


NAMES = (
    "Root_Pass", "params[root_pass]", "passwd", "apikey", "private_key", "passphrase", "rootpw", "pin", "card_pin", "PW2",
    "password_confirm", "new_password_repeat", "passwordHash", "passwords", "passwd_old", "tokens", "token_value", "authKey",
    "encryption_key",
)  # fmt: skip


@pytest.mark.parametrize("more", [0, 10_000])
def test_page_and_journal_mask_what_a_task_was_sent_by_its_name(emulator: Emulator, more: int) -> None:
    sent = dict.fromkeys(NAMES, "Zq7Never") | {
        "spin": "shown-1",
        "temp_w": "shown-2",
        "session": "shown-3",
        "z": "z" * more,
    }
    emulator.call("eq", "on", token=SECRETS["token"], id=12345, **sent)
    http = emulator.http
    texts = [http.get(f"/_emulator/ui/accounts/secretive{path}", headers={"Accept": "text/html"}).text
             for path in ("", "/vms/12345")]  # fmt: skip
    for text in (*texts, http.get("/_emulator/accounts/secretive/requests").text):
        assert "Zq7Never" not in text
        assert "shown-1" in text
        assert "shown-2" in text
        assert "shown-3" in text


@pytest.mark.parametrize("secret", [*SECRETS.values(), "nobodys-key-must-not-be-seen"])
def test_a_request_id_does_not_show_a_secret_that_its_call_sends(
    emulator: Emulator, caplog: pytest.LogCaptureFixture, secret: str
) -> None:
    headers = {"X-Request-Id": f"r-{secret}"}
    for path, form in (
        ("eq_callback", {"action": "check", "key": "x", "token": secret}),
        ("auth", {"action": "login", "key": secret}),
        ("auth", {"action": "whmcslogin", "user": "u", "password": secret}),
        ("nothing", {"action": "list", "token": secret}),
    ):
        emulator.http.post(f"/{path}.php", data=form, headers=headers)
    shown = [form.format(record) for form in (HumanLines(), JsonLines()) for record in mine(caplog)]
    for text in (*shown, emulator.http.get("/_emulator/requests").text):
        assert NEVER not in text

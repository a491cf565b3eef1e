"""The read token: what changes nothing is answered, and what changes something is 403."""

import logging
from collections.abc import Iterator

import httpx
import pytest

from invapi_emulator.errors import CannotStart
from invapi_emulator.settings_sources import read_settings
from tests.support.fake_clock import FakeClock
from tests.support.harness import running

pytestmark = pytest.mark.clause("1.5")

ADMIN, READ = "open sesame", "look only"
DEMO = "/_emulator/accounts/demo"
RULE = {"kind": "lost_reply"}
CHANGES = [
    ("POST", "/_emulator/accounts"), ("DELETE", "/_emulator/accounts/other"), ("POST", "/_emulator/purge"),
    ("PUT", f"{DEMO}/clock"), ("POST", f"{DEMO}/clock/advance"), ("DELETE", f"{DEMO}/requests"), ("POST", f"{DEMO}/reset"),
    ("POST", f"{DEMO}/faults"), ("PATCH", f"{DEMO}/faults/1"), ("DELETE", f"{DEMO}/faults/1"), ("PATCH", f"{DEMO}/billing"),
    ("POST", f"{DEMO}/billing/invoices/1/pay"), ("PUT", f"{DEMO}/state"), ("PUT", f"{DEMO}/assumptions"),
    ("PUT", f"{DEMO}/profile"), ("POST", f"{DEMO}/vms"), ("PATCH", f"{DEMO}/vms/12345"), ("DELETE", f"{DEMO}/vms/12345"),
    ("POST", f"{DEMO}/tasks/key/complete"), ("POST", f"{DEMO}/tasks/key/fail"),
    ("POST", f"{DEMO}/requests/verify/"), ("POST", f"{DEMO}/requests/verify/more"), ("POST", f"{DEMO}/x/requests/verify"),
]  # fmt: skip


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(admin_token=ADMIN, read_token=READ) as server:
        yield server.url


@pytest.fixture
def reader(url: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {READ}"}, timeout=60) as http:
        yield http


def log_in(url: str, token: str) -> str:
    entered = httpx.post(f"{url}/_emulator/ui/login", data={"token": token}, timeout=60)
    assert entered.status_code == 303
    return entered.headers["set-cookie"].partition(";")[0]


@pytest.mark.parametrize(
    "path",
    [
        "/", "/metrics", "/_emulator/accounts", DEMO, f"{DEMO}/state", f"{DEMO}/requests", f"{DEMO}/report",
        f"{DEMO}/faults", "/_emulator/requests", "/_emulator/ui", "/_emulator/ui/accounts/demo",
    ],
)  # fmt: skip
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_it_reads_the_control_api_the_page_and_the_metrics(
    reader: httpx.Client, method: str, path: str
) -> None:
    assert reader.request(method, path).status_code == 200


def test_it_follows_events(reader: httpx.Client) -> None:
    with reader.stream("GET", f"{DEMO}/events", headers={"Accept": "text/event-stream"}) as stream:
        assert stream.status_code == 200
        assert stream.headers["content-type"].startswith("text/event-stream")


def test_it_verifies_calls(reader: httpx.Client) -> None:
    path = f"{DEMO}/requests/verify"
    assert reader.post(path, content='{"module":"eq","count":0}').json()["matched"] == 0
    assert reader.post(path, content='{"module":"eq","count":1}').status_code == 417


@pytest.mark.parametrize(("method", "path"), CHANGES)
def test_a_change_is_forbidden_in_words(reader: httpx.Client, method: str, path: str) -> None:
    refused = reader.request(method, path, content="{}")
    assert refused.status_code == 403
    error = refused.json()["error"]
    assert error["reason"] == "read_only"
    assert error["message"] == f"the read token changes nothing, and {method} may; send the admin token"


def test_every_changing_route_is_among_those_tried(reader: httpx.Client) -> None:
    described = reader.get("/openapi.json").json()["paths"]
    routes = {
        (verb.upper(), path.replace("{name}", "demo"))
        for path, verbs in described.items()
        for verb in verbs
        if path.startswith("/_emulator") and verb in {"post", "put", "patch", "delete"}
    }
    for method, path in routes - {("POST", f"{DEMO}/requests/verify")}:
        assert reader.request(method, path, content="{}").status_code == 403, (method, path)
    assert len(routes) > 15


def test_a_refused_change_changed_nothing(reader: httpx.Client) -> None:
    assert reader.post(f"{DEMO}/faults", json=RULE).status_code == 403
    assert reader.get(f"{DEMO}/faults").json()["faults"] == []


def test_of_several_tokens_the_least_counts(url: str) -> None:
    both = [("Authorization", f"Bearer {ADMIN}"), ("Authorization", f"Bearer {READ}")]
    assert httpx.get(f"{url}{DEMO}", headers=both, timeout=60).status_code == 200
    assert httpx.post(f"{url}{DEMO}/reset", headers=both, content="{}", timeout=60).status_code == 403
    admin = both[:1]
    assert httpx.post(f"{url}{DEMO}/reset", headers=admin, content="{}", timeout=60).status_code == 200


def test_a_session_that_began_with_it_only_reads_and_ends_at_logout(url: str) -> None:
    cookie = {"Cookie": log_in(url, READ)}
    assert httpx.get(f"{url}/_emulator/ui", headers=cookie, timeout=60).status_code == 200
    assert httpx.post(f"{url}{DEMO}/reset", headers=cookie, content="{}", timeout=60).status_code == 403
    assert httpx.post(f"{url}/_emulator/ui/logout", headers=cookie, timeout=60).status_code == 303
    assert httpx.get(f"{url}/metrics", headers=cookie, timeout=60).status_code == 401


def test_a_login_with_the_other_token_ends_the_browsers_session(url: str) -> None:
    former = {"Cookie": log_in(url, READ)}
    httpx.post(f"{url}/_emulator/ui/login", data={"token": ADMIN}, headers=former, timeout=60)
    assert httpx.get(f"{url}/metrics", headers=former, timeout=60).status_code == 401


def test_a_session_of_the_admin_token_changes(url: str) -> None:
    cookie = {"Cookie": log_in(url, ADMIN)}
    assert httpx.post(f"{url}{DEMO}/reset", headers=cookie, content="{}", timeout=60).status_code == 200


def test_wrong_tokens_are_counted_as_without_it(time: FakeClock) -> None:
    with running(time, admin_token=ADMIN, read_token=READ) as server:
        wrong = {"Authorization": "Bearer look"}
        tried = [httpx.get(f"{server.url}/metrics", headers=wrong, timeout=60).status_code for _ in range(11)]
        assert tried == [401] * 10 + [429]
        reader = {"Authorization": f"Bearer {READ}"}
        metrics = httpx.get(f"{server.url}/metrics", headers=reader, timeout=60).text
        assert "invapi_emulator_admin_token_refused_total 11.0\n" in metrics


def test_the_log_says_once_why_a_change_was_refused(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    with running(admin_token=ADMIN, read_token=READ) as server:
        for _ in range(2):
            httpx.post(f"{server.url}{DEMO}/reset", content="{}", headers={"Authorization": f"Bearer {READ}"})
    (line,) = [each for each in caplog.records if each.name == "invapi_emulator.control"]
    assert line.levelno == logging.WARNING
    assert line.getMessage().endswith(": a change with the token of --read-token; send that of --admin-token")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"read_token": "x"}, "--read-token: ***: needs an admin token"),
        ({"read_token": "x", "admin_token": "x"}, "--read-token: ***: expected another token"),
        ({"read_token": " x", "admin_token": "y"}, "--read-token: ***: "),
    ],
)
def test_a_read_token_that_protects_nothing_ends_the_start(given: dict[str, str], told: str) -> None:
    with pytest.raises(CannotStart) as ended:
        read_settings(given)
    assert str(ended.value).startswith(told)


def test_messages_about_it_do_not_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVAPI_EMULATOR_READ_TOKEN", "read-token-must-not-be-seen")
    with pytest.raises(CannotStart) as ended:
        read_settings({})
    assert str(ended.value).startswith("INVAPI_EMULATOR_READ_TOKEN: ***: needs an admin token")

"""Access to the control API."""

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache

import httpx
import pytest

from invapi_emulator.control.told_once import MOST_TOLD
from tests.support.harness import TOKEN, running

pytestmark = pytest.mark.clause("1.5")

Served = Callable[..., str]
"""The URL of a server with these settings. Its tests change no setting."""


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with ExitStack() as servers:
        yield cache(lambda **settings: servers.enter_context(running(**settings)).url)


def test_with_an_admin_token_the_control_api_requires_it() -> None:
    with running(admin_token="päss") as server, httpx.Client(base_url=server.url, timeout=60) as http:
        path = "/_emulator/accounts/demo/clock"
        for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "päss"}):
            response = http.get(path, headers=[(k.encode(), v.encode()) for k, v in headers.items()])
            assert response.status_code == 401
            assert response.json()["error"]["reason"] == "unauthorized"
            assert response.headers["www-authenticate"] == "Bearer"
        lower = [(b"authorization", "bearer päss".encode())]
        assert http.get(path, headers=lower).status_code == 200
        right = [(b"authorization", "Bearer päss".encode())]
        assert http.get(path, headers=right).status_code == 200
        assert http.get("/_emulator/health").status_code == 200
        assert http.post("/eq.php", data={"action": "list", "token": TOKEN}).json()["result"] == "OK"


@pytest.mark.parametrize(
    ("allowed", "host", "status"),
    [
        ("emulator,ci.example", "emulator:8650", 200),
        ("emulator,ci.example", "CI.example", 200),
        ("emulator", "other", 403),
        ("*", "anything.example", 200),
        ("fe80::1", "[fe80::1]:8650", 200),
        ("", "localhost:", 200),
        ("", "[::1]", 200),
        ("", "[::1]x", 403),
        ("", "localhost:8650/docs/?", 403),
    ],
)
def test_additional_host_names_can_be_allowed(served: Served, allowed: str, host: str, status: int) -> None:
    response = httpx.get(f"{served(allowed_hosts=allowed)}/_emulator/health", headers={"host": host})
    assert response.status_code == status


@pytest.mark.parametrize(
    "host", ["localhost:8650/docs/?", "localhost/docs/#", "localhost:8650/_emulator/health?"]
)
def test_a_host_name_that_contains_an_open_path_does_not_bypass_the_token(served: Served, host: str) -> None:
    url = served(admin_token="secret", allowed_hosts="*")
    assert httpx.get(f"{url}/_emulator/accounts", headers={"host": host}).status_code == 401
    tab = httpx.get(f"{url}/_emulator/ui/st%09atic/page.js", headers={"host": host})
    assert tab.status_code == 401


PAGE = "http://localhost:3000"
ACCOUNT = "/_emulator/accounts/demo"


def test_pages_of_an_allowed_origin_may_use_the_control_api() -> None:
    with (
        running(allowed_origins=f"{PAGE}/,https://panel.example", admin_token="secret") as server,
        httpx.Client(base_url=server.url, headers={"Origin": PAGE}) as page,
    ):
        asked = page.options(ACCOUNT, headers={"Access-Control-Request-Headers": "authorization"})
        assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, PAGE)
        assert asked.headers["access-control-allow-headers"] == "authorization"
        assert "PATCH" in asked.headers["access-control-allow-methods"]
        answer = page.get(ACCOUNT, headers={"Authorization": "Bearer secret"})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, PAGE)
        assert answer.headers["vary"] == "Origin"
        refused = page.get(ACCOUNT)
        assert (refused.status_code, refused.headers["access-control-allow-origin"]) == (401, PAGE)


@pytest.mark.parametrize(
    "origin", ["http://localhost:3001", "null", "", "http://localhost:3000.evil.example"]
)
def test_pages_of_other_origins_may_not_use_the_control_api(served: Served, origin: str) -> None:
    url = served(allowed_origins=PAGE)
    for method in ("GET", "OPTIONS"):
        answer = httpx.request(method, f"{url}{ACCOUNT}", headers={"Origin": origin})
        assert answer.status_code == 403
        assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize(
    ("path", "verbs"),
    [
        ("/accounts", "GET, HEAD, POST"),
        ("/accounts/demo/clock", "GET, HEAD, PUT"),
        ("/accounts/demo/faults/1", "DELETE, PATCH"),
    ],
)
def test_another_verb_is_answered_with_all_verbs_of_the_path(
    http: httpx.Client, path: str, verbs: str
) -> None:
    response = http.request("TRACE", f"/_emulator{path}")
    assert (response.status_code, response.headers["allow"]) == (405, verbs)


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the log says of refused requests, a line each."""
    refused = [record for record in caplog.records if ": refused to " in record.getMessage()]
    assert {record.levelno for record in refused} <= {logging.WARNING}
    return [record.getMessage() for record in refused]


@pytest.mark.parametrize(
    ("host", "flag"),
    [
        ("Emulator.ci:8650", "--allowed-hosts emulator.ci"),
        ("192.0.2.7", "--allowed-hosts 192.0.2.7"),
        ("[fd00::7]:8650", "--allowed-hosts [fd00::7]"),
    ],
)
def test_a_refused_host_name_is_told_once_with_the_flag_that_opens_it(
    caplog: pytest.LogCaptureFixture, host: str, flag: str
) -> None:
    health = "/_emulator/health"
    with running() as server:
        for _ in range(3):
            assert httpx.get(f"{server.url}{health}", headers={"Host": host}).status_code == 403
    (line,) = told(caplog)
    assert line.startswith(f"GET {health}: refused to host name ")
    assert line.endswith(f": if that is yours, start with {flag}")
    with running(allowed_hosts=flag.split()[1]) as server:
        assert httpx.get(f"{server.url}{health}", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("origin", ["http://localhost:5173", "https://Panel.example", "http://[::1]:3000"])
def test_a_refused_origin_is_told_once_with_the_flag_that_opens_it(
    caplog: pytest.LogCaptureFixture, origin: str
) -> None:
    headers = {"Origin": origin}
    with running() as server:
        for method in ("OPTIONS", "GET", "GET"):
            assert httpx.request(method, f"{server.url}{ACCOUNT}", headers=headers).status_code == 403
    (line,) = told(caplog)
    assert line.startswith("OPTIONS ")
    assert line.endswith(f": if that is yours, start with --allowed-origins {origin.lower()}")
    with running(allowed_origins=line.split()[-1]) as server:
        assert httpx.get(f"{server.url}{ACCOUNT}", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "null"},
        {"Origin": "http://a;reboot"},
        {"Origin": "http://*"},
        {"Host": "a;reboot"},
        {"Host": "*"},
        {"Host": "a,*"},
        {"Host": "a" * 5_000},
        {"Origin": f"http://{'a' * 5_000}"},
    ],
)
def test_what_no_flag_can_open_is_told_of_without_one(
    served: Served, caplog: pytest.LogCaptureFixture, headers: dict[str, str]
) -> None:
    assert httpx.get(f"{served()}{ACCOUNT}", headers=headers).status_code == 403
    (line,) = told(caplog)
    assert line.endswith(": no flag opens it to them")
    assert len(line) < 300


def test_two_origins_are_none_that_is_allowed(served: Served) -> None:
    for foreign in (("Origin", PAGE), ("Origin", "http://evil.example")), (("Origin", PAGE),) * 2:
        url = f"{served(allowed_origins=PAGE)}{ACCOUNT}"
        assert httpx.get(url, headers=list(foreign)).status_code == 403


def test_only_so_many_refused_names_are_told(caplog: pytest.LogCaptureFixture) -> None:
    with running() as server, httpx.Client(base_url=server.url) as http:
        for number in range(MOST_TOLD + 5):
            http.get(ACCOUNT, headers={"Host": f"host-{number}"})
    assert len(told(caplog)) == MOST_TOLD


@pytest.mark.parametrize("header", ["Host", "Origin"])
def test_a_secret_in_the_place_of_a_name_is_not_told(
    served: Served, caplog: pytest.LogCaptureFixture, header: str
) -> None:
    secret = "0123456789abcdef" * 2
    name = secret if header == "Host" else f"https://{secret}"
    assert httpx.get(f"{served()}{ACCOUNT}", headers={header: name}).status_code == 403
    (line,) = told(caplog)
    assert secret not in line
    assert "***" in line


@pytest.mark.parametrize(
    ("headers", "says"),
    [({}, "no admin token; send that of --admin-token"), ({"Authorization": "Bearer x"}, "wrong admin token, not that of --admin-token; further ones from this address are told after a minute")],
)  # fmt: skip
def test_a_refused_admin_token_is_told_with_its_flag(
    caplog: pytest.LogCaptureFixture, headers: dict[str, str], says: str
) -> None:
    with running(admin_token="open sesame") as server:
        for _ in range(2):
            assert httpx.get(f"{server.url}{ACCOUNT}", headers=headers).status_code == 401
    (record,) = [record for record in caplog.records if "admin token" in record.getMessage()]
    assert (record.levelno, record.getMessage()) == (logging.WARNING, f"GET /_emulator/accounts/***: {says}")
    assert "sesame" not in caplog.text


def test_a_page_from_further_away_may_ask_for_this_machine_if_its_origin_is_allowed(served: Served) -> None:
    headers = {"Origin": PAGE, "Access-Control-Request-Private-Network": "true"}
    allow = "access-control-allow-private-network"
    asked = httpx.options(f"{served(allowed_origins=PAGE)}{ACCOUNT}", headers=headers)
    assert (asked.status_code, asked.headers[allow]) == (204, "true")
    refused = httpx.options(f"{served()}{ACCOUNT}", headers=headers)
    assert (refused.status_code, allow in refused.headers) == (403, False)

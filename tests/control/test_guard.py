"""Who may use the control API."""

import httpx
import pytest

from harness import TOKEN, running

pytestmark = pytest.mark.clause("1.5")


def test_with_an_admin_token_the_control_api_wants_it() -> None:
    with running(db="", admin_token="päss") as server, httpx.Client(base_url=server.url) as http:
        path = "/_emulator/accounts/demo/clock"
        for headers in ({}, {"authorization": "Bearer wrong"}, {"authorization": "päss"}):
            response = http.get(path, headers=[(k.encode(), v.encode()) for k, v in headers.items()])
            assert response.status_code == 401
            assert response.json()["error"]["reason"] == "unauthorized"
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
    ],
)
def test_further_host_names_can_be_allowed(allowed: str, host: str, status: int) -> None:
    with running(db="", allowed_hosts=allowed) as server:
        response = httpx.get(f"{server.url}/_emulator/health", headers={"host": host})
        assert response.status_code == status


@pytest.mark.parametrize(
    ("path", "verbs"),
    [
        ("/accounts", "GET, POST"),
        ("/accounts/demo/clock", "GET, PUT"),
        ("/accounts/demo/faults/1", "DELETE, PATCH"),
    ],
)
def test_another_verb_is_told_all_that_the_path_takes(http: httpx.Client, path: str, verbs: str) -> None:
    response = http.request("TRACE", f"/_emulator{path}")
    assert (response.status_code, response.headers["allow"]) == (405, verbs)

"""The scheme that a client used is the one that the first of its proxies wrote down."""

import httpx
import pytest

from tests.support.harness import running

PROTO = "X-Forwarded-Proto"


def status_of(url: str, origin: str, *protos: str) -> int:
    """Ask as a page of this origin would; the control API answers only its own."""
    headers = [("Host", "127.0.0.1"), ("Origin", origin), *((PROTO, proto) for proto in protos)]
    return httpx.get(f"{url}/_emulator/accounts", headers=headers).status_code


@pytest.mark.parametrize(
    "protos", [["https"], ["https, http"], ["https,http,http"], ["HTTPS , http"], ["https", "http"]]
)
def test_behind_several_proxies_the_first_value_counts(protos: list[str]) -> None:
    with running(trusted_proxies="127.0.0.1") as server:
        assert status_of(server.url, "https://127.0.0.1", *protos) == 200
        assert status_of(server.url, "http://127.0.0.1", *protos) == 403


@pytest.mark.parametrize("protos", [[], ["http, https"], [""], ["gopher, https"]])
def test_otherwise_it_is_the_connections(protos: list[str]) -> None:
    with running(trusted_proxies="127.0.0.1") as server:
        assert status_of(server.url, "http://127.0.0.1", *protos) == 200
        assert status_of(server.url, "https://127.0.0.1", *protos) == 403


def test_nobody_else_is_believed() -> None:
    with running() as server:
        assert status_of(server.url, "https://127.0.0.1", "https, http") == 403

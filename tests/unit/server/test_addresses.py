"""The address of a caller: the peer's, or the one that a trusted proxy gives."""

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from invapi_emulator.errors import CannotStart
from invapi_emulator.server.sockets import taken_ports
from invapi_emulator.settings import Settings
from tests.support.harness import TOKEN, Emulator, running

LIST = {"action": "list", "token": TOKEN}
FORWARDED = "X-Forwarded-For"


def login(emulator: Emulator, address: str | None) -> str:
    form = {"action": "login", "key": "demo-api-key", "fix_ip": "1"}
    headers = {} if address is None else {FORWARDED: address}
    token: str = emulator.http.post("/auth.php", data=form, headers=headers).json()["result"]["token"]
    return token


def accepted(emulator: Emulator, token: str, address: str | None) -> bool:
    headers = {} if address is None else {FORWARDED: address}
    answer = emulator.http.post("/eq.php", data={"action": "list", "token": token}, headers=headers)
    return bool(answer.json()["result"] == "OK")


@pytest.mark.clause("5.1")
def test_a_header_does_not_change_the_address_without_a_trusted_proxy(emulator: Emulator) -> None:
    token = login(emulator, "203.0.113.7")
    assert accepted(emulator, token, None)
    assert accepted(emulator, token, "198.51.100.1")
    assert emulator.control("GET", "/requests")["requests"][-1]["address"] == "127.0.0.1"


@contextmanager
def trusting(proxies: str) -> Iterator[Emulator]:
    with (
        running(trusted_proxies=proxies) as server,
        httpx.Client(base_url=server.url, timeout=60) as http,
    ):
        yield Emulator(server, http)


@pytest.mark.clause("5.1")
@pytest.mark.parametrize("trusted", ["127.0.0.1", "127.0.0.0/8", "10.0.0.0/8,127.0.0.1", "*", "10.0.0.1,*"])
def test_behind_a_trusted_proxy_a_token_is_bound_to_the_clients_address(trusted: str) -> None:
    with trusting(trusted) as emulator:
        token = login(emulator, "203.0.113.7")
        assert accepted(emulator, token, "203.0.113.7")
        assert not accepted(emulator, token, "198.51.100.1")
        assert not accepted(emulator, token, None)


@pytest.mark.clause("5.1")
def test_addresses_before_the_trusted_proxys_do_not_count() -> None:
    with trusting("127.0.0.1") as emulator:
        token = login(emulator, "203.0.113.7")
        assert not accepted(emulator, token, "203.0.113.7, 198.51.100.1")


@pytest.mark.parametrize(
    "sent", ["a" * 60_000, "203.0.113.7, " + "b" * 60_000, "[" + "c" * 60_000, ":" * 60_000]
)
def test_an_address_that_is_too_long_is_cut(sent: str) -> None:
    with trusting("127.0.0.1") as emulator:
        assert emulator.http.post("/eq.php", data=LIST, headers={FORWARDED: sent}).json()["result"] == "OK"
        (address,) = {call["address"] for call in emulator.control("GET", "/requests")["requests"]}
        assert address == sent.rpartition(", ")[2][:64]


def test_a_proxy_without_trust_changes_nothing() -> None:
    with trusting("192.0.2.1") as emulator:
        token = login(emulator, "203.0.113.7")
        assert accepted(emulator, token, "198.51.100.1")


@pytest.mark.parametrize("host", ["a..b", "a" * 64 + ".example", "no-such-host.invalid"])
def test_an_address_that_is_none_is_refused_in_one_line(host: str) -> None:
    with (
        pytest.raises(CannotStart, match=rf"^--host: '{host}': [^\n]+$"),
        taken_ports(Settings(host=host, port=0)),
    ):
        pass


def test_a_port_in_use_is_refused_under_the_name_of_its_flag() -> None:
    with taken_ports(Settings(port=0)) as held:
        assert held.plain is not None
        port = held.plain.getsockname()[1]
        with (
            pytest.raises(CannotStart, match=f"^--port: {port} on 127.0.0.1: "),
            taken_ports(Settings(port=port)),
        ):
            pass
        secured = Settings(port=0, tls_port=port)
        with pytest.raises(CannotStart, match=f"^--tls-port: {port} on 127.0.0.1: "), taken_ports(secured):
            pass
    with taken_ports(Settings(port=0, tls_port=0)) as both:
        assert [url.partition(":")[0] for url in both.urls()] == ["http", "https"]


def test_an_address_of_another_machine_is_refused() -> None:
    with (
        pytest.raises(CannotStart, match=r"^--host: '192\.0\.2\.1': "),
        taken_ports(Settings(host="192.0.2.1", port=0)),
    ):
        pass


def test_https_on_the_port_leaves_no_second_one() -> None:
    both = Settings(tls=True, tls_port=8443, port=0)
    with pytest.raises(CannotStart, match=r"^--tls-port: 8443: conflicts with --tls"), taken_ports(both):
        pass

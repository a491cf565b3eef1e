"""Wrong admin tokens: counted, logged once a minute an address, and slowed; a right one never is."""

import logging
from collections.abc import Iterator

import httpx
import pytest

from invapi_emulator.control.wrong_tokens import MOST_A_MINUTE, MOST_ADDRESSES, WrongTokens, address_of
from invapi_emulator.control_errors import TooManyWrongTokens
from invapi_emulator.process.metrics import Metrics
from tests.support.fake_clock import FakeClock
from tests.support.harness import Running, running
from tests.support.raw_connection import said

TOKEN = "open sesame"
RIGHT = {"Authorization": f"Bearer {TOKEN}"}
WRONG = {"Authorization": "Bearer wrong"}
ACCOUNTS = "/_emulator/accounts"
LOGIN = "/_emulator/ui/login"


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    """Return a server that believes the address that a client says."""
    with running(admin_token=TOKEN, trusted_proxies="*") as server:
        yield server


@pytest.fixture
def time(served: Running) -> FakeClock:
    return served.time


@pytest.fixture
def http(served: Running) -> Iterator[httpx.Client]:
    """Return a client of a server that has heard of no wrong token for a minute."""
    served.time.go_on(60)
    with httpx.Client(base_url=served.url, timeout=60) as http:
        yield http


def refused(http: httpx.Client) -> int:
    """Return how many wrong tokens the metrics count."""
    lines = http.get("/metrics", headers=RIGHT).text.splitlines()
    (number,) = [
        line.split()[1] for line in lines if line.startswith("invapi_emulator_admin_token_refused_total ")
    ]
    return int(float(number))


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if "wrong admin token" in record.getMessage()]


def test_beyond_ten_a_minute_wrong_tokens_are_429_and_a_right_one_is_let_in(
    http: httpx.Client, time: FakeClock
) -> None:
    tried = [http.get(ACCOUNTS, headers=WRONG) for _ in range(MOST_A_MINUTE + 2)]
    assert [answer.status_code for answer in tried] == [401] * MOST_A_MINUTE + [429] * 2
    assert tried[0].headers["www-authenticate"] == "Bearer"
    assert tried[-1].headers["retry-after"] == "60"
    assert tried[-1].json()["error"]["reason"] == "too_many_wrong_tokens"
    assert http.get(ACCOUNTS, headers=RIGHT).status_code == 200
    assert http.post(LOGIN, data={"token": TOKEN}).status_code == 303
    http.cookies.clear()
    time.go_on(59)
    assert http.get(ACCOUNTS, headers=WRONG).headers["retry-after"] == "1"
    time.go_on(1)
    assert http.get(ACCOUNTS, headers=WRONG).status_code == 401


def test_wrong_tokens_in_the_form_count_too(http: httpx.Client) -> None:
    before = refused(http)
    tried = [http.post(LOGIN, data={"token": "wrong"}) for _ in range(MOST_A_MINUTE + 1)]
    assert [answer.status_code for answer in tried] == [401] * MOST_A_MINUTE + [429]
    assert tried[-1].headers["retry-after"] == "60"
    assert "The admin token is wrong." in tried[-1].text
    assert http.get(ACCOUNTS, headers=WRONG).status_code == 429
    assert refused(http) - before == MOST_A_MINUTE + 2


def test_another_address_is_not_slowed(http: httpx.Client) -> None:
    for number in range(MOST_A_MINUTE + 1):
        http.get(ACCOUNTS, headers=WRONG | {"X-Forwarded-For": f"2001:db8::{number}"})
    for address, status in (("2001:db8::ffff", 429), ("2001:db8:0:1::", 401), ("192.0.2.1", 401)):
        assert http.get(ACCOUNTS, headers=WRONG | {"X-Forwarded-For": address}).status_code == status


def test_they_are_logged_once_a_minute_an_address(
    http: httpx.Client, time: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    sent = WRONG | {"X-Forwarded-For": "192.0.2.9"}
    told = (
        "wrong admin token, not that of --admin-token; further ones from this address are told after a minute"
    )
    for _ in range(MOST_A_MINUTE + 2):
        http.get(ACCOUNTS, headers=sent)
    http.post(LOGIN, data={"token": "wrong"}, headers={"X-Forwarded-For": "192.0.2.1"})
    assert warnings(caplog) == [f"GET {ACCOUNTS}: {told}", f"POST {LOGIN}: {told}"]
    time.go_on(60)
    for _ in range(2):
        http.get(ACCOUNTS, headers=sent)
    assert len(warnings(caplog)) == 3
    assert warnings(caplog)[-1].endswith(f"; further ones in its last minute: {MOST_A_MINUTE + 1}")
    levels = {record.levelno for record in caplog.records if "wrong admin token" in record.getMessage()}
    assert levels == {logging.WARNING}


@pytest.mark.parametrize(
    "headers",
    [
        [b"Bearer", b"Bearer wrong"],
        [b"Bearer wrong", b"bearer open sesame"],
        [b"Bearer open sesame", b"Bearer wrong"],
        [b"Bearer"],
        [b"Bearer open  sesame"],
        [b"BEARER open sesame\xff"],
        [b"Bearer \xf0\x9f\x94\x91"],
        [b"Bearer \xed\xa0\x80"],
    ],
)
def test_an_authorization_that_is_not_the_token_alone_is_a_wrong_token(
    http: httpx.Client, headers: list[bytes]
) -> None:
    before = refused(http)
    sent = [(b"authorization", header) for header in headers]
    assert http.get(ACCOUNTS, headers=sent).status_code == 401
    assert refused(http) - before == 1


@pytest.mark.parametrize(
    "headers", [[b"bearer open sesame"], [b"BEARER open sesame"], [b"Bearer open sesame"] * 2]
)
def test_the_scheme_is_read_without_case(http: httpx.Client, headers: list[bytes]) -> None:
    sent = [(b"authorization", header) for header in headers]
    assert http.get(ACCOUNTS, headers=sent).status_code == 200


@pytest.mark.parametrize("header", ["", TOKEN, "Basic b3BlbiBzZXNhbWU6", f"Token {TOKEN}", "Digest x"])
def test_another_scheme_is_a_missing_token(http: httpx.Client, header: str) -> None:
    before = refused(http)
    answer = http.get(ACCOUNTS, headers={"Authorization": header})
    assert answer.status_code == 401
    assert "missing" in answer.json()["error"]["message"]
    assert refused(http) == before


@pytest.mark.parametrize("name", ["token", "admin_token", "access_token", "authorization", "Bearer"])
def test_a_token_in_the_address_opens_nothing(http: httpx.Client, name: str) -> None:
    assert http.get(ACCOUNTS, params={name: TOKEN}).status_code == 401
    assert http.get(ACCOUNTS, params={name: f"Bearer {TOKEN}"}).status_code == 401
    assert http.post(LOGIN, params={name: TOKEN}).status_code == 401


@pytest.mark.parametrize(
    ("client", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        (None, "unknown"),
        ("", "unknown"),
        ("x" * 100, "x" * 64),
    ],
)
def test_an_address_is_one_of_ipv4_or_a_network_of_ipv6(client: str | None, address: str) -> None:
    assert address_of(client) == address


def test_the_addresses_that_are_remembered_are_bounded(time: FakeClock) -> None:
    wrong = WrongTokens(time, Metrics({}))
    for _ in range(MOST_A_MINUTE):
        wrong.refusal("192.0.2.1")
    assert isinstance(wrong.refusal("192.0.2.1"), TooManyWrongTokens)
    for number in range(MOST_ADDRESSES):
        wrong.refusal(f"10.0.{number >> 8}.{number & 255}")
    assert not isinstance(wrong.refusal("192.0.2.1"), TooManyWrongTokens)


@pytest.mark.parametrize(
    "header",
    [
        b"Bearer  open sesame",
        b"bearer open sesame ",
        b"Bearer open sesame\t",
        b"\tBearer   open sesame \t",
    ],
)
def test_spaces_around_the_scheme_and_behind_the_token_are_no_part_of_it(
    http: httpx.Client, header: bytes
) -> None:
    before = refused(http)
    head = f"GET {ACCOUNTS} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n".encode()
    answer = said(str(http.base_url), head + b"Authorization: %b\r\n\r\n" % header)
    assert answer.startswith("HTTP/1.1 200 ")
    assert refused(http) == before

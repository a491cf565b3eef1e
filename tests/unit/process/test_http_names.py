"""Hosts, origins and tokens in settings: what is harmless is stripped, what can never match is refused."""

import pytest

from invapi_emulator.errors import CannotStart
from invapi_emulator.settings_sources import read_settings


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("a, b", ("a", "b")), (" a ,,\tb\n", ("a", "b")), (" ", ()), ("*", ("*",)), ("my_app.local.", ("my_app.local.",)),
        ("10.0.0.1,[::1]", ("10.0.0.1", "::1")), ("0:0:0:0:0:0:0:1", ("::1",)), (("a ", " "), ("a",)),
    ],
)  # fmt: skip
def test_hosts_are_taken_as_host_headers_have_them(given: object, taken: tuple[str, ...]) -> None:
    assert read_settings({"allowed_hosts": given}).allowed_hosts == taken


@pytest.mark.parametrize(
    "host",
    [
        "a:80",
        "http://a",
        "a/b",
        "a b",
        "*.a",
        "ä",
        "user@a",
        "[::1]:80",
        "fe80::1%eth0",
        "a\0",
        "a?",
        "\udcff",
        "-a",
    ],
)
def test_a_host_that_no_header_has_is_refused(host: str) -> None:
    with pytest.raises(
        CannotStart, match=r"\A--allowed-hosts: .*: no Host header is .*\(example: emulator\.local\), or \*\Z"
    ):
        read_settings({"allowed_hosts": f"ok,{host}"})


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("http://a, https://b/", ("http://a", "https://b")), ("HTTP://A:80,https://b:443", ("http://a", "https://b")),
        ("http://a:443", ("http://a:443",)), ("http://[0:0::1]:3000", ("http://[::1]:3000",)),
    ],
)  # fmt: skip
def test_origins_are_taken_as_browsers_send_them(given: str, taken: tuple[str, ...]) -> None:
    assert read_settings({"allowed_origins": given}).allowed_origins == taken


@pytest.mark.parametrize(
    "origin",
    ["a", "*", "null", "http://a/b", "http://user@a", "http://a:x", "http://a:65536", "http://ä", "http://a b", "ftp://a",
     "http://", "http://:80", "http://*.a", "http://[::1", "http://a?b"],
)  # fmt: skip
def test_an_origin_that_no_browser_sends_is_refused(origin: str) -> None:
    with pytest.raises(
        CannotStart, match=r"\A--allowed-origins: .*: invalid origin .*\(example: http://localhost:3000\)\Z"
    ):
        read_settings({"allowed_origins": f"http://ok,{origin}"})


@pytest.mark.parametrize("token", ["a\nb", " a", "\udcff", "a\0"])
def test_a_token_that_no_header_can_hold_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(CannotStart, match=r"\A--admin-token: \*\*\*: the token must be printable"):
        read_settings({"admin_token": token})


def test_an_address_to_listen_on_may_have_brackets_and_spaces() -> None:
    assert [read_settings({"host": host}).host for host in ("[::1]", "::1", " a ")] == ["::1", "::1", "a"]
    with pytest.raises(CannotStart, match=r"\A--host: ' ': expected an address or a host name"):
        read_settings({"host": " "})


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("a, b", ("a", "b")), ("Hooks.Test.", ("hooks.test",)), ("10.0.0.1,[0::1]", ("10.0.0.1", "::1")), ("", ()),
    ],
)  # fmt: skip
def test_hosts_to_call_are_taken_as_they_are_compared(given: str, taken: tuple[str, ...]) -> None:
    assert read_settings({"callbacks_to": given}).callbacks_to == taken


@pytest.mark.parametrize(
    "host", ["*", "*.a", "a:80", "http://a", "a/b", "a b", "ä", "user@a", "fe80::1%eth0", "-a"]
)
def test_a_host_that_cannot_be_called_is_refused(host: str) -> None:
    with pytest.raises(
        CannotStart, match=r"\A--callbacks-to: .*is not a host: expected .*\(example: hooks\.local\)\Z"
    ):
        read_settings({"callbacks_to": f"ok,{host}"})

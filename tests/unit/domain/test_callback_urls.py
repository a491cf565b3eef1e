"""A URL to call after an installation: which are refused, how each is dialled, and what of it is shown."""

import pytest

from invapi_emulator.domain.callback_addresses import NotAllowed, require_allowed, require_foreign
from invapi_emulator.domain.callback_urls import LONGEST, checked_callback_url, shown_url, target_of


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "starts with http"),
        ("hooks.test/done", "starts with http"),
        ("ftp://hooks.test/", "starts with http"),
        ("file:///etc/passwd", "starts with http"),
        ("javascript:alert(1)", "starts with http"),
        ("http://", "host name"),
        ("http:///done", "host name"),
        ("http://user:pw@/done", "host name"),
        ("http://-a/", "host name"),
        ("http://a..b/", "host name"),
        (f"http://{'a' * 64}.test/", "host name"),
        ("http://[fe80::1%25eth0]/", "host name"),
        ("http://[1.2.3.4", "valid host"),
        ("http://a:0/", "port"),
        ("http://a:65536/", "port"),
        ("http://a:8o/", "port"),
        ("http://a/ b", "printable"),
        ("http://a/\r\nHost: b", "printable"),
        ("http://a/\0", "printable"),
        ("http://a/\x7f", "printable"),
        ("http://ä.test/", "printable"),
        ("http://a\\@b/", "backslashes"),
        (f"http://a/{'b' * LONGEST}", "2048 characters"),
    ],
)
def test_a_url_that_cannot_be_called_is_refused_in_words(url: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        checked_callback_url(url)
    assert shown_url(url) == "***"


def test_a_refusal_repeats_no_part_of_the_password() -> None:
    for url in ("http://me:hunter2@a:hunter2/", "http://me:hunter2 @a/", "hunter2://a", "http://[hunter2]/"):
        with pytest.raises(ValueError, match=r"expected|printable") as refused:
            checked_callback_url(url)
        assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "netloc", "port", "path"),
    [
        ("http://Hooks.Test", "hooks.test", 80, "/"),
        ("https://hooks.test/done?key=1#part", "hooks.test", 443, "/done?key=1"),
        ("http://127.0.0.1:9000/done", "127.0.0.1:9000", 9000, "/done"),
        ("https://[::1]:8443/", "[::1]:8443", 8443, "/"),
        ("http://hooks.test:80/a%20b", "hooks.test", 80, "/a%20b"),
    ],
)
def test_a_url_is_dialled_as_it_says(url: str, netloc: str, port: int, path: str) -> None:
    target = target_of(checked_callback_url(url))
    assert (target.netloc, target.port, target.path, target.authorization) == (netloc, port, path, None)


def test_credentials_are_sent_as_a_header_and_shown_nowhere() -> None:
    url = "https://me:p%40ss@hooks.test/done?token=hunter2"
    assert target_of(url).authorization == "Basic bWU6cEBzcw=="
    assert shown_url(url) == "https://hooks.test/done"


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"])
def test_this_machine_may_always_be_called(address: str) -> None:
    require_allowed("hooks.test", [address], ())


OTHERS = [
    "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1", "203.0.113.9",
    "255.255.255.255", "::", "fe80::1", "fe80::1%eth0", "fd00::1", "ff02::1", "2001:db8::1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "::ffff:0.0.0.0", "64:ff9b::7f00:1", "2002:7f00:1::", "::127.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("address", OTHERS)
def test_no_other_address_may_be_called_unless_it_or_its_host_is_named(address: str) -> None:
    with pytest.raises(NotAllowed, match="--callbacks-to does not name it"):
        require_allowed("hooks.test", [address], ("other.test", "10.9.9.9"))
    require_allowed("hooks.test", [address], ("hooks.test",))
    require_allowed("hooks.test.", [address], ("hooks.test",))


def test_a_named_address_may_be_called_under_any_name() -> None:
    require_allowed("hooks.test", ["10.0.0.1"], ("10.0.0.1",))
    require_allowed("hooks.test", ["::ffff:10.0.0.1"], ("10.0.0.1",))


def test_one_address_that_is_not_allowed_is_enough_to_refuse_a_host() -> None:
    with pytest.raises(NotAllowed, match=r"169\.254\.169\.254 is not an address of this machine"):
        require_allowed("hooks.test", ["127.0.0.1", "169.254.169.254"], ())


def test_the_emulators_own_ports_are_refused() -> None:
    require_foreign(9000, {8650, 8651})
    with pytest.raises(NotAllowed, match="port 8651 is one of the emulator's own"):
        require_foreign(8651, {8650, 8651})

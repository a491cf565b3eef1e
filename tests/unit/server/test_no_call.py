"""An unreadable request is refused in one line, without any part that may be secret."""

import logging
import socket
from urllib.parse import urlsplit

import pytest

from tests.support.harness import Emulator

LONG = b"x" * 70_000


def answered(emulator: Emulator, sent: bytes) -> str:
    address = urlsplit(emulator.url)
    with socket.create_connection((str(address.hostname), int(address.port or 0)), timeout=60) as connection:
        connection.sendall(sent + b"\r\nHost: x\r\n\r\n")
        return b"".join(iter(lambda: connection.recv(65_536), b"")).decode()


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"CONNECT a:1 HTTP/1.1", "405"),
        (b"CONNECT /vm.php?token=HOSTKEY_TOKEN HTTP/1.1\r\nContent-Length: 30", "405"),
        (b"GET http://[::1/vm.php?action=list&token=HOSTKEY_TOKEN HTTP/1.1", "400"),
        (b"GET http://a:99999/vm.php?token=HOSTKEY_TOKEN HTTP/1.1", "400"),
        (b"GET /vm.php?token=HOSTKEY_TOKEN&action=" + LONG + b" HTTP/1.1", "431"),
        (b"GET /vm.php?token=HOSTKEY_TOKEN HTTP/1.1\r\nX-Long: " + LONG, "431"),
        (b"GET /vm.php?token=HOSTKEY_TOKEN HTTP/1.1" + b"\r\nX-Short: " * 8_000, "431"),
        (b"NONSENSE /vm.php?token=HOSTKEY_TOKEN HTTP/1.1", "405"),
        (b"GET /vm.php?token=HOSTKEY_TOKEN HTTP/x", "400"),
    ],
    ids=range(9),
)
def test_it_is_answered_and_logged_without_its_content(
    emulator: Emulator, caplog: pytest.LogCaptureFixture, request_line: bytes, status: str
) -> None:
    caplog.set_level(logging.INFO, "invapi_emulator")
    answer = answered(emulator, request_line)
    assert answer.startswith(f"HTTP/1.1 {status} ")
    assert "x-emulator-reason: " in answer.lower()
    (record,) = [record for record in caplog.records if record.name.startswith("invapi_emulator")]
    assert record.message.startswith("no call: ")
    assert [record.name for record in caplog.records if record.exc_info] == []
    assert "HOSTKEY_TOKEN" not in caplog.text + answer

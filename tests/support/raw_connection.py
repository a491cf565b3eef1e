"""A bare connection to a server, for bytes that no client library sends."""

import socket
from urllib.parse import urlsplit

from tests.support.processes import DEADLINE


def connected(url: str) -> socket.socket:
    address = urlsplit(url)
    connection = socket.create_connection((str(address.hostname), int(address.port or 0)), DEADLINE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def until_closed(connection: socket.socket) -> str:
    return b"".join(iter(lambda: connection.recv(65_536), b"")).decode()


def said(url: str, *sent: bytes) -> str:
    """Send everything on one connection. Return everything received until the server closes it."""
    with connected(url) as connection:
        for part in sent:
            connection.sendall(part)
        return until_closed(connection)

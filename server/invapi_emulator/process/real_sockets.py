"""Sockets for the way between a test and its emulator, by functions that are bound when this module is imported.

Tests replace `socket.socket` and others to forbid or to imitate a network (pytest-socket, vcr). What they say is about the
client under test. The class below the one of `socket` is the interpreter's, which nobody can change.
"""

import socket

_Socket = socket.socket
_addresses_of = socket.getaddrinfo

HERE = "127.0.0.1"


def connect(address: tuple[str, int], timeout: float, _source: None = None) -> socket.socket:
    """Connect as socket.create_connection does; raise OSError."""
    failure = OSError(f"{address[0]} has no address")
    for family, kind, protocol, _, where in _addresses_of(*address, type=socket.SOCK_STREAM):
        opened = _Socket(family, kind, protocol)
        try:
            opened.settimeout(timeout)
            super(_Socket, opened).connect(where)
        except OSError as problem:
            opened.close()
            failure = problem
        else:
            return opened
    raise failure


def addresses_of(host: str, port: int) -> list[str]:
    """Return the addresses of a host in the resolver's order; raise OSError."""
    try:
        found = _addresses_of(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as problem:  # a label that no resolver can be asked for
        raise OSError(str(problem)) from None
    return list(dict.fromkeys(str(where[0]) for *_, where in found))


def listen() -> socket.socket:
    """Return a socket that listens on a free port of this machine."""
    opened = _Socket(socket.AF_INET, socket.SOCK_STREAM)
    opened.bind((HERE, 0))
    opened.listen()
    return opened

"""Accept connections as long as the limit of open files has room for them. The others wait in the system's queue.

libuv, at the limit, accepts each waiting connection and closes it at once, without a word in the log.
"""

import asyncio
import errno
import logging
import socket
from asyncio import sleep
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

_log = logging.getLogger(__name__)

KEPT_FREE = 64
"""Number of files that connections leave for the database, the log and the like, if the limit is not very low."""

AT_ONCE = 64
"""Maximum number of waiting connections that are accepted together with one, before other work gets its turn."""

AGAIN_SECONDS = 0.1
"""How often to look whether there is room again."""

QUIET_SECONDS = 60.0
"""How long a lack of room is not told again."""

_NO_ROOM = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}


@dataclass(frozen=True, slots=True)
class Room:
    """Maximum number of open connections of the server, and those that are open, over all its sockets."""

    most: int
    connections: Collection[object]


_Socket = socket.socket


class _Listening(_Socket):
    """Accepts as its base does, which looks up the class of the connection: a test around an embedded server may have replaced it."""

    def accept(self) -> tuple[socket.socket, Any]:
        descriptor, address = self._accept()  # type: ignore[attr-defined] # what the base calls
        return _Socket(fileno=descriptor), address


class Accepting:
    """Accepts on a listening socket until it is closed. It stands for an asyncio.Server among uvicorn's."""

    def __init__(
        self,
        listening: socket.socket,
        backlog: int,
        protocol: Callable[[], asyncio.Protocol],
        room: Room,
        **options: Any,
    ) -> None:
        """Start. At most `backlog` connections wait in the system's queue. The options are those of `loop.connect_accepted_socket`."""
        self._listening = _Listening(fileno=listening.dup().detach())
        self._protocol = protocol
        self._room = room
        self._options = options
        self._beginning: set[asyncio.Task[None]] = set()
        self._quiet: asyncio.TimerHandle | None = None
        self._listening.setblocking(False)
        self._listening.listen(backlog)
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._accept_all(), name="accepting connections")
        self._task.add_done_callback(lambda _: self._listening.close())

    def close(self) -> None:
        self._task.cancel()
        if self._quiet is not None:
            self._quiet.cancel()

    async def wait_closed(self) -> None:
        await asyncio.wait([self._task])

    async def _accept_all(self) -> None:
        while True:
            if self._is_full():
                self._say(
                    f"{self._room.most} connections are open, as many as the limit of open files allows"
                )
                await sleep(AGAIN_SECONDS)
                continue
            try:
                connection, _ = await self._loop.sock_accept(self._listening)
            except OSError as problem:
                if problem.errno in _NO_ROOM:
                    self._say(f"no connection can be opened: {problem.strerror}")
                await sleep(AGAIN_SECONDS)
                continue
            self._start(connection)
            self._accept_waiting()

    def _accept_waiting(self) -> None:
        """Accept those that wait beside one. Else each waits for the turns of all connections before it."""
        for _ in range(AT_ONCE):
            if self._is_full():
                return
            try:
                connection, _ = self._listening.accept()
            except OSError:  # none waits; a real problem comes again at once, and is told then
                return
            self._start(connection)

    def _start(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        begun = self._loop.create_task(self._begin(connection))
        self._beginning.add(begun)
        begun.add_done_callback(self._beginning.discard)

    async def _begin(self, connection: socket.socket) -> None:
        """Hand a connection to its protocol. One whose handshake fails, or takes too long, is closed."""
        try:
            await self._loop.connect_accepted_socket(self._protocol, connection, **self._options)
        except OSError as problem:
            _log.debug("a connection did not begin: %s", problem)

    def _is_full(self) -> bool:
        return len(self._room.connections) + len(self._beginning) >= self._room.most

    def _say(self, why: str) -> None:
        if self._quiet is None:
            self._quiet = self._loop.call_later(QUIET_SECONDS, self._end_quiet)
            _log.warning("%s; new ones wait until others end (see `ulimit -n`)", why)

    def _end_quiet(self) -> None:
        self._quiet = None


def most_connections() -> int:
    """Return how many connections the limit of open files leaves room for."""
    try:
        import resource  # not on every system
    except ImportError:
        return 1_000_000
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return 1_000_000 if limit == resource.RLIM_INFINITY else max(limit - KEPT_FREE, limit // 2)

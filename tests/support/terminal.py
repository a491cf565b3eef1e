"""A server on a pseudo-terminal, as a person starts it."""

import os
import pty
import re
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.support.processes import COMMAND, DEADLINE, ROOT, environment

STYLE = re.compile(r"\x1b\[[0-9;]*m")


class Terminal:
    """What a process writes to its terminal, with plain line ends."""

    def __init__(self, screen: int) -> None:
        self._screen = screen
        self.shown = ""

    def until(self, words: str) -> str:
        """Read until these words are shown. Return all that was shown so far, without styles."""
        deadline = time.monotonic() + DEADLINE
        while words not in self.plain:
            assert time.monotonic() < deadline, self.plain
            self._read(deadline - time.monotonic())
        return self.plain

    @property
    def plain(self) -> str:
        return STYLE.sub("", self.shown)

    def _read(self, seconds: float) -> None:
        ready, _, _ = select.select([self._screen], [], [], max(seconds, 0))
        text = b""
        if ready:
            with suppress(OSError):  # Linux has an error at the end, not nothing
                text = os.read(self._screen, 65_536)
        self.shown += text.decode().replace("\r\n", "\n")


@contextmanager
def served_on_a_terminal(*flags: str, streams: str = "out err", **variables: str) -> Iterator[Terminal]:
    """Serve on a free port, with these standard streams on a terminal and the others dropped. Stop it with Ctrl-C."""
    screen, line = pty.openpty()
    targets = {name: line if name in streams else subprocess.DEVNULL for name in ("out", "err")}
    process = subprocess.Popen(
        [*COMMAND, "serve", "--port", "0", *flags],
        stdin=line, stdout=targets["out"], stderr=targets["err"], cwd=ROOT, env=environment(TERM="xterm", NO_COLOR="") | variables,
    )  # fmt: skip
    os.close(line)
    try:
        yield Terminal(screen)
        process.send_signal(signal.SIGINT)
        assert process.wait(DEADLINE) == 0
    finally:
        process.kill()
        process.wait()
        os.close(screen)

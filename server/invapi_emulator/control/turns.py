"""Turns of large answers: one is made at a time, and those that wait to be read have a bound together."""

import asyncio
from asyncio import FIRST_COMPLETED, Semaphore, create_task, wait
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, TypeVar
from weakref import WeakSet

from fastapi import Request
from starlette.types import Receive, Scope, Send

from invapi_emulator.server.http_protocol import CONNECTION
from invapi_emulator.server.pieces import InPieces

T = TypeVar("T")

MOST_UNREAD = 64 * 1024 * 1024
"""Maximum number of bytes in finished answers that are not sent yet, when the next one begins."""

PATIENCE_SECONDS = 30
"""Seconds that a request waits for another to read its answer. Then the oldest such answer is cut off."""


class LargeAnswer(InPieces):
    """An answer that is counted until it is sent. `unsent` counts bytes, `number` answers."""

    media_type = "application/json"

    def __init__(
        self, text: bytes, status: int, headers: Mapping[str, str] | None, number: int, turns: "Turns"
    ) -> None:
        super().__init__(text, status, headers)
        self.unsent = len(text)
        self.number = number
        self._turns = turns
        self._transport: asyncio.Transport | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._transport = scope.get("extensions", {}).get(CONNECTION)
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._count_no_longer()

    def cut(self) -> None:
        """Close the connection, where it is ours, and count the answer no longer."""
        if self._transport is not None:
            self._transport.abort()
        self._count_no_longer()

    def _count_no_longer(self) -> None:
        self.unsent = 0
        self._turns.read.set()


class Turns:
    """The large answers of a server. `read` is set when one was sent, or its client has gone."""

    def __init__(self) -> None:
        self.read = asyncio.Event()
        self._one = Semaphore(1)
        self._answers: WeakSet[LargeAnswer] = WeakSet()
        self._made = 0

    def turn_if(self, *, needed: bool) -> AbstractAsyncContextManager[None]:
        """Return a turn, or nothing to wait for."""
        return self.turn() if needed else nullcontext()

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until no other large answer is made, and few bytes wait to be read."""
        async with self._one:
            await asyncio.sleep(0)  # the others wait for it, so that a turn of the event loop makes one
            await self._wait_for_room()
            yield

    def answer(self, text: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> LargeAnswer:
        """Return the answer for a text, JSON unless its headers say otherwise. It is counted until it is sent, or dropped."""
        self._made += 1
        made = LargeAnswer(text, status, headers, self._made, self)
        self._answers.add(made)
        return made

    async def _wait_for_room(self) -> None:
        while sum(answer.unsent for answer in self._answers) > MOST_UNREAD:
            self.read.clear()
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    await self.read.wait()
            except TimeoutError:
                self._oldest().cut()

    def _oldest(self) -> LargeAnswer:
        return min((answer for answer in self._answers if answer.unsent), key=lambda answer: answer.number)


async def unless_gone(request: Request, work: Coroutine[Any, Any, T]) -> T | None:
    """Return the result of the work, or None as soon as the client has gone. The work then stops."""
    working, going = create_task(work), create_task(_gone(request))
    try:
        await wait((working, going), return_when=FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        working.cancel()
        going.cancel()


async def _gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass

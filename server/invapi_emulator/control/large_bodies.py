"""Routes that read JSON: in steps, with other requests in between, and each name of an object once."""

from asyncio import CancelledError
from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any, TypeVar

from fastapi import Request, Response
from fastapi.routing import APIRoute

from invapi_emulator.process.lifecycle import Lifecycle
from invapi_emulator.process.pace import give_way
from invapi_emulator.worlds.json_text import parsing
from invapi_emulator.worlds.steps import Steps, taken

T = TypeVar("T")

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class JsonRoute(APIRoute):
    """A route that parses its body in steps. FastAPI asks the request for the parsed body."""

    async def begin(self, _request: Request) -> AbstractAsyncContextManager[None]:
        """Do what must come before the body is parsed. Return what to hold until the request is answered."""
        return nullcontext()

    def get_route_handler(self) -> _Handler:
        handle = super().get_route_handler()

        async def handled(request: Request) -> Response:
            parsed_in_steps = _ParsedInSteps(request.scope, request.receive)
            parsed_in_steps.is_read = self.body_field is None
            try:
                async with await self.begin(parsed_in_steps):
                    return await handle(parsed_in_steps)
            except CancelledError:
                if parsed_in_steps.is_read:
                    raise
                lifecycle: Lifecycle = request.app.state.worlds.lifecycle
                with lifecycle.nothing_done("before it had read the body"):
                    raise

        return handled


class _ParsedInSteps(Request):
    """A request of which it is known whether all of its body was read, so that the route's own work may have begun."""

    is_read = False

    async def body(self) -> bytes:
        content = await super().body()
        self.is_read = self.is_read or not content
        return content

    async def json(self) -> Any:
        (parsed,) = await in_turns(parsing(await self.body()))
        self.is_read = True
        return parsed


async def in_turns(steps: Steps[T]) -> T:
    """Take all steps, and let other work go on in between."""
    while True:
        result = taken(steps)
        if result is not None:
            return result
        await give_way()

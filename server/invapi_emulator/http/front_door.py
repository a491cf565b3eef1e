"""Where a request goes: calls of the imitated API go straight to their endpoint, all else to the control API."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import cached_property

from starlette.types import ASGIApp, Receive, Scope, Send

_CONTROL = ("/_emulator", "/docs")
_CONTROL_FOLDERS = tuple(f"{path}/" for path in _CONTROL)


class FrontDoor:
    """An ASGI application in front of others: a module's call need not pass the middlewares of the control API.

    That is made when it is first asked for; `life` goes on from when the server starts until it stops.
    """

    def __init__(
        self,
        modules: ASGIApp,
        make_control: Callable[[], ASGIApp],
        life: Callable[[], AbstractAsyncContextManager[None]],
    ) -> None:
        self._modules = modules
        self._make_control = make_control
        self._life = life

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        elif _is_control(scope["path"]):
            await self._control(scope, receive, send)
        else:
            await self._modules(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        async with self._life():
            await send({"type": "lifespan.startup.complete"})
            await receive()
        await send({"type": "lifespan.shutdown.complete"})

    @cached_property
    def _control(self) -> ASGIApp:
        return self._make_control()


def _is_control(path: str) -> bool:
    return path in {"/", "/openapi.json", "/metrics", *_CONTROL} or path.startswith(_CONTROL_FOLDERS)

"""Where a request goes: calls of the imitated API go straight to their endpoint, all else to the control API."""

from starlette.types import ASGIApp, Receive, Scope, Send

_CONTROL = ("/_emulator", "/docs")
_CONTROL_FOLDERS = tuple(f"{path}/" for path in _CONTROL)


class FrontDoor:
    """An ASGI application in front of two others: a module's call need not pass the middlewares of the control API."""

    def __init__(self, modules: ASGIApp, control: ASGIApp) -> None:
        self._modules = modules
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_call = scope["type"] == "http" and not _is_control(scope["path"])
        await (self._modules if is_call else self._control)(scope, receive, send)


def _is_control(path: str) -> bool:
    return path in {"/", "/openapi.json", "/metrics", *_CONTROL} or path.startswith(_CONTROL_FOLDERS)

"""`/`: an overview of the server in JSON. Browsers get the page instead."""

from fastapi import APIRouter, Request
from pydantic import Field

from invapi_emulator import __version__
from invapi_emulator.control.views import View
from invapi_emulator.engine.action import actions_of, modules
from invapi_emulator.server.paths import root_of

router = APIRouter(tags=["health"])


class Index(View):
    emulator: str
    version: str
    modules: dict[str, list[str]] = Field(description="actions by path of the module")
    control: str
    openapi: str
    docs: str


@router.get("/")
async def index(request: Request) -> Index:
    """Show the version, the modules with their actions, and the paths of the control API and the docs."""
    root = root_of(request.scope)
    return Index(
        emulator="invapi-emulator",
        version=__version__,
        modules={f"{root}/{module}.php": actions_of(module) for module in modules()},
        control=f"{root}/_emulator/health",
        openapi=f"{root}/openapi.json",
        docs=f"{root}/docs",
    )

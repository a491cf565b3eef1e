"""`/`: what somebody finds who opens the address in a browser."""

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
    modules: dict[str, list[str]] = Field(description="path of each module, and its actions")
    control: str
    openapi: str
    docs: str


@router.get("/")
async def index(request: Request) -> Index:
    """Say what this is, and what it answers."""
    root = root_of(request.scope)
    return Index(
        emulator="invapi-emulator",
        version=__version__,
        modules={f"{root}/{module}.php": actions_of(module) for module in modules()},
        control=f"{root}/_emulator/health",
        openapi=f"{root}/openapi.json",
        docs=f"{root}/docs",
    )

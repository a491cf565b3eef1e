"""`/`: what somebody finds who opens the address in a browser."""

from fastapi import APIRouter

from invapi_emulator import __version__
from invapi_emulator.actions import actions_of, modules
from invapi_emulator.control.views import View

router = APIRouter(tags=["health"])


class Index(View):
    emulator: str
    version: str
    modules: dict[str, list[str]]
    """path of each module, and its actions"""
    control: str
    openapi: str
    docs: str


@router.get("/")
async def index() -> Index:
    """Say what this is, and what it answers."""
    return Index(
        emulator="invapi-emulator",
        version=__version__,
        modules={f"/{module}.php": actions_of(module) for module in modules()},
        control="/_emulator/health",
        openapi="/openapi.json",
        docs="/docs",
    )

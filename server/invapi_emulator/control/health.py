"""Health: whether the process is alive, and whether the emulator can answer calls."""

from typing import Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from invapi_emulator import __version__
from invapi_emulator.control.views import View
from invapi_emulator.control.worlds import TheWorlds

router = APIRouter(prefix="/_emulator", tags=["health"])


class Health(View):
    status: str = Field(
        description="`ready`; with status 503: `starting`, `stopping`, `no database`, `cannot write` (only calls that write are refused) or `no heartbeat` (calls are answered)"
    )
    version: str
    why: str | None = Field(None, description="the problem with the database, or with the worker")


class Liveness(View):
    status: Literal["alive"]
    version: str


@router.get("/live")
async def live() -> Liveness:
    """Return that the process answers. It asks nothing else, so a lost database restarts no server."""
    return Liveness(status="alive", version=__version__)


@router.get("/health", responses={503: {"model": Health}})
async def health(worlds: TheWorlds) -> Health:
    """Return whether calls are answered: 503 until the worlds are loaded, and while the database is lost.

    It answers within two seconds, even if the database does not.
    """
    view = Health(status=worlds.lifecycle.state, version=__version__)
    if view.status == "ready":
        problem = await worlds.proofs.problem()
        if problem is None:
            return view
        view = view.model_copy(update=dict(zip(("status", "why"), problem, strict=True)))
    return JSONResponse(view.model_dump(), 503, {"Retry-After": "1"})  # type: ignore[return-value]

"""Health: whether the emulator can answer calls."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from invapi_emulator import __version__
from invapi_emulator.control.views import View
from invapi_emulator.control.worlds import TheWorlds
from invapi_emulator.storage import heartbeat
from invapi_emulator.storage.database import Database
from invapi_emulator.storage.errors import DATABASE_LOST, CannotWrite, why_lost

router = APIRouter(prefix="/_emulator", tags=["health"])


class Health(View):
    status: str = Field(
        description="`ready`; with status 503: `starting`, `stopping`, `no database` or `cannot write` (only calls that write are refused)"
    )
    version: str
    why: str | None = Field(None, description="the problem with the database")


@router.get("/health", responses={503: {"model": Health}})
async def health(worlds: TheWorlds) -> Health:
    """Return whether calls are answered: 503 until the worlds are loaded, and while the database is lost."""
    view = Health(status=worlds.lifecycle.state, version=__version__)
    if view.status == "ready":
        view = await worlds.database.call(lambda: _checked(worlds.database, view))
    if view.status == "ready":
        return view
    return JSONResponse(view.model_dump(), 503, {"Retry-After": "1"})  # type: ignore[return-value]


def _checked(database: Database, view: Health) -> Health:
    """Check that the database can be written to, as calls need."""
    try:
        with database.transaction() as tx:
            heartbeat.say_alive(tx, database.real_now(tx))
    except DATABASE_LOST as problem:
        status = "cannot write" if isinstance(problem, CannotWrite) else "no database"
        return view.model_copy(update={"status": status, "why": f"the emulator {why_lost(problem)}"})
    return view

"""Whether the emulator can answer."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from invapi_emulator import __version__
from invapi_emulator.control.views import View
from invapi_emulator.control.worlds import TheWorlds
from invapi_emulator.storage import server_life
from invapi_emulator.storage.database import DATABASE_LOST, Database

router = APIRouter(prefix="/_emulator", tags=["health"])


class Health(View):
    status: str
    """`ready`; with status 503 `starting`, `stopping`, or `no database`"""
    version: str


@router.get("/health", responses={503: {"model": Health}})
async def health(worlds: TheWorlds) -> Health:
    """Tell whether calls are answered: 503 until the worlds are there, and when the database is lost."""
    status: str = worlds.lifecycle.state
    if status == "ready" and not await worlds.database.run(lambda: _answers(worlds.database)):
        status = "no database"
    view = Health(status=status, version=__version__)
    if status == "ready":
        return view
    return JSONResponse(view.model_dump(), 503, {"Retry-After": "1"})  # type: ignore[return-value]


def _answers(database: Database) -> bool:
    try:
        with database.write() as tx:
            server_life.say_alive(tx, database.real_now(tx))
    except DATABASE_LOST:
        return False
    return database.is_there()

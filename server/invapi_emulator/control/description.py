"""`/openapi.json`: the description of the imitated API and of the control API, written once."""

import json
from functools import lru_cache

from fastapi import APIRouter, Request, Response

from invapi_emulator.server.paths import root_of
from invapi_emulator.server.pieces import InPieces

router = APIRouter(include_in_schema=False)


@router.get("/openapi.json")
async def description(request: Request) -> Response:
    """Show the description. Behind a proxy, it names the path that the emulator is at there."""
    document: bytes = request.app.openapi_text
    root = root_of(request.scope)
    return InPieces(_at(root, document) if root else document, media_type="application/json")


@lru_cache(maxsize=4)
def _at(root: str, document: bytes) -> bytes:
    servers = json.dumps({"servers": [{"url": root}]}).encode()
    return servers[:-1] + b"," + document[1:]

"""`/docs`: the API description in Swagger UI, served locally."""

from functools import cache
from importlib.resources import files

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from invapi_emulator.control_errors import NotFound
from invapi_emulator.server.pieces import InPieces

router = APIRouter(prefix="/docs", include_in_schema=False)

SWAGGER_UI = "fastapi_swagger.resources"
"""The package that holds an unmodified release of Swagger UI. Only its files are used."""

_SERVED = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>invapi-emulator</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="description"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
_START = """\
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#description",
  deepLinking: true,
  docExpansion: "list",
  tryItOutEnabled: true,
  validatorUrl: null, // do not tell another server about this one
});
"""
_HEADERS = {
    # Swagger UI sets inline styles, and its style sheet embeds images.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; connect-src 'self'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


@router.get("")
async def page() -> HTMLResponse:
    return HTMLResponse(_PAGE, headers=_HEADERS)


@router.get("/start.js")
async def start() -> Response:
    return Response(_START, headers=_HEADERS, media_type="text/javascript")


@router.get("/{name}")
async def asset(name: str) -> Response:
    if name not in _SERVED:
        raise NotFound("not_found", f"no file {name[:80]!r} in /docs")
    return InPieces(_content(name), headers=_HEADERS, media_type=_SERVED[name])


def load() -> None:
    """Read all files of this page. Otherwise the first request of each does."""
    for name in _SERVED:
        _content(name)


@cache
def _content(name: str) -> bytes:
    return files(SWAGGER_UI).joinpath(name).read_bytes()

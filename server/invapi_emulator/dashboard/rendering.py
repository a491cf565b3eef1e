"""Render templates into responses that run only the page's own scripts."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from starlette.responses import Response

from invapi_emulator.control_errors import NotFound
from invapi_emulator.dashboard import words
from invapi_emulator.domain.instants import iso
from invapi_emulator.domain.money import money
from invapi_emulator.domain.tasks import progress_at, stage_at
from invapi_emulator.server.pieces import InPieces

if TYPE_CHECKING:
    from jinja2 import Environment

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Cache-Control": "no-cache",
    "Referrer-Policy": "same-origin",  # with no-referrer, browsers send `Origin: null` with our forms
    "X-Content-Type-Options": "nosniff",
}
_OF_PAGES = {"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": POLICY, "Vary": "Accept"}
_TYPES = {
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}


def html(
    template: str,
    model: Mapping[str, Any],
    status: int = 200,
    respond: Callable[[bytes, int, Mapping[str, str]], Response] = InPieces,
) -> Response:
    text = _environment().get_template(template).render(model)
    return respond(text.encode("utf-8", "replace"), status, _HEADERS | _OF_PAGES)


def static_file(name: str) -> Response:
    """Return a file of the folder `static`; raise NotFound if there is none of this name."""
    content = _files("static").get(name)
    if content is None:
        raise NotFound("not_found", f"no file {name[:80]!r} in the page")
    return InPieces(content, 200, _HEADERS, _TYPES[name.rpartition(".")[2]])


def load() -> None:
    """Read all files that the page needs, and load its libraries. Otherwise its first use does."""
    _files("static")
    _environment()


def _beginning_at(query: Mapping[str, str], list_: str, first: int) -> str:
    """Return the query for the same page with another part of one of its lists."""
    return urlencode({**query, list_: first}, errors="replace")


@cache
def _files(folder: str) -> Mapping[str, bytes]:
    """Return the files of a folder beside this one, by name."""
    found = resources.files(__package__).joinpath(folder).iterdir()
    return {file.name: file.read_bytes() for file in found if file.is_file()}


@cache
def _environment() -> "Environment":
    # Imported on demand, so that the server starts faster.
    from jinja2 import DictLoader, Environment, StrictUndefined

    environment = Environment(
        loader=DictLoader({name: text.decode() for name, text in _files("templates").items()}),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "bytes": words.bytes_,
        "clock": words.clock,
        "iso": iso,
        "beginning_at": _beginning_at,
        "json": lambda value: json.dumps(value, separators=(",", ":")),
        "money": money,
        "progress": progress_at,
        "span": words.span,
        "stage": stage_at,
        "words": words.action,
    }
    return environment

"""Routes of the page: `/` for browsers, `/_emulator/ui` and the paths below it."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from invapi_emulator.control import index
from invapi_emulator.control.accounts import are_many
from invapi_emulator.control.index import Index
from invapi_emulator.control.large_answers import for_who_waits, holds_much, selected
from invapi_emulator.control.worlds import AccountContext, TheWorlds, Worlds
from invapi_emulator.control_errors import NotFound
from invapi_emulator.dashboard.account_page import AccountView, gather_account
from invapi_emulator.dashboard.accounts_page import gather_accounts
from invapi_emulator.dashboard.catalogue_page import Search, gather_catalogue
from invapi_emulator.dashboard.journal import Wanted
from invapi_emulator.dashboard.machine_page import MachineView, gather_machine
from invapi_emulator.dashboard.orders_page import STATUSES, OrdersView, gather_orders
from invapi_emulator.dashboard.rendering import html, static_file
from invapi_emulator.dashboard.scale import WINDOWS
from invapi_emulator.dashboard.vm_search import searched
from invapi_emulator.domain.accounts import DEMO
from invapi_emulator.server.paths import root_of

router = APIRouter(include_in_schema=False)

MOST_WORDS = 200
"""Maximum number of characters that a list is searched for."""

_REPEATED = {
    "action", "api_key", "from", "invoice", "key", "location", "order", "preset", "q", "result", "rule", "server", "snapshot",
    "ssh_key", "status", "whose", "window",
}  # fmt: skip
"""The parameters of the pages."""


@router.get("/", response_model=None)
async def front(request: Request, worlds: TheWorlds) -> Response | Index:
    """Show the page to browsers, and the index to other clients."""
    if "text/html" not in request.headers.get("accept", ""):
        return await index.index(request)
    return await account(request, DEMO, worlds)


@router.get("/_emulator/ui")
async def demo(request: Request, worlds: TheWorlds) -> Response:
    return await account(request, DEMO, worlds)


@router.get("/_emulator/ui/accounts")
async def all_accounts(request: Request, worlds: TheWorlds) -> Response:
    (first,) = _numbers(request, "from")

    async def answer() -> Response:
        async with worlds.turns.turn_if(needed=await worlds.database.call(partial(are_many, worlds))):
            model = await worlds.database.call(lambda: gather_accounts(worlds, first, _words(request)))
            around = _visitor(request) | {"query": _query(request)}
            return html("accounts.html", around | model, respond=worlds.turns.answer)

    return await for_who_waits(request, answer())


@router.get("/_emulator/ui/accounts/{name}")
async def account(request: Request, name: str, worlds: TheWorlds) -> Response:
    vm, rule, ssh_key, api_key, shown = _numbers(request, "from", "rule", "ssh_key", "api_key", "key")
    words = _words(request)

    def gather(found: Sequence[int] | None, context: AccountContext) -> Mapping[str, Any]:
        view = AccountView(vm, rule, ssh_key, api_key, shown, words, found)
        return gather_account(context, _wanted(request), _window(request), view)

    return await _page(request, worlds, "account.html", searched(worlds, name, words, gather))


@router.get("/_emulator/ui/accounts/{name}/vms/{vm_id}")
async def machine(request: Request, name: str, vm_id: str, worlds: TheWorlds) -> Response:
    view = MachineView(*_numbers(request, "snapshot", "rule"))

    def gather(context: AccountContext) -> Mapping[str, Any]:
        return gather_machine(context, vm_id, _wanted(request), _window(request), view)

    return await _page(request, worlds, "machine.html", selected(worlds, name, gather, holds_much))


@router.get("/_emulator/ui/accounts/{name}/catalogue")
async def catalogue(request: Request, name: str, worlds: TheWorlds) -> Response:
    location = request.query_params.get("location", "")[:MOST_WORDS]
    search = Search(_words(request), location, *_numbers(request, "preset", "server"))

    def gather(context: AccountContext) -> Mapping[str, Any]:
        return gather_catalogue(context, search)

    return await _page(request, worlds, "catalogue.html", selected(worlds, name, gather, holds_much))


@router.get("/_emulator/ui/accounts/{name}/orders")
async def orders(request: Request, name: str, worlds: TheWorlds) -> Response:
    order, server, invoice = _numbers(request, "order", "server", "invoice")
    status = next((each for each in STATUSES if each == request.query_params.get("status")), None)

    def gather(context: AccountContext) -> Mapping[str, Any]:
        return gather_orders(context, OrdersView(order, server, invoice, status))

    return await _page(request, worlds, "orders.html", selected(worlds, name, gather, holds_much))


@router.get("/_emulator/ui/static/{name}")
async def static(name: str) -> Response:
    return static_file(name)


async def _page(
    request: Request,
    worlds: Worlds,
    template: str,
    gathered: AbstractAsyncContextManager[Mapping[str, Any]],
) -> Response:
    """Answer with a page of an account. What is large has its turn within the block that `gathered` begins."""
    around = _visitor(request) | {
        "base": str(request.base_url).rstrip("/"),
        "query": _query(request),
        "scenarios": worlds.scenarios.names(),
    }

    async def answer() -> Response:
        async with gathered as model:
            return html(template, around | dict(model), respond=worlds.turns.answer)

    try:
        return await for_who_waits(request, answer())
    except NotFound as problem:
        return html("missing.html", _visitor(request) | {"message": problem.message}, problem.status)


def _query(request: Request) -> dict[str, str]:
    """Return the query as the links to other parts of the page repeat it."""
    return {name: value[:MOST_WORDS] for name, value in request.query_params.items() if name in _REPEATED}


def _visitor(request: Request) -> dict[str, Any]:
    """Return what every template needs of the request: the root path, whether to offer a logout, and how much is searched for."""
    sought = request.query_params.get("q", "")
    return {
        "root": root_of(request.scope),
        "by_cookie": getattr(request.state, "by_cookie", False),
        "most_words": MOST_WORDS,
        "words_are_cut": len(sought) > MOST_WORDS,
    }


def _wanted(request: Request) -> Wanted:
    query = request.query_params
    return Wanted(
        _text(query.get("action", "")),
        _text(query.get("result", "")),
        unauthenticated=query.get("whose") in {"unauthenticated", "nobody"},
    )


def _words(request: Request) -> str:
    return request.query_params.get("q", "")[:MOST_WORDS]


def _text(given: str) -> str:
    """Return a text without NUL, which PostgreSQL cannot compare with anything."""
    return given.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _window(request: Request) -> str:
    window = request.query_params.get("window", "")
    return window if window in WINDOWS else ""


def _numbers(request: Request, *names: str) -> list[int]:
    return [_number(request.query_params.get(name, "")) for name in names]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(2**63)) else 0

"""Accounts: create, show and remove them."""

from collections.abc import AsyncIterator, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import IntegrityError

from invapi_emulator.contract.assumptions.retired import retired_line
from invapi_emulator.control.building import built
from invapi_emulator.control.failures import already, failures
from invapi_emulator.control.large_answers import for_who_waits
from invapi_emulator.control.large_bodies import JsonRoute
from invapi_emulator.control.views import IGNORED, AccountView, View, account_view, view_of
from invapi_emulator.control.worlds import NameInPath, ScenarioName, TheWorlds, Worlds, no_account
from invapi_emulator.control_errors import Conflict
from invapi_emulator.domain.accounts import DEMO, Credentials, is_account_name
from invapi_emulator.domain.behavior import Profile
from invapi_emulator.process.pace import give_way
from invapi_emulator.randomness import Chance, new_name, new_seed
from invapi_emulator.storage import accounts, vms
from invapi_emulator.storage.transaction import Transaction
from invapi_emulator.storage.world_size import has_many_accounts
from invapi_emulator.worlds.accounts import Wanted, add_account, new_account
from invapi_emulator.worlds.build_context import BuildContext
from invapi_emulator.worlds.fields import AccountName, Assume, ClockChange, Seed
from invapi_emulator.worlds.load import Prepared, preparing

router = APIRouter(route_class=JsonRoute, prefix="/_emulator", tags=["accounts"])

_AT_A_TIME = 10
"""Number of accounts that are read in a step. Each may have 15,000 VMs."""

_SOME_REMOVED = "{} accounts were removed: send the request again for the others"

Word = Annotated[str, Field(pattern=r"\A[!-~]{1,128}\z", strict=True)]
Text = Annotated[str, Field(pattern=r"\A[^\x00-\x1f\x7f]{1,200}\z", strict=True)]


class NewAccount(BaseModel):
    """Omitted fields take the server's defaults. An omitted name, key or seed is generated."""

    model_config = ConfigDict(extra="forbid")

    name: AccountName | None = None
    scenario: ScenarioName | None = None
    clock: ClockChange | None = None
    seed: Seed | None = None
    profile: Profile | None = None
    assume: Assume | None = None
    token: Word | None = None
    api_key: Word | None = None
    user: Text | None = None
    password: Text | None = None


class Made(AccountView):
    ignored: str | None = IGNORED


class AccountList(View):
    accounts: list[AccountView] = Field(description="in order of creation")


class Purged(View):
    removed: list[str] = Field(description="names of the removed accounts")


@router.post("/accounts", status_code=201, responses=failures(409, 422))
async def make(worlds: TheWorlds, body: Annotated[NewAccount | None, Body()] = None) -> Made:
    """Create an account. Its VMs, tasks, clock and keys are separate from those of all other accounts."""
    try:
        account_id, view = await _make(worlds, body or NewAccount())
    except IntegrityError:
        raise Conflict("in_use", "another account has just taken this name, token, key or user") from None
    worlds.database.notifications.due_earlier(account_id)
    return view


@router.get("/accounts", responses={200: {"model": AccountList}})
async def list_accounts(request: Request, worlds: TheWorlds) -> Response:
    """Show all accounts. Listing them does not count as using them."""

    async def answer() -> Response:
        async with worlds.turns.turn_if(needed=await worlds.database.call(partial(are_many, worlds))):
            return worlds.turns.answer(
                b'{"accounts":[%s]}' % b",".join([each async for each in _written(worlds)])
            )

    return await for_who_waits(request, answer())


@router.get("/accounts/{name}", responses=failures(404))
async def show(name: NameInPath, worlds: TheWorlds) -> AccountView:
    """Show an account with its credentials."""
    return await worlds.within(name, account_view)


@router.delete("/accounts/{name}", status_code=204, responses=failures(404, 409))
async def remove(name: NameInPath, worlds: TheWorlds) -> None:
    """Remove an account and everything in it. The account `demo` cannot be removed."""
    if name == DEMO:
        raise Conflict("demo_stays", "the account demo cannot be removed; reset it instead")
    if not is_account_name(name) or not await worlds.database.call(lambda: _remove(worlds, name)):
        raise no_account(name)


@router.post("/purge")
async def purge(worlds: TheWorlds) -> Purged:
    """Remove all accounts except `demo`, one by one. Calls get their turn in between."""
    removed: list[str] = []
    for account_id, name in (await worlds.database.call(partial(_names, worlds))).items():
        with already(_SOME_REMOVED.format(len(removed))) if removed else nullcontext():
            if name != DEMO and await worlds.database.call(partial(_remove_account, worlds, account_id)):
                removed.append(name)
        await give_way()
    return Purged(removed=removed)


def are_many(worlds: Worlds) -> bool:
    """Return whether there are so many accounts that what shows them is large."""
    with worlds.database.read() as tx:
        return has_many_accounts(tx)


async def _written(worlds: Worlds) -> AsyncIterator[bytes]:
    """Yield all accounts as JSON, in order of creation. Other calls get their turn in between."""
    ids = list(await worlds.database.call(partial(_names, worlds)))
    for place in range(0, len(ids), _AT_A_TIME):
        for view in await worlds.database.call(partial(_views, worlds, ids[place : place + _AT_A_TIME])):
            yield view.model_dump_json().encode()
        await give_way()


def _names(worlds: Worlds) -> dict[int, str]:
    with worlds.database.read() as tx:
        return accounts.names(tx)


def _views(worlds: Worlds, ids: Sequence[int]) -> list[AccountView]:
    """Return those of the accounts that are still there."""
    with worlds.database.read() as tx:
        real_now, held = worlds.database.real_now(tx), vms.ids_by_account(tx, ids)
        return [
            view_of(each, each.clock.now(real_now), held.get(each.id, []))
            for each in accounts.without_catalogues(tx, ids)
        ]


async def _make(worlds: Worlds, body: NewAccount) -> tuple[int, Made]:
    name = body.name or f"account-{new_name()}"
    wanted = _wanted(worlds, body)
    credentials = _credentials(name, wanted.seed, body)

    def begin() -> BuildContext:
        with worlds.database.read() as tx:
            _refuse_taken(tx, name, credentials)
            return new_account(tx, name, credentials, wanted, worlds.database.real_now(tx))

    world = wanted.scenario.world
    async with worlds.turns.turn_if(needed=wanted.scenario.is_large):
        with worlds.lifecycle.nothing_done("before it had built the world"):
            building = await worlds.database.call(begin)
            prepared = await built(worlds, building, preparing(building, world))
        return await worlds.database.call(lambda: _add(worlds, prepared, body))


def _add(worlds: Worlds, prepared: Prepared, body: NewAccount) -> tuple[int, Made]:
    fresh = prepared.building.account
    with worlds.database.transaction() as tx:
        _refuse_taken(tx, fresh.name, fresh.credentials)
        account = add_account(tx, prepared)
        now = account.clock.now(worlds.database.real_now(tx))
    view = view_of(account, now, sorted(vm.id for vm in prepared.world.vms))
    return account.id, Made(**view.model_dump(), ignored=retired_line(body.assume or {}))


def _refuse_taken(tx: Transaction, name: str, credentials: Credentials) -> None:
    taken = accounts.taken(tx, name, credentials)
    if taken is not None:
        raise Conflict("in_use", f"another account already has this {taken}", taken)


def _wanted(worlds: Worlds, body: NewAccount) -> Wanted:
    scenario = None if body.scenario is None else worlds.scenario(body.scenario)
    return worlds.defaults.asked(scenario, body.clock, body.seed, body.profile, body.assume)


def _credentials(name: str, seed: int | None, body: NewAccount) -> Credentials:
    chance = Chance(new_seed() if seed is None else seed, name, seed is not None)
    return Credentials(
        api_key=body.api_key or chance.token("api key"),
        token=body.token or chance.token("given"),
        user=body.user or f"{name}@example.com",
        password=body.password or chance.token("password"),
    )


def _remove(worlds: Worlds, name: str) -> bool:
    """Remove the account that has this name now; its id in the cache may be that of a former one."""
    with worlds.database.transaction() as tx:
        account_id = accounts.remove_named(tx, name)
    if account_id is None:
        return False
    worlds.database.evict([account_id])
    return True


def _remove_account(worlds: Worlds, account_id: int) -> bool:
    with worlds.database.transaction() as tx:
        was_there = accounts.remove(tx, account_id)
    worlds.database.evict([account_id])
    return was_there

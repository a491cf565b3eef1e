"""On PostgreSQL a call makes as few round trips as possible. They are counted on the wire."""

from collections.abc import Callable, Iterator

import httpx
import pytest

from invapi_emulator.storage import state_check
from tests.support.harness import Emulator, running
from tests.support.postgres_server import USER, Postgres
from tests.unit.storage.postgres_proxy import Proxy, Transaction, proxied

LOADED = 3
"""Maximum round trips of a call whose account's state is in memory and up to date."""

CALLS: dict[str, Callable[[Emulator, str, int], object]] = {
    "show": lambda emulator, _key, _n: emulator.eq("show"),
    "check": lambda emulator, key, _n: emulator.check(key),
    "get_snapshot": lambda emulator, _key, _n: emulator.call_vm("get_snapshot"),
    "create_snapshot": lambda emulator, _key, n: emulator.call_vm("create_snapshot", name=f"number-{n}"),
}


@pytest.fixture
def proxy(postgres: Postgres) -> Iterator[Proxy]:
    with proxied(str(postgres.folder / ".s.PGSQL.5432")) as proxy:
        yield proxy


def on(proxy: Proxy, database: str) -> str:
    return f"postgresql://{USER}@127.0.0.1:{proxy.port}/{database}?sslmode=disable"


def trips_of(proxy: Proxy, call: Callable[[], object]) -> list[Transaction]:
    """Return the transactions that wrote a journal entry meanwhile."""
    before = len(proxy.ended)
    call()
    return [
        transaction
        for transaction in proxy.ended[before:]
        if any("INSERT INTO request" in sql for trip in transaction for sql in trip)
    ]


def shown(transaction: Transaction) -> str:
    return "\n".join(f"{number}: {' | '.join(trip)}" for number, trip in enumerate(transaction, 1))


@pytest.mark.parametrize("action", CALLS)
def test_a_call_is_one_transaction_of_few_round_trips(
    monkeypatch: pytest.MonkeyPatch, postgres: Postgres, proxy: Proxy, action: str
) -> None:
    monkeypatch.setattr(state_check, "ENABLED", False)  # it adds many statements
    name = f"trips_{action}"
    postgres.url(name)  # this creates the database
    with (
        running(db=on(proxy, name)) as server,
        httpx.Client(base_url=server.url) as http,
        running(db=on(proxy, name)) as beside,
        httpx.Client(base_url=beside.url) as other,
    ):
        emulator, elsewhere = Emulator(server, http), Emulator(beside, other)
        emulator.reset()
        key = emulator.start("eq", "reboot")
        make = CALLS[action]
        emulator.advance(until="idle")
        for n in range(2):  # from the second time on the token's account and its state are known
            make(emulator, key, n)
            emulator.advance(until="idle")
        make(emulator, key, 2)
        emulator.call_vm("get_snapshot")
        (loaded,) = trips_of(proxy, lambda: make(emulator, key, 2))
        assert len(loaded) <= LOADED, shown(loaded)

        emulator.advance(until="idle")
        elsewhere.eq("show")  # another server's calls change the account too: the numbers in its journal
        (reloaded,) = trips_of(proxy, lambda: make(emulator, key, 3))
        assert len(reloaded) == len(loaded) + 1, shown(reloaded)

"""An account that is removed is gone, also if another has had its name before."""

import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import httpx
import pytest

from tests.support.harness import Emulator, running
from tests.support.postgres_server import Postgres

ACCOUNTS = "/_emulator/accounts"


@pytest.fixture(autouse=True)
def purged(emulator: Emulator) -> Iterator[None]:
    yield
    emulator.http.post("/_emulator/purge")


def make(http: httpx.Client, name: str, scenario: str = "empty") -> int:
    body = json.dumps({"name": name, "scenario": scenario})
    return http.post(ACCOUNTS, content=body).status_code


def make_large(http: httpx.Client, count: int = 20) -> int:
    """Make accounts of 1,000 VMs. Return how many accounts there are now."""
    assert {make(http, f"large-{number}", "large") for number in range(count)} == {201}
    return how_many(http)


def how_many(http: httpx.Client) -> int:
    return len(http.get(ACCOUNTS).json()["accounts"])


def remove(http: httpx.Client, name: str) -> int:
    return http.delete(f"{ACCOUNTS}/{name}").status_code


def is_there(http: httpx.Client, name: str) -> bool:
    return name in [account["name"] for account in http.get(ACCOUNTS).json()["accounts"]]


def test_an_account_can_be_made_and_removed_again_and_again(emulator: Emulator) -> None:
    for _ in range(3):
        assert make(emulator.http, "again") == 201
        assert remove(emulator.http, "again") == 204
        assert not is_there(emulator.http, "again")


def test_an_account_is_removed_after_a_purge_of_one_with_its_name(emulator: Emulator) -> None:
    for _ in range(2):
        make(emulator.http, "purged")
        emulator.http.get(f"{ACCOUNTS}/purged")
        assert emulator.http.post("/_emulator/purge").json() == {"removed": ["purged"]}
    make(emulator.http, "purged")
    assert remove(emulator.http, "purged") == 204
    assert not is_there(emulator.http, "purged")


def test_an_account_is_removed_after_one_with_its_name_expired() -> None:
    with running(account_ttl=600) as server, httpx.Client(base_url=server.url, timeout=60) as http:
        make(http, "expired")
        http.get(f"{ACCOUNTS}/expired")
        server.time.go_on(700)
        for _ in range(10_000):
            http.post("/eq.php", data={"action": "list", "token": "HOSTKEY_TOKEN"})
            if not is_there(http, "expired"):
                break
        assert make(http, "expired") == 201
        assert remove(http, "expired") == 204
        assert not is_there(http, "expired")


def test_calls_are_answered_while_many_accounts_are_purged(emulator: Emulator) -> None:
    before = make_large(emulator.http)
    with ThreadPoolExecutor(1) as pool:
        purged = pool.submit(emulator.http.post, "/_emulator/purge")
        seen = [how_many(emulator.http) for _ in iter(purged.done, True)]
    assert len(purged.result().json()["removed"]) == before - 1
    assert any(1 < each < before for each in seen)


def test_calls_are_answered_while_many_accounts_expire() -> None:
    with running(account_ttl=600) as server, httpx.Client(base_url=server.url, timeout=60) as http:
        before = left = make_large(http)
        server.time.go_on(700)
        seen = {left := how_many(http) for _ in iter(lambda: left, 1)}
    assert any(1 < each < before for each in seen)


def test_the_removal_of_an_account_that_is_not_there_is_404(emulator: Emulator) -> None:
    assert make(emulator.http, "once") == 201
    emulator.http.get(f"{ACCOUNTS}/once")
    statuses = [remove(emulator.http, name) for name in ("once", "once", "never", "No-Name")]
    assert statuses == [204, 404, 404, 404]


def test_of_removals_of_one_account_at_once_one_is_204(emulator: Emulator) -> None:
    for _ in range(3):
        make(emulator.http, "raced")
        with ThreadPoolExecutor(12) as pool:
            statuses = list(pool.map(lambda _: remove(emulator.http, "raced"), range(12)))
        assert Counter(statuses) == {204: 1, 404: 11}


def test_purges_at_once_name_each_removed_account_once(emulator: Emulator) -> None:
    names = [f"purged-{number}" for number in range(5)]
    for name in names:
        make(emulator.http, name)
    with ThreadPoolExecutor(12) as pool:
        answers = pool.map(lambda _: emulator.http.post("/_emulator/purge").json()["removed"], range(12))
        assert sorted(name for answer in answers for name in answer) == names


def test_an_account_that_another_server_made_anew_is_removed(postgres: Postgres) -> None:
    db = postgres.url("anew")
    with ExitStack() as opened:
        urls = [opened.enter_context(running(db=db)).url for _ in range(2)]
        one, other = (opened.enter_context(httpx.Client(base_url=url, timeout=60)) for url in urls)
        for _ in range(2):
            assert make(one, "shared") == 201
            assert other.get(f"{ACCOUNTS}/shared").status_code == 200
            assert remove(one, "shared") == 204
            assert make(one, "shared") == 201
            assert remove(other, "shared") == 204
            assert [is_there(http, "shared") for http in (one, other)] == [False, False]

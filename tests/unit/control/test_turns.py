"""Large answers are made one after the other, only for clients that wait, and few wait to be read."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from invapi_emulator.control import turns
from invapi_emulator.storage.world_size import FEW
from tests.support.account_objects import params
from tests.support.harness import Emulator, Json, Running
from tests.support.large_answer import Making, asking, settled
from tests.support.processes import DEADLINE

LARGE = b'"%s"' % (b"a" * 12 * 1024 * 1024)
"""More than what the system takes for a client that reads nothing."""


def status(server: Running) -> bytes:
    with asking(server) as connection:
        return connection.recv(15)


def assert_waits(emulator: Emulator, server: Running, making: Making, url: str) -> None:
    """Ask for something while another large answer is made: it comes after that one."""
    with asking(server), ThreadPoolExecutor(1) as reader:
        making.wait(now=1, begun=1)
        waits = reader.submit(httpx.get, url, timeout=DEADLINE)
        settled(emulator)
        assert not waits.done()
        making.may_end.set()
        assert waits.result(DEADLINE).status_code == 200


def test_large_answers_are_made_one_after_the_other(
    emulator: Emulator, server: Running, making: Making
) -> None:
    with ThreadPoolExecutor(6) as readers:
        answers = [readers.submit(status, server) for _ in range(6)]
        making.wait(now=1, begun=1)
        settled(emulator)
        making.may_end.set()
        assert [answer.result(DEADLINE) for answer in answers] == [b"HTTP/1.1 200 OK"] * 6
    assert (making.most, making.begun) == (1, 6)


def test_what_is_made_for_a_client_that_has_gone_stops(server: Running, making: Making) -> None:
    with asking(server):
        making.wait(now=1, begun=1)
    making.wait(now=0, begun=1)
    assert making.stopped == 1


def test_a_client_that_has_gone_leaves_the_queue(emulator: Emulator, server: Running, making: Making) -> None:
    with asking(server) as first:
        making.wait(now=1, begun=1)
        for _ in range(3):
            asking(server).close()
        settled(emulator)
        making.may_end.set()
        assert first.recv(15) == b"HTTP/1.1 200 OK"
    assert status(server) == b"HTTP/1.1 200 OK"
    assert making.begun == 2


def test_a_small_world_is_shown_while_a_large_one_is_made(
    emulator: Emulator, server: Running, making: Making
) -> None:
    with asking(server), emulator.emulator.account(scenario="empty") as small:
        making.wait(now=1, begun=1)
        assert emulator.http.get(f"/_emulator/accounts/{small.name}/vms").json() == {"vms": []}
        assert emulator.http.get("/_emulator/accounts/demo/vms/1").json()["id"] == 1


def _call(emulator: Emulator) -> None:
    emulator.call("eq", "list")


def _add_rule(emulator: Emulator) -> None:
    emulator.fault("reject", match={"action": "on"})


def _add_ssh_key(emulator: Emulator) -> None:
    emulator.call("ssh_keys", "add", **params(name="laptop", key="ssh-ed25519 AAAA"))


def _add_api_key(emulator: Emulator) -> None:
    emulator.call("api_keys", "add", **params(name="panel"))


@pytest.mark.parametrize(
    ("method", "path", "add"),
    [
        ("GET", "accounts/demo/requests", _call),
        ("POST", "accounts/demo/requests/verify", _call),
        ("GET", "accounts/demo/faults", _add_rule),
        ("GET", "accounts/demo/ssh_keys", _add_ssh_key),
        ("GET", "accounts/demo/api_keys", _add_api_key),
    ],
)
def test_a_long_list_waits_for_its_turn_and_a_short_one_does_not(
    emulator: Emulator,
    server: Running,
    making: Making,
    method: str,
    path: str,
    add: Callable[[Emulator], None],
) -> None:
    def asked() -> httpx.Response:
        body = {"at_least": 5_000} if method == "POST" else None
        return httpx.request(method, f"{emulator.url}/_emulator/{path}", json=body, timeout=DEADLINE)

    emulator.clear_requests()
    with asking(server), ThreadPoolExecutor(1) as reader:
        making.wait(now=1, begun=1)
        short = asked()
        for _ in range(FEW + 1):
            add(emulator)
        waits = reader.submit(asked)
        settled(emulator)
        assert not waits.done()
        making.may_end.set()
        long = waits.result(DEADLINE)
    assert {short.status_code, long.status_code} == {417 if method == "POST" else 200}
    assert len(long.content) > len(short.content)


@pytest.mark.parametrize(
    "path",
    [
        "accounts",
        "accounts/demo/vms",
        "requests",
        "ui/accounts",
        "ui/accounts/demo",
        "ui/accounts/demo/orders",
    ],
)
def test_a_list_that_is_long_already_waits_for_its_turn(
    emulator: Emulator, server: Running, making: Making, path: str
) -> None:
    for _ in range(FEW + 1):
        emulator.http.post("/eq.php", data={"action": "list", "token": "wrong"})
    assert_waits(emulator, server, making, f"{emulator.url}/_emulator/{path}")


TAGS = {f"t{number}": {"value": "v", "extra": "x" * 16_000} for number in range(7)}
RULE = {"kind": "reject", "match": {"action": "on", "fields": {"a": "x" * 15_000}}}
KEY = {"name": "laptop", "key": f"ssh-ed25519 {'A' * 12_000}"}


@pytest.mark.parametrize(
    ("world", "path"),
    [
        ({"vms": [{"id": number, "tags": TAGS} for number in range(1, 11)]}, "/vms"),
        ({"vms": [{"id": number, "tags": TAGS} for number in range(1, 11)]}, "/state"),
        ({"faults": [RULE] * 80}, "/state"),
        ({"ssh_keys": [KEY | {"id": number} for number in range(1, 96)]}, "/state"),
    ],
    ids=["tags in vms", "tags in state", "rules", "keys"],
)
def test_a_few_rows_with_long_texts_wait_for_their_turn(
    emulator: Emulator, server: Running, making: Making, world: Json, path: str
) -> None:
    with emulator.emulator.account(scenario="empty") as other:
        url = f"{emulator.url}/_emulator/accounts/{other.name}"
        httpx.put(f"{url}/state", json=world, timeout=DEADLINE).raise_for_status()
        assert_waits(emulator, server, making, f"{url}{path}")


def test_the_oldest_unread_answer_is_cut_off_when_others_wait_for_long(
    server: Running, making: Making, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "MOST_UNREAD", 0)
    monkeypatch.setattr(turns, "PATIENCE_SECONDS", 0.01)
    making.text = LARGE
    making.may_end.set()
    with asking(server) as unread:
        making.wait(now=0, begun=1)
        making.text = b"{}"
        assert status(server) == b"HTTP/1.1 200 OK"
        got = 0
        with pytest.raises(ConnectionResetError):  # noqa: PT012 - the loop is how one reads
            while part := unread.recv(1 << 20):
                got += len(part)
            raise ConnectionResetError
        assert got < len(LARGE)


def test_an_answer_that_is_read_makes_room_for_the_next(
    server: Running, making: Making, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "MOST_UNREAD", 0)
    making.text = LARGE
    making.may_end.set()
    with asking(server) as first, asking(server) as second:
        for each in (first, second):
            got = b""
            while not got.endswith(LARGE[-1:]):
                got = each.recv(1 << 20)
    assert making.begun == 2

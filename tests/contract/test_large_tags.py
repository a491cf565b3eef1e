"""Contract 10.2: how much text the tags of servers and of an account can have."""

import pytest

from invapi_emulator.domain.tags import MOST_AT_ONCE, MOST_TEXT, MOST_TEXT_OF_ACCOUNT
from tests.support.harness import Emulator, Json

EXTRA = "x" * 16_000
AT_A_TIME = 60
"""Number of servers that take EXTRA in a call: 60 times 16,000 bytes are below 1 MiB."""


def servers(emulator: Emulator, count: int) -> str:
    """Give the account so many servers. Return the list of their ids."""
    ids = range(1, count + 1)
    emulator.control("PUT", "/state", {"version": 1, "vms": [{"id": number} for number in ids]})
    return ",".join(map(str, ids))


def add(emulator: Emulator, tag: str, extra: str = EXTRA, **where: object) -> Json:
    return emulator.call("tags", "add", tag=tag, value="v", extra=extra, **where)


def refused(answer: Json) -> str:
    assert answer.get("reason") == "not_supported", answer
    return str(answer["message"])


def rows(emulator: Emulator) -> int:
    """Return the number of bytes of the `extra` of all tags of the account."""
    vms = emulator.control("GET", "/vms")["vms"]
    return sum(len(tag["extra"]) for vm in vms for tag in vm["tags"])


@pytest.mark.clause("10.2")
@pytest.mark.follows("A-06")
def test_the_tags_of_a_server_have_128_kib_together(emulator: Emulator) -> None:
    servers(emulator, 1)
    results = [add(emulator, f"a{number}", id=1) for number in range(9)]
    assert [answer["result"] for answer in results] == ["OK"] * 8 + [-1]
    assert f"{MOST_TEXT:,}" in refused(results[8])
    assert add(emulator, "a1", "short", id=1)["result"] == "OK"
    assert add(emulator, "a8", id=1)["result"] == "OK"
    emulator.control("PUT", "/state", emulator.control("GET", "/state"))
    assert emulator.eq("rename_server", 1, hostname="h" * 250)["result"] == "OK"
    emulator.control("PUT", "/state", emulator.control("GET", "/state"))


@pytest.mark.clause("10.2")
@pytest.mark.follows("A-06")
def test_text_counts_in_bytes_of_utf_8(emulator: Emulator) -> None:
    servers(emulator, 1)
    results = [add(emulator, f"a{number}", "é" * 16_000, id=1)["result"] for number in range(5)]
    assert results == ["OK"] * 4 + [-1]


@pytest.mark.clause("10.2")
@pytest.mark.follows("A-06")
def test_a_call_stores_a_mebibyte_at_most(emulator: Emulator) -> None:
    ids = servers(emulator, 70)
    assert f"{MOST_AT_ONCE:,}" in refused(add(emulator, "a", id_list=ids))
    assert rows(emulator) == 0
    few = ",".join(ids.split(",")[:AT_A_TIME])
    assert add(emulator, "a", id_list=few)["result"] == "OK"
    assert rows(emulator) == AT_A_TIME * len(EXTRA)
    assert add(emulator, "b", "short", id_list=ids)["result"] == "OK"


@pytest.mark.clause("10.2")
@pytest.mark.follows("A-06")
def test_the_tags_of_an_account_have_16_mib_together(emulator: Emulator) -> None:
    listed = servers(emulator, 180).split(",")
    groups = [",".join(listed[start : start + AT_A_TIME]) for start in range(0, 180, AT_A_TIME)]
    answers = [add(emulator, f"a{number}", id_list=ids) for number in range(6) for ids in groups]
    stored = [answer for answer in answers if answer["result"] == "OK"]
    assert len(stored) == MOST_TEXT_OF_ACCOUNT // (AT_A_TIME * (len(EXTRA) + 68)) == 17
    assert f"{MOST_TEXT_OF_ACCOUNT:,}" in refused(answers[-1])
    assert rows(emulator) == 17 * AT_A_TIME * len(EXTRA)
    assert add(emulator, "small", "x" * 2_000, id_list=groups[0])["result"] == "OK"
    assert emulator.call("tags", "remove", tag="a0", id_list=groups[0])["result"] == "OK"
    assert add(emulator, "a5", id_list=groups[2])["result"] == "OK"


def tagged(number: int, count: int) -> Json:
    return {"id": number, "tags": {f"a{place}": {"extra": EXTRA} for place in range(count)}}


@pytest.mark.clause("10.2")
def test_an_import_is_bound_as_calls_are(emulator: Emulator) -> None:
    refusal = emulator.control("PUT", "/state", {"version": 1, "vms": [tagged(1, 9)]}, 422)
    assert refusal["error"]["field"] == "vms.0.tags"
    assert f"{MOST_TEXT:,}" in refusal["error"]["message"]
    full = [tagged(number, 8) for number in range(1, 131)]
    emulator.control("PUT", "/state", {"version": 1, "vms": full})
    assert emulator.control("POST", "/vms", tagged(500, 9), 422)["error"]["field"] == "tags"
    refusal = emulator.control("POST", "/vms", tagged(500, 8), 422)
    assert f"{MOST_TEXT_OF_ACCOUNT:,}" in refusal["error"]["message"]
    emulator.control("PATCH", "/vms/1", {"tags": {}})
    emulator.control("POST", "/vms", tagged(500, 8), 201)
    assert emulator.control("PATCH", "/vms/1", tagged(1, 8), 422)["error"]["field"] == "tags"

"""Contract 10: an account that has as many keys and tags as it may."""

import pytest

from invapi_emulator.domain.account_keys import MOST_KEYS
from invapi_emulator.domain.tags import MOST_TAGS
from tests.support.account_objects import SSH, params
from tests.support.harness import Emulator, Json


def world(emulator: Emulator, told: Json, status: int = 200) -> Json:
    return emulator.control("PUT", "/state", {"version": 1, **told}, status=status)


@pytest.mark.clause("10.1", "10.4")
@pytest.mark.parametrize(("module", "key"), [("ssh_keys", {"key": SSH}), ("api_keys", {})])
@pytest.mark.follows("A-06")
def test_an_account_has_a_thousand_keys_at_most(emulator: Emulator, module: str, key: Json) -> None:
    keys = [{"name": f"key-{number}", **key} for number in range(MOST_KEYS)]
    world(emulator, {module: keys[1:]})
    assert emulator.call(module, "add", **params(name="last", **key))["result"] == "OK"
    refused = emulator.call(module, "add", **params(name="one-more", **key))
    assert refused["reason"] == "not_supported"
    assert "1,000" in refused["message"]
    assert emulator.call("eq", "list")["result"] == "OK"
    assert world(emulator, {module: [*keys, keys[0]]}, 422)["error"]["field"] == module
    exported = emulator.control("GET", "/state")
    assert len(exported[module]) == MOST_KEYS
    emulator.control("PUT", "/state", exported)


@pytest.mark.clause("10.2")
@pytest.mark.follows("A-06")
def test_a_server_has_a_thousand_tags_at_most(emulator: Emulator) -> None:
    tags = {f"tag-{number}": "" for number in range(MOST_TAGS - 2)}
    world(emulator, {"vms": [{"id": 1, "tags": tags}]})
    for tag, result in (("last", "OK"), ("one-more", -1), ("last", "OK")):
        assert emulator.call("tags", "add", id=1, tag=tag, value="x")["result"] == result
    assert emulator.call("tags", "add", id=1, tag="one-more", value="x")["reason"] == "not_supported"
    emulator.call("tags", "remove", id=1, tag="tag-0")
    assert emulator.call("tags", "add", id=1, tag="one-more", value="x")["result"] == "OK"
    emulator.control("PUT", "/state", emulator.control("GET", "/state"))
    too_many = dict.fromkeys(map(str, range(MOST_TAGS)), "")
    assert "hostname" in emulator.control("PATCH", "/vms/1", {"tags": too_many}, 422)["error"]["message"]
    assert "vms.0.tags" in world(emulator, {"vms": [{"id": 1, "tags": too_many}]}, 422)["error"]["field"]

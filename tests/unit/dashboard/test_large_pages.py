"""Pages of large worlds show a part of each list, so that one page never takes the server's time and memory."""

import re
from typing import Any

import pytest

from tests.support.harness import Emulator
from tests.unit.dashboard.seen import page

NOW = {"mode": "frozen", "now": "2030-01-01T00:00:00Z"}
MANY = 5_000
LARGEST_PAGE = 500_000
WORLDS: dict[str, Any] = {
    "snapshots": {"vms": [{"id": 1, "snapshots": [{"name": f"s{n}"} for n in range(MANY)]}]},
    "types": {"vms": [{"id": 1, "snapshots": [{"name": "a", "type": f"t{n}"} for n in range(MANY)]}]},
    "settings": {"vms": [{"id": 1, "settings": {f"t{n}": {"enable_rotation": 1} for n in range(MANY)}}]},
    "excluded": {
        "vms": [{"id": 1, "settings": {"snapshot": {"exclude_rotation": [f"s{n}" for n in range(MANY)]}}}]
    },
    "tags": {"vms": [{"id": 1, "tags": {f"t{n}": {"value": "v"} for n in range(1_000 - 1)}}]},
    "rules": {
        "vms": [{"id": 1}],
        "faults": [
            {"kind": "reject", "match": {"fields": {f"f{n}": "v" * 100 for n in range(100)}}}
            for _ in range(500)
        ],
    },
    "keys": {
        "vms": [{"id": 1}],
        "ssh_keys": [{"name": f"k{n}", "key": f"ssh-rsa {'A' * 4_000} c"} for n in range(1_000)],
        "api_keys": [{"name": f"k{n}", "ip": ",".join(["1.1.1.1"] * 100)} for n in range(1_000)],
    },
}

ACCOUNT = "/_emulator/ui/accounts/demo"
VM = f"{ACCOUNT}/vms/1"


def fill(emulator: Emulator, world: str) -> None:
    emulator.import_(WORLDS[world] | {"clock": NOW})


@pytest.mark.parametrize("world", WORLDS)
def test_no_page_grows_with_its_lists(emulator: Emulator, world: str) -> None:
    fill(emulator, world)
    for path in (ACCOUNT, VM):
        assert len(page(emulator, path)) < LARGEST_PAGE


def test_snapshots_are_shown_in_parts_from_the_newest(emulator: Emulator) -> None:
    fill(emulator, "snapshots")
    newest = page(emulator, VM)
    assert names_in(newest) == [f"s{n}" for n in range(MANY - 50, MANY)]
    assert f"<b>{MANY}</b> of 4" in newest
    earlier = re.search(r'href="\?(snapshot=\d+)#snapshots">Earlier snapshots<', newest)
    assert earlier is not None
    assert names_in(page(emulator, f"{VM}?{earlier[1]}")) == [f"s{n}" for n in range(MANY - 100, MANY - 50)]


def test_a_restore_names_the_first_that_it_deletes_and_counts_the_rest(emulator: Emulator) -> None:
    fill(emulator, "snapshots")
    assert "s4960, and 39 more" in page(emulator, VM)


def test_rules_are_shown_in_parts_in_their_order(emulator: Emulator) -> None:
    fill(emulator, "rules")
    for path in (ACCOUNT, VM):
        first = re.findall(r'data-key="rule-(\d+)"', page(emulator, path))
        assert first == [str(n) for n in range(1, 51)]
        assert re.findall(r'data-key="rule-(\d+)"', page(emulator, f"{path}?rule=451"))[-1] == "500"


def test_keys_are_shown_in_parts(emulator: Emulator) -> None:
    fill(emulator, "keys")
    text = page(emulator, ACCOUNT)
    for kind in ("ssh", "api"):
        assert len(re.findall(f'data-key="{kind}-key-', text)) == 50
        later = re.search(rf'href="\?({kind}_key=\d+)#keys"', text)
        assert later is not None
        assert ">k50<" in page(emulator, f"{ACCOUNT}?{later[1]}")


def names_in(text: str) -> list[str]:
    return re.findall(r'data-name="([^"]+)"', text)

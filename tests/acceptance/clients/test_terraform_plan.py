"""A new server, planned by the vendor's Terraform provider, played by a Go program."""

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import Program, asked, tokenless
from tests.support.catalogues import SMALL

pytestmark = pytest.mark.acceptance

PICO = ["vm.pico", "NL", "Ubuntu 22.04", "3 TB / 1 Gbps VM"]
"""The example of the provider's documentation."""


def test_a_plan_finds_each_id_by_its_exact_name(provider: Program, account: Account) -> None:
    planned = provider("plan", *PICO, "WordPress").told
    ids = {"preset_id": 108, "os_id": 187, "traffic_plan_id": 25, "soft_id": 20, "dedicated": False}
    assert planned == {"read": ids, "waits": []}
    assert asked(account) == ["auth/login", "presets/list", "os/list", "software/list"]
    of_os = account.requests(module="os")[0]
    assert of_os["fields"] == {"action": "list", "token": "***", "location": "NL", "instance_id": "108"}
    assert all(call["unread"] == [] for call in account.requests())


def test_traffic_plans_are_asked_for_without_a_token(provider: Program, account: Account) -> None:
    account.assume({"A-40": "refused"})
    before = tokenless(account)
    assert provider("plan", *PICO).told["read"]["traffic_plan_id"] == 25
    (call,) = tokenless(account)[len(before) :]
    assert (call["module"], call["action"]) == ("traffic_plans", "list")
    assert call["fields"] == {"action": "list", "location": "NL", "instance": "108"}


@pytest.mark.parametrize(
    ("names", "ids"),
    [
        (["VM.V2-mini", "US", "debian 13", "3 TB / 1 Gbps VM - FREE"], (281, 300, 25)),
        (["bm.v2-promo", "NL", "Debian 12", "1Gbps unmetered (10000 P)"], (310, 219, 41)),
        (["vgpu.v2-a4000", "FI", "Ubuntu 24.04", "1Gbps 50TB - FREE"], (320, 237, 40)),
    ],
)
def test_any_preset_can_be_planned(provider: Program, names: list[str], ids: tuple[int, int, int]) -> None:
    read = provider("plan", *names).told["read"]
    assert (read["preset_id"], read["os_id"], read["traffic_plan_id"]) == ids
    assert read["dedicated"] is names[0].startswith("bm.")


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["vm.pic", "NL"], 'preset_name: name "vm.pic" not found'),
        (["vm.pico", "DE"], "not found (exact catalog match required) in location DE (catalog lists it for NL)"),
        (["vm.pico", "NL", "Ubuntu"], 'os_name: name "Ubuntu" not found'),
        (["bm.v2-promo", "NL", "Debian 11"], 'os_name: name "Debian 11" not found'),
        ([*PICO[:3], "1Gbps unmetered (10000 P)"], 'traffic_plan_name: name "1Gbps unmetered" not found'),
        ([*PICO[:3], "3 TB / 1 Gbps VM (9 P)"], "traffic_plan_name: "),
        ([*PICO, "Plesk"], 'soft_name: name "Plesk" not found'),
    ],
)  # fmt: skip
def test_a_name_that_does_not_fit_ends_the_plan(provider: Program, names: list[str], told: str) -> None:
    failed = provider("plan", *names)
    assert (failed.ok, failed.told["waits"]) == (False, [])
    assert told in failed.told["error"]


def test_an_account_plans_with_its_own_presets_but_with_the_servers_traffic_plans(
    provider: Program, account: Account
) -> None:
    """Its traffic plans are asked for without a token, so nobody knows whose catalogue they would be in."""
    account.import_(account.export() | {"catalogue": SMALL})
    assert provider("plan", "vm.mine", "XX", "Plan 9").told["read"]["preset_id"] == 7
    assert 'name "vm.pico" not found' in provider("plan", "vm.pico", "NL").told["error"]
    assert 'traffic_plan_name: name "slow" not found' in provider(
        "plan", "vm.mine", "XX", "Plan 9", "slow"
    ).told["error"]  # fmt: skip

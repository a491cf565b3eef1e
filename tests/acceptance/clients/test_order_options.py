"""What becomes of the clients' orders under other options of the assumptions (docs/reference/assumptions.md), and under other profiles."""

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import Program, asked, orders
from tests.acceptance.clients.terraform_state import FIRST_ORDER, ON_DEBIAN, WEB, applied, created, planned
from tests.acceptance.clients.test_panel_orders import MARKER, SHOP
from tests.support.harness import Json

pytestmark = pytest.mark.acceptance


@pytest.mark.parametrize(
    "options",
    [
        {"A-41": "invoice-only"},
        {"A-13": "from-the-second"},
        {"A-06": "code-message"},
        {"A-06": "result-error"},
        {"A-04": "honest"},
        {"A-09": "prefix-only"},
        {"A-43": "deleted"},
        {"A-46": "end-of-period"},
    ],
    ids=str,
)
def test_the_terraform_provider_orders_reinstalls_and_destroys_under_each(
    provider: Program, account: Account, options: dict[str, str]
) -> None:
    account.assume(options)
    state = created(provider)
    assert (FIRST_ORDER.items() <= state.items(), state["warnings"]) == (True, None)
    assert planned(provider, state).told["read"] == []
    assert applied(provider, state, ON_DEBIAN)["os_id"] == 219
    assert provider("destroy", "50001", "1").told["read"] == "gone"


@pytest.mark.parametrize("profile", ["instant", "hostile", "slow"])
def test_the_terraform_provider_orders_under_each_profile(
    provider: Program, account: Account, profile: str
) -> None:
    account.set_profile(profile)
    state = created(provider)
    assert (FIRST_ORDER.items() <= state.items(), state["warnings"]) == (True, None)
    assert planned(provider, state).told["read"] == []


def test_an_id_at_once_is_that_of_a_server_that_cannot_be_read_yet(
    provider: Program, account: Account
) -> None:
    account.assume({"A-41": "id-at-once"})
    failed = provider("create", *WEB)
    assert failed.told["error"].startswith("Read server failed: ")
    assert len(orders(account)) == 1


def test_a_server_that_is_shown_from_the_start_ends_the_apply_before_its_deploy(
    provider: Program, account: Account
) -> None:
    account.assume({"A-41": "id-at-once", "A-42": "from-the-start"})
    state = created(provider)
    assert (state["id"], state["status"], asked(account, action="check")) == (50001, "presale", [])
    assert "the VM is locked" in provider("destroy", "50001", "1").told["error"]


def test_ids_in_strings_are_errors_of_decoding_to_the_terraform_provider(
    provider: Program, account: Account
) -> None:
    """Its tags are decoded into numbers, so it loses sight of them. A server's id it takes as a string too."""
    account.assume({"A-14": "strings"})
    state = created(provider)
    (warning,) = state["warnings"]
    assert "cannot unmarshal string into Go struct field tag.tags.component_id of type int" in warning
    assert (state["id"], planned(provider, state).told["read"]) == (50001, ["tags"])


@pytest.mark.parametrize(
    ("option", "operation"),
    [
        ("invoice-only", {"id": None, "status": "unknown"}),
        ("id-at-once", {"resource": "50001", "status": "running"}),
    ],
)
def test_the_panel_finds_its_order_by_the_marker_whatever_the_answer_has(
    panel: Program, account: Account, option: str, operation: Json
) -> None:
    account.assume({"A-41": option})
    assert operation.items() <= panel(0, *SHOP).told["read"].items()
    assert panel(0, "find", MARKER).told["read"] == "100001"

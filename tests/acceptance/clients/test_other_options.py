"""Which of the clients work with other options of the assumptions (docs/reference/assumptions.md), and which do not."""

import pytest

from invapi_emulator.testing import Account
from tests.acceptance.client_programs import Program, asked, failure
from tests.acceptance.clients.mcp_model import Model

pytestmark = pytest.mark.acceptance

NAMES = ["fresh-install", "before-release"]


def choose(account: Account, option: str) -> None:
    assumption, _, word = option.partition("=")
    account.assume({assumption: word})


@pytest.mark.parametrize(
    "option",
    [
        "A-04=honest",
        "A-06=code-message",
        "A-06=result-error",
        "A-13=from-the-second",
        "A-14=strings",
        "A-15=object",
    ],
)
def test_the_panel_lists_under_each(panel: Program, account: Account, option: str) -> None:
    choose(account, option)
    account.fault("expired_token", match={"action": "show"})
    account.set_clock(polls=3)
    listed = panel(12345, "list").told["read"]
    assert (listed["max"], [row["name"] for row in listed["rows"]]) == (4, NAMES)


def test_the_panel_lists_nothing_where_no_key_comes_with_the_list(panel: Program, account: Account) -> None:
    choose(account, "A-18=at-once")
    assert failure(panel(12345, "list")) == ("no snapshot list task", 502, False)


def test_the_panel_knows_no_limit_where_the_list_comes_by_its_key_alone(
    panel: Program, account: Account
) -> None:
    choose(account, "A-18=by-key")
    assert panel(12345, "list").told["read"]["max"] == 1
    assert failure(panel(12345, "create", "nightly"))[0] == "snapshot limit reached"


@pytest.mark.parametrize("option", ["A-04=honest", "A-06=code-message", "A-06=result-error", "A-14=strings"])
def test_the_terraform_provider_logs_in_again_and_lists_under_each(
    provider: Program, account: Account, option: str
) -> None:
    choose(account, option)
    account.fault("expired_token", match={"action": "list"})
    assert provider("list").told == {"read": [12345, 12346, 12347, 12348], "waits": []}
    assert asked(account) == ["auth/login", "eq/list"] * 2


def test_the_terraform_provider_decodes_the_answers_of_a_hostile_account(
    provider: Program, account: Account
) -> None:
    account.set_profile("hostile")
    for _ in range(8):
        assert sorted(provider("list").told["read"]) == [12345, 12346, 12347, 12348]
        assert provider("read", "12345").told["read"]["main_ipv4"] is not None


@pytest.mark.parametrize("option", ["A-04=honest", "A-09=prefix-only"])
def test_a_server_that_is_gone_is_an_error_to_the_terraform_provider(
    provider: Program, account: Account, option: str
) -> None:
    """It believes in that only for the words, and only with a status of 200."""
    assert provider("read", "99").told["read"]["gone"] is True
    choose(account, option)
    assert not provider("read", "99").ok


def test_the_mcp_server_takes_a_failure_without_result_for_an_answer(model: Model, account: Account) -> None:
    choose(account, "A-06=code-message")
    account.fault("expired_token", match={"action": "get_engine"})
    assert model.read("get_vm_engine") == {"code": -2, "message": "Token expired"}
    assert asked(account) == ["auth/login", "vm/get_engine"]


@pytest.mark.parametrize("option", ["A-04=honest", "A-06=result-error"])
def test_the_mcp_server_logs_in_again_under_each(model: Model, account: Account, option: str) -> None:
    choose(account, option)
    account.fault("expired_token", match={"action": "get_engine"})
    assert model.read("get_vm_engine")["result"] == "OK"

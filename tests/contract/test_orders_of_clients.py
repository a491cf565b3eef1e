"""Orders and cancellations with the values that known clients send (contract 11.1, 11.6)."""

import pytest

from tests.support.harness import Emulator

CHOICE = {"preset": "vm.pico", "location_name": "NL", "os_id": 187, "root_pass": "Secret-12345"}


@pytest.mark.clause("11.1")
@pytest.mark.parametrize("word", ["0", "1", "true", "false"])
@pytest.mark.parametrize("field", ["deploy_notify", "no_lvm", "ipv6"])
def test_a_choice_of_two_is_a_digit_or_a_word(emulator: Emulator, field: str, word: str) -> None:
    assert emulator.call("eq", "order_instance", **CHOICE, **{field: word})["status"] == "Paid"


@pytest.mark.follows("A-06")
@pytest.mark.clause("11.1")
@pytest.mark.parametrize("word", ["2", "yes", "True", ""])
def test_other_words_for_a_choice_of_two_are_refused(emulator: Emulator, word: str) -> None:
    refused = emulator.call("eq", "order_instance", **CHOICE, deploy_notify=word)
    assert "invalid parameter deploy_notify" in refused["message"]


@pytest.mark.clause("11.1")
@pytest.mark.parametrize("layout", ["hba", "raid0", "raid1", "raid10", "0", "1"])
def test_a_layout_of_disks_is_a_word_or_a_digit(emulator: Emulator, layout: str) -> None:
    assert emulator.call("eq", "order_instance", **CHOICE, disk_mirror=layout)["status"] == "Paid"


@pytest.mark.follows("A-06")
@pytest.mark.clause("11.1")
def test_an_unknown_layout_of_disks_is_refused(emulator: Emulator) -> None:
    refused = emulator.call("eq", "order_instance", **CHOICE, disk_mirror="raid5")
    assert "it takes 1, 0, hba, raid0, raid1 or raid10" in refused["message"]


@pytest.mark.clause("11.1")
def test_software_0_is_none(emulator: Emulator) -> None:
    ordered = emulator.call("eq", "order_instance", **CHOICE, soft_id=0)
    assert (ordered["status"], ordered["soft_name"]) == ("Paid", "")


@pytest.mark.follows("A-06")
@pytest.mark.clause("11.1")
def test_system_0_is_an_own_one_where_that_is_wanted(emulator: Emulator) -> None:
    wanted = CHOICE | {"os_id": 0}
    assert "invalid parameter os_id" in emulator.call("eq", "order_instance", **wanted)["message"]
    ordered = emulator.call("eq", "order_instance", **wanted, own_os="true")
    assert (ordered["status"], ordered["os_name"]) == ("Paid", "")


@pytest.mark.clause("11.6")
@pytest.mark.parametrize("sent", [{}, {"terminate_reason_custom": "moved"}])
def test_a_cancellation_needs_no_reason(emulator: Emulator, sent: dict[str, str]) -> None:
    cancelled = emulator.call("whmcs", "request_cancellation", id=12345, cancellation_type=0, **sent)
    assert cancelled["result"] == "OK"
    again = emulator.call("whmcs", "request_cancellation", id=12345, cancellation_type=1)
    assert again["reason"] == "already_cancelled"

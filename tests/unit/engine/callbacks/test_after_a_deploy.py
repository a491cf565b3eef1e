"""The callback that an order names, from the order to the receiver."""

import pytest

from tests.support.harness import Emulator
from tests.support.orders import MEDIUM, order, pay, place_order
from tests.support.receiver import OK, receiving


def test_a_deploy_calls_the_url_of_its_order(emulator: Emulator) -> None:
    with receiving(OK) as receiver:
        url = receiver.url("/done").replace("//", "//me:secret-word@")
        answer = place_order(emulator, post_install_callback=url)
        emulator.advance(until=answer["callback"])
        received = receiver.next()
    assert received.form == {"id": "50001", "invoice": str(answer["invoice"]), "status": "deploy_done"}
    shown = emulator.http.get("/_emulator/accounts/demo/requests").text
    assert "post_install_callback" in shown
    assert "secret-word" not in shown


def test_a_deploy_that_is_paid_later_calls_it_too(emulator: Emulator) -> None:
    with receiving(OK) as receiver:
        answer = place_order(emulator, post_install_callback=receiver.url("/later"), **MEDIUM)
        pay(emulator, answer["invoice"])
        emulator.advance(until="idle")
        assert receiver.next().form["invoice"] == str(answer["invoice"])


def test_a_deploy_that_fails_calls_nobody(emulator: Emulator) -> None:
    emulator.fault("deploy_fails")
    with receiving(OK) as receiver:
        place_order(emulator, post_install_callback=receiver.url("/failed"))
        emulator.advance(until="idle")
        second = place_order(emulator, post_install_callback=receiver.url("/second"))
        emulator.advance(until="idle")
        assert receiver.next().form["invoice"] == str(second["invoice"])


def test_a_reinstall_calls_its_url_too(emulator: Emulator) -> None:
    with receiving(OK) as receiver:
        url = receiver.url("/again").replace("//", "//me:secret-word@")
        key = emulator.eq("reinstall", os_id=237, post_install_callback=url)["callback"]
        assert "secret-word" not in str(emulator.control("GET", "/state"))
        emulator.control("PUT", "/state", emulator.control("GET", "/state"))
        emulator.advance(until=key)
        assert receiver.next().form == {"id": "12345", "invoice": "0", "status": "deploy_done"}
        assert "/again" not in str(emulator.check(key))


def test_an_import_takes_the_url_of_an_order_without_its_password(emulator: Emulator) -> None:
    with receiving(OK) as receiver:
        url = receiver.url("/done?key=a").replace("//", "//me:secret-word@")
        place_order(emulator, post_install_callback=url)
        exported = emulator.control("GET", "/state")
        assert exported["orders"][0]["callback"] == receiver.url("/done?key=a")
        emulator.control("PUT", "/state", exported)
        emulator.advance(until="idle")
        assert receiver.next().form["id"] == "50001"


@pytest.mark.parametrize(
    "url",
    ["ftp://localhost/", "http://", "localhost", "http://a b/", "http://x/" + "a" * 2048, "", "javascript:1"],
)
def test_a_wrong_url_is_refused_and_not_repeated_in_the_journal(emulator: Emulator, url: str) -> None:
    assert order(emulator, post_install_callback=url)["reason"] == "invalid_parameter"
    wrong = "http://me:secret-word@/"
    assert order(emulator, post_install_callback=wrong)["reason"] == "invalid_parameter"
    assert "secret-word" not in emulator.http.get("/_emulator/accounts/demo/requests").text

"""The callback that an order names, from the order to the receiver."""

import pytest

from tests.support.harness import Emulator
from tests.support.orders import MEDIUM, order, pay, place_order
from tests.support.receiver import OK, receiving

AUTHORIZATION = "Basic bWU6c2VjcmV0LXdvcmQ="
"""The header for the user `me` with the password `secret-word`."""


def with_user(url: str) -> str:
    return url.replace("//", "//me:secret-word@")


def test_a_deploy_calls_the_url_of_its_order(emulator: Emulator) -> None:
    with receiving(OK) as receiver:
        url = with_user(receiver.url("/done"))
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
        url = with_user(receiver.url("/again"))
        key = emulator.eq("reinstall", os_id=237, post_install_callback=url)["callback"]
        assert "secret-word" not in str(emulator.control("GET", "/state"))
        emulator.control("PUT", "/state", emulator.control("GET", "/state"))
        emulator.advance(until=key)
        received = receiver.next()
        assert received.form == {"id": "12345", "invoice": "0", "status": "deploy_done"}
        assert received.headers["authorization"] == AUTHORIZATION
        assert "/again" not in str(emulator.check(key))


def test_an_export_has_the_query_of_a_callback_but_not_its_password(emulator: Emulator) -> None:
    place_order(emulator, post_install_callback="http://me:secret-word@127.0.0.1:9/done?key=a#b")
    exported = emulator.control("GET", "/state")
    assert exported["orders"][0]["callback"] == "http://127.0.0.1:9/done?key=a#b"
    assert "secret-word" not in str(exported)


@pytest.mark.parametrize("configuration", [{}, MEDIUM], ids=["deploying", "awaiting payment"])
def test_the_import_of_an_accounts_own_export_keeps_the_password_of_a_callback(
    emulator: Emulator, configuration: dict[str, str]
) -> None:
    with receiving(OK) as receiver:
        url = with_user(receiver.url("/done?key=a"))
        answer = place_order(emulator, post_install_callback=url, **configuration)
        emulator.control("PUT", "/state", emulator.control("GET", "/state"))
        if configuration:
            pay(emulator, answer["invoice"])
        emulator.advance(until="idle")
        assert receiver.next().headers["authorization"] == AUTHORIZATION


def test_an_import_of_an_older_export_keeps_the_password_of_a_callback(emulator: Emulator) -> None:
    with receiving(OK) as receiver:
        place_order(emulator, post_install_callback=with_user(receiver.url("/done")))
        exported = emulator.control("GET", "/state")
        for world in (exported, None):
            emulator.advance(until="idle")
            assert receiver.next().headers["authorization"] == AUTHORIZATION
            if world is not None:
                emulator.control("PUT", "/state", world)


@pytest.mark.parametrize("change", ["another URL", "another account"])
def test_an_import_of_another_world_gets_no_password_of_a_callback(emulator: Emulator, change: str) -> None:
    with receiving(OK) as receiver:
        place_order(emulator, post_install_callback=with_user(receiver.url("/done")))
        world = emulator.control("GET", "/state")
        if change == "another account":
            world["account"] = "another"
        else:
            (task,) = (task for vm in world["vms"] for task in vm["tasks"] if "callback" in task)
            task["callback"] = receiver.url("/other")
        emulator.control("PUT", "/state", world)
        emulator.advance(until="idle")
        assert "authorization" not in receiver.next().headers


def test_a_change_of_a_vm_keeps_the_password_of_its_callback(emulator: Emulator) -> None:
    with receiving(OK) as receiver:
        emulator.eq("reinstall", os_id=237, post_install_callback=with_user(receiver.url("/again")))
        emulator.control("PATCH", "/vms/12345", {"hostname": "changed"})
        emulator.advance(until="idle")
        assert receiver.next().headers["authorization"] == AUTHORIZATION


@pytest.mark.parametrize(
    "url",
    ["ftp://localhost/", "http://", "localhost", "http://a b/", "http://x/" + "a" * 2048, "", "javascript:1"],
)
def test_a_wrong_url_is_refused_and_not_repeated_in_the_journal(emulator: Emulator, url: str) -> None:
    assert order(emulator, post_install_callback=url)["reason"] == "invalid_parameter"
    wrong = "http://me:secret-word@/"
    assert order(emulator, post_install_callback=wrong)["reason"] == "invalid_parameter"
    assert "secret-word" not in emulator.http.get("/_emulator/accounts/demo/requests").text

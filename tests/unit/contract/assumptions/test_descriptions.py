"""Other options of the assumptions about how a token and a server are described."""

from tests.support.harness import Emulator


def test_info_is_flat(emulator: Emulator) -> None:
    emulator.assume({"A-38": "flat"})
    login = emulator.call("auth", "login", key="demo-api-key")["result"]
    assert emulator.call("auth", "info", token=login["token"]) == {
        "result": "OK",
        "whmcs_id": login["whmcs_id"],
        "customer_id": login["customer_id"],
        "whmcs_location": "whmcs_com",
        "data": {"username": "demo@example.com", "user_id": login["customer_id"]},
    }
    assert emulator.call("auth", "info", token="wrong")["reason"] == "invalid_token"


def test_the_status_of_a_vm_that_is_off_says_so(emulator: Emulator) -> None:
    emulator.assume({"A-39": "power_off"})
    off, on = (emulator.eq("show", vm)["server_data"] for vm in (12346, 12345))
    assert (off["status"], off["Condition_Component"]) == ("power_off", "power_off")
    assert (on["status"], on["Condition_Component"]) == ("rent", "rent")
    listed = emulator.call("eq", "list", status="power_off", full=1)["servers"]
    assert [(server["id"], server["status"]) for server in listed] == [
        (12346, "power_off"),
        (12348, "power_off"),
    ]
    assert emulator.call("eq", "list", status="rent")["servers"] == [12345, 12347]

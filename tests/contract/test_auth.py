"""Contract 5: login tokens."""

import re
from datetime import datetime

import httpx
import pytest

from tests.support.harness import Emulator, Json

CREDENTIALS: dict[str, dict[str, str]] = {
    "login": {"key": "demo-api-key"},
    "whmcslogin": {"user": "demo@example.com", "password": "demo-password"},
}


def login(emulator: Emulator, **fields: object) -> Json:
    result: Json = emulator.call("auth", "login", key="demo-api-key", **fields)["result"]
    return result


def now(emulator: Emulator) -> float:
    return datetime.fromisoformat(emulator.clock["now"]).timestamp()


@pytest.mark.clause("5.1", "5.2")
@pytest.mark.parametrize("action", ["login", "whmcslogin"])
@pytest.mark.follows("A-14")
def test_a_login_answers_a_token_with_what_clients_read(emulator: Emulator, action: str) -> None:
    answer = emulator.call("auth", action, **CREDENTIALS[action])
    assert set(answer) == {"result"}
    result = answer["result"]
    assert re.fullmatch("[0-9a-f]{32}", result["token"])
    assert (result["role"], result["role_type"], result["role_name"]) == (
        "Customer",
        "Customer",
        "customer_billing",
    )
    assert "vm/create_snapshot" in result["permissions"]
    assert result["servers"] == [12345, 12346, 12347, 12348]
    assert (result["email"], result["verified"]) == ("demo@example.com", True)
    assert isinstance(result["whmcs_id"], str)
    assert (result["whmcs_location"], result["currency_code"]) == ("whmcs_com", "EUR")
    assert "invapi" not in result
    assert isinstance(result["customer_id"], int)
    assert result["token_expire"] == now(emulator) + 10_800


@pytest.mark.clause("5.1")
def test_a_login_token_opens_the_api(emulator: Emulator) -> None:
    token = login(emulator)["token"]
    assert emulator.call("eq", "list", token=token)["result"] == "OK"


@pytest.mark.clause("5.1")
@pytest.mark.parametrize("ttl", ["0", "-1", "1.5", "31536001", "", "forever", "1" * 30])
@pytest.mark.follows("A-06")
def test_a_bad_ttl_is_refused(emulator: Emulator, ttl: str) -> None:
    answer = emulator.call("auth", "login", key="demo-api-key", ttl=ttl)
    assert answer["reason"] == "invalid_parameter"
    assert "ttl" in answer["message"]


@pytest.mark.clause("5.1")
def test_a_fixed_ip_binds_the_token_to_the_callers_address(emulator: Emulator) -> None:
    token = login(emulator, fix_ip=1)["token"]
    assert emulator.call("eq", "list", token=token)["result"] == "OK"
    transport = httpx.HTTPTransport(local_address="127.0.0.3")
    with httpx.Client(base_url=emulator.url, transport=transport) as elsewhere:
        form = {"action": "list", "token": token}
        assert emulator.answer(elsewhere.post("/eq.php", data=form))["reason"] == "invalid_token"
        free = login(emulator)["token"]
        assert elsewhere.post("/eq.php", data=form | {"token": free}).json()["result"] == "OK"


@pytest.mark.clause("5.2")
@pytest.mark.follows("A-06")
def test_wrong_credentials_are_refused(emulator: Emulator) -> None:
    wrong_key = emulator.call("auth", "login", key="wrong")
    assert (wrong_key["reason"], wrong_key["message"]) == ("invalid_api_key", "Invalid API key")
    assert wrong_key["code"] == -1
    for user, password in (("demo@example.com", "wrong"), ("nobody", "demo-password")):
        wrong = emulator.call("auth", "whmcslogin", user=user, password=password)
        assert (wrong["reason"], wrong["message"]) == ("invalid_api_key", "Invalid credentials")


@pytest.mark.clause("5.1")
@pytest.mark.parametrize("key", ["", "x" * 129, "demo-api-key\n", "\x00", "cl\u00e9", "\u0661" * 3])
@pytest.mark.follows("A-06")
def test_a_key_that_no_api_key_looks_like_is_refused_as_such(emulator: Emulator, key: str) -> None:
    answer = emulator.call("auth", "login", key=key)
    assert (answer["reason"], answer["message"]) == ("invalid_api_key", "Incorrect API key format")
    assert emulator.call("auth", "login", key="x" * 128)["message"] == "Invalid API key"


@pytest.mark.clause("5.2")
@pytest.mark.parametrize(
    ("action", "missing"), [("login", "key"), ("whmcslogin", "user"), ("whmcslogin", "password")]
)
@pytest.mark.follows("A-06")
def test_missing_credentials_are_named(emulator: Emulator, action: str, missing: str) -> None:
    fields = {name: value for name, value in CREDENTIALS[action].items() if name != missing}
    answer = emulator.call("auth", action, **fields)
    assert answer["reason"] == "invalid_parameter"
    assert f"invalid parameter {missing}" in answer["message"]


@pytest.mark.clause("5.2")
def test_a_login_by_password_needs_no_vms(emulator: Emulator) -> None:
    emulator.reset(scenario="empty")
    result = emulator.call("auth", "whmcslogin", **CREDENTIALS["whmcslogin"])["result"]
    assert result["servers"] == []
    assert emulator.call("eq", "list", token=result["token"])["servers"] == []


@pytest.mark.clause("5.2")
@pytest.mark.follows("A-38")
def test_info_of_a_token_repeats_its_login(emulator: Emulator) -> None:
    result = login(emulator, ttl=100)
    assert emulator.call("auth", "info", token=result["token"]) == {"result": result}


@pytest.mark.clause("5.2", "2.3")
@pytest.mark.follows("A-06")
def test_a_logged_out_token_is_invalid(emulator: Emulator) -> None:
    token = login(emulator)["token"]
    answer = emulator.call("auth", "logout", token=token)
    assert answer == {"result": "OK", "module": "auth", "action": "logout"}
    assert emulator.call("eq", "list", token=token)["message"] == "Invalid token"
    assert emulator.call("auth", "logout", token=token)["reason"] == "invalid_token"


@pytest.mark.clause("5.2")
def test_the_built_in_token_is_invalid_after_logout_until_a_reset(emulator: Emulator) -> None:
    emulator.call("auth", "logout")
    assert emulator.call("eq", "list")["reason"] == "invalid_token"
    emulator.reset()
    assert emulator.call("eq", "list")["result"] == "OK"


@pytest.mark.clause("5.3")
@pytest.mark.follows("A-04")
def test_a_login_without_vms_has_a_different_shape(emulator: Emulator) -> None:
    emulator.reset(scenario="empty")
    response = emulator.http.post("/auth.php", data={"action": "login", "key": "demo-api-key"})
    assert response.status_code == 200
    assert response.headers["x-emulator-reason"] == "no_appropriate_servers"
    assert response.json() == {
        "result": -1,
        "error": "No appropriate servers found",
        "code": "NO_APPROPRIATE_SERVERS",
    }


@pytest.mark.clause("5.4", "2.3")
@pytest.mark.follows("A-06")
def test_a_token_expires_on_the_accounts_clock(emulator: Emulator) -> None:
    token = login(emulator, ttl=60)["token"]
    emulator.advance(59)
    assert emulator.call("eq", "list", token=token)["result"] == "OK"
    emulator.advance(1)
    answer = emulator.call("eq", "list", token=token)
    assert (answer["code"], answer["message"], answer["reason"]) == (-2, "Token expired", "token_expired")


@pytest.mark.clause("5.4")
@pytest.mark.follows("A-38")
def test_the_built_in_token_never_expires(emulator: Emulator) -> None:
    assert emulator.call("auth", "info")["result"]["token_expire"] == 4102444800
    emulator.advance(10 * 365 * 24 * 3600)
    assert emulator.call("eq", "list")["result"] == "OK"


@pytest.mark.acceptance
def test_an_account_keeps_its_newest_thousand_login_tokens(emulator: Emulator) -> None:
    tokens = [login(emulator)["token"] for _ in range(1001)]
    assert emulator.call("eq", "list", token=tokens[0])["reason"] == "invalid_token"
    assert emulator.call("eq", "list", token=tokens[1])["result"] == "OK"

"""Contract 1.4, 2.6: calls of the real API that the emulator cannot answer, and where the journal has them."""

import pytest

from invapi_emulator.engine.action import NOT_EMULATED
from tests.support.harness import TOKEN, Emulator, Json


@pytest.mark.clause("2.6")
@pytest.mark.parametrize(
    ("module", "action"),
    [(module, name) for module, names in sorted(NOT_EMULATED.items()) for name in sorted(names)],
)
@pytest.mark.follows("A-06")
def test_an_action_that_only_the_vendor_has_is_501(emulator: Emulator, module: str, action: str) -> None:
    response = emulator.http.post(f"/{module}.php", data={"action": action})
    assert (response.status_code, emulator.answer(response)["reason"]) == (501, "not_emulated")
    assert "not the vendor's refusal" in response.json()["message"]


@pytest.mark.clause("2.6")
def test_the_actions_that_are_not_emulated() -> None:
    counts = {module: len(names) for module, names in NOT_EMULATED.items()}
    assert counts == {
        "api_keys": 1,
        "auth": 14,
        "eq": 28,
        "eq_callback": 1,
        "ssh_keys": 2,
        "tags": 6,
    }


@pytest.mark.clause("1.4")
@pytest.mark.parametrize("module", ["iso", "jenkins", "jira", "nat", "pdns", "net", "ip", "rhr", "s3", "rtm"])
@pytest.mark.parametrize(
    "fields", [{}, {"action": ""}, {"action": "list"}, {"action[]": "list"}, {"action": "\0" * 99}]
)
@pytest.mark.follows("A-01", "A-06")
def test_a_module_that_only_the_vendor_has_is_501_whatever_the_action(
    emulator: Emulator, module: str, fields: Json
) -> None:
    for path in (f"/{module}.php", f"/{module}"):
        response = emulator.http.post(path, data=fields)
        assert (response.status_code, emulator.answer(response)["reason"]) == (501, "not_emulated")
        assert response.json()["message"].startswith(
            f"{module}/list is" if fields.get("action") == "list" else module
        )
        assert response.json()["message"].endswith("this is not the vendor's refusal")


@pytest.mark.clause("1.4")
def test_a_module_that_is_not_emulated_takes_no_other_methods(emulator: Emulator) -> None:
    refused = emulator.http.put("/iso.php")
    assert (refused.status_code, refused.headers["x-emulator-reason"]) == (405, "method_not_allowed")


@pytest.mark.clause("2.6")
@pytest.mark.parametrize(
    ("module", "action", "reason"),
    [
        ("eq", "history", "not_emulated"),
        ("eq", "nonsense", "unknown_action"),
        ("iso", "mount", "not_emulated"),
        ("nonsense", "list", "unknown_module"),
        ("eq_callback", "reinstall", "not_emulated"),
    ],
)
def test_a_call_that_cannot_be_made_is_in_the_journal_of_its_token(
    emulator: Emulator, module: str, action: str, reason: str
) -> None:
    emulator.clear_requests()
    emulator.http.post(f"/{module}.php", data={"action": action, "token": TOKEN, "id": "12345", "x[a]": "b"})
    (call,) = emulator.requests()
    assert (call["module"], call["action"], call["reason"], call["vm"]) == (module, action, reason, 12345)
    assert call["fields"] == {"action": action, "token": "***", "id": "12345", "x": {"a": "b"}}


@pytest.mark.clause("2.6")
def test_a_call_that_cannot_be_made_is_of_no_account_without_a_good_token(emulator: Emulator) -> None:
    own = emulator.requests()
    for token in ({}, {"token": "wrong"}):
        emulator.http.post("/pdns.php", data={"action": "add_zone", "zone": "of-nobody.example.com"} | token)
    calls = emulator.http.get("/_emulator/requests").json()["requests"][-2:]
    assert [(call["module"], call["action"], call["fields"]["zone"]) for call in calls] == [
        ("pdns", "add_zone", "of-nobody.example.com")
    ] * 2
    assert emulator.requests() == own


@pytest.mark.clause("1.4")
@pytest.mark.parametrize(
    ("path", "status"), [("/iso.php", 501), ("/nonsense.php", 404), ("/favicon.ico", 404)]
)
@pytest.mark.parametrize("content", ["%zz", "a=1&" * 1_001, "\xff", "x" * (1024 * 1024 + 1)])
def test_a_module_that_is_not_there_is_refused_whatever_its_body(
    emulator: Emulator, path: str, status: int, content: str
) -> None:
    for kind in ("application/x-www-form-urlencoded", "application/json"):
        refused = emulator.http.post(path, content=content.encode("latin-1"), headers={"content-type": kind})
        assert refused.status_code == status

"""Other options of the assumptions about transport and envelopes."""

from collections.abc import Iterator

import httpx
import pytest

from invapi_emulator.api.envelope import HONEST
from invapi_emulator.errors import ApiError, kinds_of
from tests.support.harness import TOKEN, running

LIST = {"action": "list", "token": TOKEN}


@pytest.fixture
def client(request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """Return a client of a server with the options that the test is parametrized with."""
    with running(assume=request.param) as server, httpx.Client(base_url=server.url, timeout=60) as http:
        yield http


@pytest.mark.parametrize("client", ["A-01=no"], indirect=True)
def test_a_module_is_only_at_its_path_with_php(client: httpx.Client) -> None:
    assert client.post("/eq.php", data=LIST).json()["result"] == "OK"
    for form in (LIST, {"action": "list", "token": "wrong"}):
        refused = client.post("/eq", data=form)
        assert (refused.status_code, refused.headers["x-emulator-reason"]) == (404, "unknown_module")


@pytest.mark.parametrize("client", ["A-47=no"], indirect=True)
@pytest.mark.parametrize("path", ["/eq.php/", "/eq.php//", "//eq.php/x"])
def test_a_module_is_not_behind_a_slash(client: httpx.Client, path: str) -> None:
    url = f"{str(client.base_url).rstrip('/')}{path}"
    for form in (LIST, {"action": "list", "token": "wrong"}):
        refused = client.post(url, data=form)
        assert (refused.status_code, refused.headers["x-emulator-reason"]) == (404, "unknown_module")
    assert client.post("/eq.php", data=LIST).json()["result"] == "OK"


@pytest.mark.parametrize("client", ["A-02=no"], indirect=True)
def test_a_body_of_parts_is_not_read(client: httpx.Client) -> None:
    parts = {name: (None, value) for name, value in LIST.items()}
    refused = client.post("/eq.php", files=parts)
    assert (refused.status_code, refused.headers["x-emulator-reason"]) == (415, "unsupported_media_type")
    assert client.post("/eq.php", data=LIST).json()["result"] == "OK"


@pytest.mark.parametrize("client", ["A-03=no"], indirect=True)
def test_pages_of_other_origins_are_kept_out(client: httpx.Client) -> None:
    answer = client.post("/eq.php", data=LIST, headers={"Origin": "http://elsewhere"})
    assert answer.json()["result"] == "OK"
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert client.options("/eq.php").status_code == 405


@pytest.mark.parametrize("client", ["A-04=no"], indirect=True)
@pytest.mark.parametrize(
    ("module", "fields", "status"),
    [
        ("vm", {"action": "load_stats", "token": "wrong", "id": "12345"}, 401),
        ("auth", {"action": "login", "key": "wrong"}, 401),
        ("vm", {"action": "load_stats", "token": TOKEN, "id": "x"}, 400),
        ("vm", {"action": "no_such", "token": TOKEN}, 400),
        ("vm", {"action": "load_stats", "token": TOKEN, "id": "1"}, 404),
        ("eq_callback", {"action": "check", "key": "x"}, 404),
        ("vm", {"action": "restore_snapshot", "token": TOKEN, "id": "12345", "name": "fresh-install"}, 409),
        ("vm", {"action": "get_snapshot", "token": TOKEN, "id": "12347"}, 422),
        ("vm", {"action": "get_engine", "token": TOKEN}, 200),
    ],
)
def test_failures_have_an_honest_status(
    client: httpx.Client, module: str, fields: dict[str, str], status: int
) -> None:
    assert client.post(f"/{module}.php", data=fields).status_code == status


def test_every_refusal_has_an_honest_status() -> None:
    by_rule = {"fault"}  # a rule says its status
    assert {kind.reason for kind in kinds_of(ApiError) if kind.status == 200} - by_rule == set(HONEST)


@pytest.mark.parametrize(
    ("client", "names"),
    [("A-06=no", {"code", "message"}), ("A-06=result-error", {"result", "error"})],
    indirect=["client"],
)
def test_a_failure_has_two_of_its_four_fields(client: httpx.Client, names: set[str]) -> None:
    for fields in ({"action": "list", "token": "wrong"}, {"action": "show", "token": TOKEN, "id": "1"}):
        assert set(client.post("/eq.php", data=fields).json()) == names


@pytest.mark.parametrize(
    ("client", "text"),
    [
        ("A-09=no", "failed to request show for 1"),
        ("A-09=why-only", "no such VM in this account"),
        ("A-09=yes", "failed to request show for 1 - no such VM in this account"),
    ],
    indirect=["client"],
)
def test_a_refusal_about_a_vm_has_part_of_its_words(client: httpx.Client, text: str) -> None:
    answer = client.post("/eq.php", data={"action": "show", "token": TOKEN, "id": "1"}).json()
    assert answer["message"] == text


@pytest.mark.parametrize(
    ("client", "reason"),
    [("A-10=no", "invalid_parameter"), ("A-10=yes", "invalid_token")],
    indirect=["client"],
)
def test_with_token_and_parameter_wrong_the_parameter_is_refused(client: httpx.Client, reason: str) -> None:
    wrong = client.post("/eq.php", data={"action": "show", "token": "wrong", "id": "x"})
    assert wrong.headers["x-emulator-reason"] == reason
    only_token = client.post("/eq.php", data={"action": "show", "token": "wrong", "id": "1"})
    assert only_token.headers["x-emulator-reason"] == "invalid_token"

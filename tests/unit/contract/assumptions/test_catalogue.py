"""The other option of the assumption about the catalogue."""

import httpx
import pytest

from tests.support.catalogues import ask
from tests.support.harness import TOKEN, Emulator, running


@pytest.mark.follows("A-06")
def test_traffic_plans_may_be_refused_with_a_token(emulator: Emulator) -> None:
    emulator.assume({"A-40": "refused"})
    refused = ask(emulator, "traffic_plans", token=TOKEN)
    assert (refused["reason"], refused["message"], refused["code"]) == (
        "access_denied",
        "invalid request",
        -1,
    )
    assert ask(emulator, "traffic_plans")["result"] == "OK"
    assert ask(emulator, "traffic_plans", token="wrong")["reason"] == "invalid_token"
    for module in ("presets", "os", "software"):
        assert ask(emulator, module, token=TOKEN)["result"] == "OK"


def test_the_option_is_honest_about_its_status(emulator: Emulator) -> None:
    emulator.assume({"A-40": "refused", "A-04": "honest"})
    plans = emulator.http.post("/traffic_plans.php", data={"action": "list", "token": TOKEN})
    shown = emulator.http.post("/presets.php", data={"action": "show", "id": 5, "token": TOKEN})
    assert (plans.status_code, shown.status_code) == (403, 404)


def test_without_a_token_the_servers_options_count() -> None:
    with running(assume="A-40=refused") as server, httpx.Client(base_url=server.url) as http:
        emulator = Emulator(server, http)
        assert ask(emulator, "traffic_plans")["result"] == "OK"
        assert ask(emulator, "traffic_plans", token=TOKEN)["reason"] == "access_denied"

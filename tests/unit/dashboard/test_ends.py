"""The page and the control API with the strangest addresses, and with clocks at both ends of time."""

import json
import re

import httpx
import pytest

from invapi_emulator.dashboard.scale import WINDOWS
from tests.support.harness import Emulator
from tests.support.offenders import assert_none
from tests.unit.dashboard.seen import BROWSER, page

PAGES = (
    "/",
    "/_emulator/ui",
    "/_emulator/ui/login",
    "/_emulator/ui/accounts",
    "/_emulator/ui/accounts/{name}",
    "/_emulator/ui/accounts/{name}/orders",
    "/_emulator/ui/accounts/{name}/vms/{vm_id}",
    "/_emulator/ui/static/{name}",
    "/docs/{name}",
)
STRANGE = ("%00", "a%00b", "%ff", "%ed%a0%80", "%0d%0a", "-1", "9223372036854775808", "%D9%A1")
SEEN_BY_PAGES = (
    "action",
    "result",
    "whose",
    "window",
    "from",
    "next",
    "order",
    "server",
    "invoice",
    "status",
    "snapshot",
    "rule",
    "ssh_key",
    "api_key",
    "key",
    "q",
    "location",
)


def addresses(emulator: Emulator) -> list[str]:
    """Return the addresses that GET takes, with strange words in each part of the path and of the query."""
    described = emulator.http.get("/openapi.json").json()["paths"]
    looks = {path: methods["get"] for path, methods in described.items() if "get" in methods}
    queries = {
        path: [one["name"] for one in told.get("parameters", ()) if one["in"] == "query"]
        for path, told in looks.items()
        if not path.endswith((".php", "/events"))
    } | dict.fromkeys(PAGES, SEEN_BY_PAGES)
    return [
        address
        for path, names in queries.items()
        for word in STRANGE
        for address in (
            *(filled(path, {part: word}) for part in parts(path)),
            *(f"{filled(path, {})}?{name}={word}" for name in (*names, word)),
        )
    ]


def parts(path: str) -> list[str]:
    return re.findall(r"{(\w+)}", path)


def filled(path: str, words: dict[str, str]) -> str:
    usual = {"name": "demo", "vm_id": "12345"}
    return re.sub(r"{(\w+)}", lambda part: words.get(part[1], usual.get(part[1], "1")), path)


@pytest.mark.no_cover
def test_no_address_is_answered_with_500(emulator: Emulator) -> None:
    asked = addresses(emulator)
    assert len(asked) > 300
    assert_none([address for address in asked if answered(emulator, address) >= 500])


def answered(emulator: Emulator, address: str) -> int:
    """Return the status, 599 if the connection ended without one."""
    try:
        return emulator.http.get(address, headers=BROWSER).status_code
    except httpx.TransportError:
        return 599


@pytest.mark.parametrize("mode", ["frozen", "auto", "real"])
@pytest.mark.parametrize("now", ["1970-01-01T00:00:00Z", "1970-01-01T00:00:01Z", "9999-12-31T23:59:59Z"])
def test_the_page_shows_both_ends_of_time(emulator: Emulator, now: str, mode: str) -> None:
    world = json.dumps({"vms": [{"id": 12345}], "clock": {"mode": mode, "now": now}})
    emulator.http.put("/_emulator/accounts/demo/state", content=world).raise_for_status()
    emulator.start("vm", "create_snapshot", 12345, name="first")
    for window in ("", *WINDOWS):
        for path in ("/", "/_emulator/ui/accounts/demo/vms/12345"):
            assert now[:4] in page(emulator, f"{path}?window={window}")

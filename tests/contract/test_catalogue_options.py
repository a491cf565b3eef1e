"""Contract 9: what servers are ordered with, and dedicated servers in stock."""

import pytest

from tests.support.catalogues import SMALL, ask, ids
from tests.support.harness import TOKEN, Emulator, Json


@pytest.mark.clause("9.3")
@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, [187, 237, 219, 180, 300]),
        ({"instance_id": 310}, [187, 237, 219, 300]),
        ({"instance_id": 320, "location": "FI"}, [187, 237]),
        ({"location": "NL"}, [187, 237, 219, 180, 300]),
        ({"id": 70101}, [187, 237, 219, 300]),
        ({"id": 70101, "instance_id": 310}, [187, 237, 219, 300]),
    ],
)
def test_operating_systems_are_those_that_fit(emulator: Emulator, fields: Json, found: list[int]) -> None:
    answer = ask(emulator, "os", **fields)
    assert (answer["module"], answer["os_excluded"]) == ("os", [])
    assert ids(answer["os_list"]) == found


@pytest.mark.clause("9.3")
def test_an_operating_system_is_described(emulator: Emulator) -> None:
    ubuntu = ask(emulator, "os", location="NL", bill_period="hourly")["os_list"][0]
    assert (ubuntu["id"], ubuntu["name"], ubuntu["active"]) == (187, "Ubuntu 22.04", 1)
    assert (ubuntu["billing_plan"], ubuntu["location"]) == ("hourly", "NL")
    assert (ubuntu["price_EUR"], ubuntu["price_RUB"]) == (0.0, 0.0)
    assert (ubuntu["bm"], ubuntu["vds"], ubuntu["gpu"]) == (1, 1, 1)
    assert ask(emulator, "os")["os_list"][0]["billing_plan"] == "monthly"


@pytest.mark.clause("9.3")
@pytest.mark.parametrize(
    ("module", "said"), [("os", "os/list: no OS found"), ("software", "soft/list: no software found")]
)
@pytest.mark.parametrize(
    "fields",
    [
        {"instance_id": 279},
        {"instance_id": 108, "location": "DE"},
        {"id": 12345},
        {"id": 2**63 - 1},
        {"id": 70101, "instance_id": 108},
        {"id": 70101, "location": "DE"},
    ],
)
@pytest.mark.follows("A-06")
def test_where_nothing_fits_the_vendors_words_say_so(
    emulator: Emulator, module: str, said: str, fields: Json
) -> None:
    answer = ask(emulator, module, **fields)
    assert (answer["reason"], answer["message"]) == ("not_in_catalogue", said)


@pytest.mark.clause("9.3")
def test_software_is_listed_likewise(emulator: Emulator) -> None:
    answer = ask(emulator, "software", instance_id=108, location="NL")
    assert (ids(answer["software"]), answer["debug"]) == ([20, 26, 31], [])
    wordpress = answer["software"][0]
    assert (wordpress["name"], wordpress["active"], wordpress["price"]) == ("WordPress", 1, 0.0)
    assert ids(ask(emulator, "software", instance_id=310)["software"]) == [20]


@pytest.mark.clause("9.3", "9.4")
@pytest.mark.follows("A-40")
def test_a_server_of_the_account_stands_for_its_preset_and_location(emulator: Emulator) -> None:
    emulator.control("PATCH", "/vms/12345", {"preset": "vgpu.v2-a4000", "location": "FI"})
    with_token: Json = {"id": 12345, "token": TOKEN}
    assert ids(ask(emulator, "os", **with_token)["os_list"]) == [187, 237]
    assert ids(ask(emulator, "software", **with_token)["software"]) == [31]
    plans = ask(emulator, "traffic_plans", **with_token)["traffic_plans"]
    assert [(plan["id"], plan["location"]) for plan in plans] == [(40, "FI"), (41, "FI")]
    assert ask(emulator, "traffic_plans", id=12345)["traffic_plans"] == []


@pytest.mark.clause("9.4")
@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({}, [25, 40, 41]),
        ({"location": "US"}, [25]),
        ({"location": "NL", "instance": 108}, [25]),
        ({"location": "NL", "instance_id": 108}, [25]),
        ({"instance": 310}, [40, 41]),
        ({"instance": 310, "instance_id": 108}, []),
        ({"location": "DE", "instance": 108}, []),
        ({"instance": 5}, []),
        ({"id": 70102}, [40, 41]),
    ],
)
def test_traffic_plans_are_those_that_fit(emulator: Emulator, fields: Json, found: list[int]) -> None:
    assert ids(ask(emulator, "traffic_plans", **fields)["traffic_plans"]) == found


@pytest.mark.clause("9.4")
def test_a_traffic_plan_tells_its_price_in_its_own_currency(emulator: Emulator) -> None:
    plans = {plan["id"]: plan for plan in ask(emulator, "traffic_plans")["traffic_plans"]}
    assert (plans[25]["name"], plans[25]["main_plan"], plans[25]["price"], plans[25]["currency_id"]) == (
        "3 TB / 1 Gbps VM", 1, 0, 0,
    )  # fmt: skip
    assert (plans[41]["price"], plans[41]["currency_id"]) == (10000, 1)
    assert plans[41]["billing_plan"] == {"EUR": 100.0, "USD": 110.0, "RUB": 10000.0}
    assert plans[25]["locations"] == "NL,DE,FI,US"


@pytest.mark.clause("9.5")
def test_free_servers_in_stock_are_listed_and_shown(emulator: Emulator) -> None:
    servers = emulator.call("stocks", "list")["servers"]
    assert ids(servers) == [70101, 70102]
    first = servers[0]
    assert (first["status"], first["price"], first["deployment_eta"]) == (
        "available",
        {"EUR": 79.0, "USD": 86.9},
        None,
    )
    assert first["specs"] == {"cpu": "AMD Ryzen 9 5950X", "ram": 64, "disk": 1000}
    assert emulator.call("stocks", "show", id=70101)["server_data"] == first
    for location, group, found in (
        ("NL", "ALL", 2),
        ("all", "AMD-MODERN", 2),
        ("DE", "all", 0),
        ("NL", "GPU", 0),
    ):
        assert len(emulator.call("stocks", "list", location=location, group=group)["servers"]) == found
    for number in (70103, 12345, 1):
        assert emulator.call("stocks", "show", id=number)["reason"] == "not_in_catalogue"


@pytest.mark.clause("9.5")
@pytest.mark.parametrize("fields", [{}, {"token": ""}, {"token": "wrong"}])
def test_stock_needs_a_token(emulator: Emulator, fields: Json) -> None:
    assert ask(emulator, "stocks", **fields)["reason"] == "invalid_token"
    assert ask(emulator, "stocks", "show", id=70101, **fields)["reason"] == "invalid_token"


@pytest.mark.clause("9.4")
@pytest.mark.follows("A-40")
def test_two_plans_may_bear_the_same_name(emulator: Emulator) -> None:
    twice = [
        {"id": number, "name": "1Gbps unmetered", "locations": ["XX"],
         "prices": {"EUR": price, "USD": price, "RUB": price}}
        for number, price in ((4, "0.00"), (5, "9.90"))
    ]  # fmt: skip
    presets = [SMALL["presets"][0] | {"traffic_plans": [4, 5]}]
    emulator.control("PUT", "/state", {"catalogue": SMALL | {"traffic_plans": twice, "presets": presets}})
    plans = ask(emulator, "traffic_plans", token=TOKEN, location="XX", instance=7)["traffic_plans"]
    assert [(plan["name"], plan["price"]) for plan in plans] == [
        ("1Gbps unmetered", 0.0),
        ("1Gbps unmetered", 9.9),
    ]

"""Contract 9: the catalogue with and without a token, and its presets."""

from typing import Any

import httpx
import pytest

from tests.support.catalogues import SMALL, ask, ids
from tests.support.harness import TOKEN, Emulator, Json


@pytest.mark.clause("9.1")
def test_presets_are_listed_with_numbers_where_clients_decode_numbers(emulator: Emulator) -> None:
    answer = ask(emulator, "presets")
    assert (answer["result"], answer["action"], set(answer)) == (
        "OK",
        "list",
        {"result", "action", "presets"},
    )
    pico = answer["presets"][0]
    assert (pico["id"], pico["name"], pico["virtual"], pico["active"]) == (108, "vm.pico", 1, 1)
    assert pico["price"] == {"NL": {"EUR": 4.0, "USD": 4.4, "RUR": 400.0}}
    assert (pico["locations"], pico["cpu"], pico["ram"], pico["hdd"]) == ("NL", 1, 1, "1x15")
    for preset in answer["presets"]:
        assert {type(preset[flag]) for flag in ("id", "virtual", "active", "cpu", "ram")} == {int}
        prices = [price for by_currency in preset["price"].values() for price in by_currency.values()]
        assert {type(price) for price in prices} == {float}
        assert ",".join(preset["price"]) == preset["locations"]


@pytest.mark.clause("9.1")
def test_where_a_preset_has_no_price_of_its_own_that_is_minus_one(emulator: Emulator) -> None:
    (vgpu,) = ask(emulator, "presets", servertype="vgpu")["presets"]
    assert vgpu["price"]["FI"] == {"EUR": -1.0, "USD": -1.0, "RUR": -1.0}
    assert (vgpu["monthly_com"], vgpu["monthly_usd"], vgpu["monthly_ru"]) == (139.0, 152.9, 13900.0)


@pytest.mark.clause("9.1")
@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"location": "NL"}, [108, 109, 281, 282, 283, 310, 320]),
        ({"location": "US"}, [109, 281, 282, 283]),
        ({"location": "us"}, []),
        ({"tag": "bm"}, [310]),
        ({"tag": "bm", "location": "US"}, []),
        ({"servertype": "VDS with GPU"}, [320]),
        ({"servertype": "bm"}, [310]),
        ({"filter": "NVME", "location": "DE"}, [281, 282, 283]),
        ({"filter": "pico", "anything": "else"}, [108]),
    ],
)
def test_fields_narrow_the_list_of_presets(emulator: Emulator, fields: Json, found: list[int]) -> None:
    assert ids(ask(emulator, "presets", **fields)["presets"]) == found


@pytest.mark.clause("9.1")
def test_a_preset_says_the_location_that_it_was_asked_for_at(emulator: Emulator) -> None:
    assert ask(emulator, "presets", location="US")["presets"][0]["location"] == "US"
    assert ask(emulator, "presets", filter="nano")["presets"][0]["location"] == "NL"


@pytest.mark.clause("9.2")
def test_info_prices_the_presets_and_what_fits_them(emulator: Emulator) -> None:
    presets = {preset["id"]: preset for preset in ask(emulator, "presets", "info")["presets"]}
    assert presets[108]["price"] == {"NL": {"EUR": 4.0, "USD": 4.4}}
    assert presets[320]["price"]["FI"] == {"EUR": 139.0, "USD": 152.9}
    assert ids(presets[108]["OS"]) == [187, 237, 219, 180, 300]
    assert ids(presets[310]["OS"]) == [187, 237, 219, 300]
    assert ids(presets[310]["soft"]) == [20]
    assert {where: ids(plans) for where, plans in presets[320]["traffic_plans"].items()} == {
        "NL": [40, 41],
        "FI": [40, 41],
    }
    assert presets[310]["traffic_plans"]["NL"][1] == {
        "id": 41,
        "name": "1Gbps unmetered",
        "price": {"EUR": 100.0, "USD": 110.0},
    }


@pytest.mark.clause("9.2")
@pytest.mark.parametrize(
    ("currencies", "codes"), [("EUR", ["EUR"]), ("USD, RUR", ["USD", "RUR"]), ("RUB,RUB", ["RUB"])]
)
def test_info_has_the_currencies_that_are_asked_for(
    emulator: Emulator, currencies: str, codes: list[str]
) -> None:
    response = emulator.http.post("/presets.php?action=info", data={"currencies": currencies})
    assert list(response.json()["presets"][0]["price"]["NL"]) == codes


@pytest.mark.clause("9.2")
@pytest.mark.parametrize("currencies", ["", "GBP", "eur", "EUR,", ",", "EUR;USD", "x" * 5000, "\0"])
@pytest.mark.follows("A-06")
def test_other_currencies_are_refused_in_the_vendors_words(emulator: Emulator, currencies: str) -> None:
    answer = ask(emulator, "presets", "info", currencies=currencies)
    assert (answer["reason"], answer["message"]) == ("invalid_parameter", "Invalid currency format")


@pytest.mark.clause("9.2")
@pytest.mark.follows("A-06")
def test_a_preset_is_shown_by_its_id_or_its_name(emulator: Emulator) -> None:
    by_id = ask(emulator, "presets", "show", id=108)["preset"]
    assert by_id == ask(emulator, "presets")["presets"][0]
    assert ask(emulator, "presets", "show", name="vm.pico")["preset"] == by_id
    assert ask(emulator, "presets", "show", name="vm.pico", id="000108")["preset"] == by_id
    for fields in ({"id": 279}, {"id": 108, "name": "vm.nano"}):
        answer = ask(emulator, "presets", "show", **fields)
        assert (answer["reason"], answer["message"]) == (
            "not_in_catalogue",
            f"Invalid preset {fields['id']}",
        )


@pytest.mark.clause("9.2")
def test_groups_count_their_presets(emulator: Emulator) -> None:
    groups = ask(emulator, "presets", "groups")["groups"]
    assert [(group["id"], group["name"], group["count"]) for group in groups] == [
        (1, "VPS", 5),
        (2, "Bare metal", 1),
        (3, "vGPU", 1),
    ]


@pytest.mark.clause("9.2")
@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"name": "bm.v2-promo"}, [(70101, "NL"), (70102, "NL")]),
        ({"name": "bm.v2-promo", "scope": "free"}, [(70101, "NL"), (70102, "NL")]),
        ({"name": "bm.v2-promo", "scope": "all"}, [(70101, "NL"), (70102, "NL"), (70103, "NL")]),
        ({"name": "bm.v2-promo", "location": "DE"}, []),
        ({"name": "vgpu.v2-a4000"}, [(320, "NL"), (320, "FI")]),
        ({"name": "vgpu.v2-a4000", "location": "FI"}, [(320, "FI")]),
    ],
)
def test_search_finds_the_servers_of_a_preset(
    emulator: Emulator, fields: Json, found: list[tuple[int, str]]
) -> None:
    servers = ask(emulator, "presets", "search", **fields)["servers"]
    assert [(server["id"], server["location"]) for server in servers] == found


PUBLIC = [
    ("presets", "list"), ("presets", "info"), ("presets", "groups"), ("os", "list"), ("software", "list"),
    ("traffic_plans", "list"),
]  # fmt: skip


@pytest.mark.clause("9.1", "9.2", "9.3", "9.4")
@pytest.mark.parametrize(("module", "action"), PUBLIC)
@pytest.mark.follows("A-40", "A-06")
def test_no_token_is_needed_but_one_that_is_sent_must_be_valid(
    emulator: Emulator, module: str, action: str
) -> None:
    answer = ask(emulator, module, action)
    assert answer["result"] == "OK"
    assert ask(emulator, module, action, token="") == answer
    assert ask(emulator, module, action, **{"token[]": "x"}) == answer
    assert ask(emulator, module, action, token=TOKEN) == answer
    for token in ("wrong", "\0", "x" * 3000, "\u00e9"):
        refused = ask(emulator, module, action, token=token)
        assert (refused["reason"], refused["code"]) == ("invalid_token", -2)


@pytest.mark.clause("2.3")
def test_an_expired_token_is_refused_by_the_catalogue_too(emulator: Emulator) -> None:
    login = emulator.call("auth", "login", key="demo-api-key", ttl=60)["result"]["token"]
    assert ask(emulator, "presets", token=login)["result"] == "OK"
    emulator.advance(seconds=60)
    assert ask(emulator, "presets", token=login)["reason"] == "token_expired"


@pytest.mark.clause("9.1")
@pytest.mark.parametrize(("module", "action"), PUBLIC)
def test_a_get_with_a_query_does_as_well(emulator: Emulator, module: str, action: str) -> None:
    response = emulator.http.get(f"/{module}.php", params={"action": action})
    assert emulator.answer(response) == ask(emulator, module, action)


@pytest.mark.clause("9.6")
def test_a_token_gets_the_catalogue_of_its_account_and_nobody_else_does(emulator: Emulator) -> None:
    before = ask(emulator, "presets")
    emulator.control("PUT", "/state", {"catalogue": SMALL})
    mine = ask(emulator, "presets", token=TOKEN)["presets"]
    assert [(preset["id"], preset["price"]) for preset in mine] == [
        (7, {"XX": {"EUR": -1.0, "USD": -1.0, "RUR": -1.0}})
    ]
    assert ask(emulator, "presets") == before
    assert ids(ask(emulator, "os", token=TOKEN, instance_id=7)["os_list"]) == [3]
    assert ask(emulator, "software", token=TOKEN)["reason"] == "not_in_catalogue"
    with httpx.Client(base_url=emulator.url) as http:
        other = http.post("/_emulator/accounts", content='{"name":"neighbour"}').json()
        assert ask(emulator, "presets", token=other["token"]) == before
        http.delete("/_emulator/accounts/neighbour")


def holds(shown: Any, plain: Any) -> bool:
    """Tell whether a scrambled value has all that the plain one has, with the same types. Lists may be reordered."""
    if isinstance(plain, dict):
        return all(holds(shown[name], value) for name, value in plain.items())
    if isinstance(plain, list):
        return len(shown) == len(plain) and all(any(holds(item, each) for item in shown) for each in plain)
    return type(shown) is type(plain) and bool(shown == plain)


@pytest.mark.clause("9.1", "9.2")
@pytest.mark.parametrize(("module", "action"), [*PUBLIC, ("stocks", "list")])
@pytest.mark.follows("A-40")
def test_profile_hostile_leaves_numbers_and_maps_as_clients_decode_them(
    emulator: Emulator, module: str, action: str
) -> None:
    plain = ask(emulator, module, action, token=TOKEN)
    emulator.control("PUT", "/profile", {"profile": "hostile"})
    shown = [ask(emulator, module, action, token=TOKEN) for _ in range(20)]
    answers = [answer for answer in shown if answer.get("result") == "OK"]
    assert answers
    for answer in answers:
        assert holds(answer, plain)
        for preset in answer.get("presets", []):
            assert set(preset["price"]) == set(preset["locations"].split(","))

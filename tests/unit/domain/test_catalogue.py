"""The catalogue: the default one, what fits what, prices, and the words for what is wrong in one."""

import re
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from invapi_emulator.domain.catalogue import (
    Catalogue,
    fits,
    numbered,
    preset_named,
    price_at,
    price_in_eur,
)
from invapi_emulator.domain.catalogue_mistakes import MOST_ADDITIONS, first_mistake
from invapi_emulator.domain.default_catalogue import default_catalogue, read_catalogue


def written() -> dict[str, Any]:
    """Return the default catalogue as a world has it."""
    catalogue: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(default_catalogue()))
    return catalogue


def changed(part: str, number: int, **fields: Any) -> Catalogue:
    """Return the default catalogue with changed fields of one of its things."""
    catalogue = written()
    catalogue[part][number] |= fields
    return msgspec.convert(catalogue, Catalogue)


@pytest.mark.clause("9.6")
def test_the_default_catalogue_has_what_clients_examples_name() -> None:
    catalogue = default_catalogue()
    pico = numbered(catalogue.presets, 108)
    assert pico is not None
    assert (pico.name, list(pico.prices), pico.virtual) == ("vm.pico", ["NL"], True)
    others = [preset for preset in catalogue.presets if preset.name.startswith("vm.") and preset is not pico]
    assert len(others) == 4
    assert {location for preset in others for location in preset.prices} == {"NL", "DE", "FI", "US"}
    promo = preset_named(catalogue, "bm.v2-promo")
    assert promo is not None
    assert (list(promo.prices), promo.virtual, promo.hdd[:2]) == (["NL"], False, "1x")
    assert len([preset for preset in catalogue.presets if preset.name.startswith("vgpu.")]) == 1
    assert {os.id: os.name for os in catalogue.os} == {
        187: "Ubuntu 22.04",
        237: "Ubuntu 24.04",
        219: "Debian 12",
        180: "Debian 11",
        300: "Debian 13",
    }
    assert (catalogue.software[0].id, catalogue.software[0].name) == (20, "WordPress")
    assert len(catalogue.software) == 3
    plans = {plan.name: plan for plan in catalogue.traffic_plans}
    main = plans["3 TB / 1 Gbps VM"]
    assert (main.id, main.main, main.prices.EUR) == (25, True, Decimal())
    unmetered = plans["1Gbps unmetered"]
    assert unmetered.prices.of(unmetered.currency) == Decimal(10000)
    assert [server.preset for server in catalogue.stock if server.free] == [promo.id] * 2


def test_a_catalogue_reads_back_as_it_was_written() -> None:
    catalogue = default_catalogue()
    assert msgspec.convert(written(), Catalogue) == catalogue
    assert written()["presets"][0]["monthly"] == {"EUR": "4.00", "USD": "4.40", "RUB": "400.00"}


@pytest.mark.parametrize(
    ("part", "number", "preset", "location", "does"),
    [
        ("os", 187, "vm.pico", "NL", True),
        ("os", 187, "vm.pico", "DE", False),
        ("os", 180, "bm.v2-promo", "NL", False),
        ("software", 20, "bm.v2-promo", "NL", True),
        ("software", 26, "bm.v2-promo", "NL", False),
        ("traffic_plans", 25, "vm.nano", "US", True),
        ("traffic_plans", 41, "vm.nano", "NL", False),
        ("traffic_plans", 41, "vgpu.v2-a4000", "FI", True),
    ],
)
def test_an_option_fits_a_preset_at_its_locations(
    part: str, number: int, preset: str, location: str, *, does: bool
) -> None:
    catalogue = default_catalogue()
    addition, of = numbered(getattr(catalogue, part), number), preset_named(catalogue, preset)
    assert addition is not None
    assert of is not None
    assert fits(addition, of, location) is does


def test_an_option_of_another_location_does_not_fit() -> None:
    catalogue = changed("os", 0, locations=["DE"])
    nano = catalogue.presets[1]
    assert fits(catalogue.os[0], nano, "DE")
    assert not fits(catalogue.os[0], nano, "NL")


def test_a_preset_has_a_price_where_it_is_sold() -> None:
    catalogue = default_catalogue()
    assert price_in_eur(catalogue, "vm.pico", "NL") == Decimal("4.00")
    assert price_in_eur(catalogue, "vm.nano", "US") == Decimal("7.00")
    assert price_in_eur(catalogue, "vm.pico", "DE") is None
    assert price_in_eur(catalogue, "vm.nothing", "NL") is None


def test_a_preset_without_a_price_at_a_location_has_its_monthly_one() -> None:
    vgpu = default_catalogue().presets[-1]
    assert vgpu.prices["FI"] is None
    assert price_at(vgpu, "FI", "RUB") == vgpu.monthly.RUB == Decimal("13900.00")


FREE = {"EUR": "0.00", "USD": "0.00", "RUB": "0.00"}


@pytest.mark.parametrize(
    ("part", "number", "fields", "place", "accepted"),
    [
        ("groups", 1, {"id": 1}, "groups.1.id", "another one of groups has this id"),
        ("presets", 2, {"name": "vm.pico"}, "presets.2.name", "another one of presets has this name"),
        ("presets", 0, {"group": 9}, "presets.0.group", "expected the id of one of groups"),
        ("presets", 0, {"prices": {}}, "presets.0.prices", "expected at least one location"),
        ("presets", 1, {"os": [187, 5]}, "presets.1.os.1", "expected the id of one of os"),
        ("presets", 1, {"software": [5]}, "presets.1.software.0", "expected the id of one of software"),
        (
            "presets",
            1,
            {"traffic_plans": [25, 7]},
            "presets.1.traffic_plans.1",
            "expected the id of one of traffic_plans",
        ),
        (
            "traffic_plans",
            0,
            {"locations": []},
            "traffic_plans.0.locations",
            "expected at least one location",
        ),
        (
            "stock",
            0,
            {"preset": 108},
            "stock.0.preset",
            "expected the id of one of presets with virtual false",
        ),
        ("stock", 0, {"location": "DE"}, "stock.0.location", "expected a location of its preset: NL"),
        (
            "os",
            0,
            {"prices": FREE | {"USD": "1.001"}},
            "os.0.prices.USD",
            "expected 0 to 99999999.99, with at most two places",
        ),
        (
            "presets",
            0,
            {"prices": {"NL": FREE | {"EUR": "-1"}}},
            "presets.0.prices.NL.EUR",
            "expected 0 to 99999999.99, with at most two places",
        ),
        (
            "presets",
            0,
            {"monthly": FREE | {"EUR": "NaN"}},
            "presets.0.monthly.EUR",
            "expected 0 to 99999999.99, with at most two places",
        ),
    ],
)
def test_a_contradiction_is_named_with_its_place(
    part: str, number: int, fields: dict[str, Any], place: str, accepted: str
) -> None:
    mistake = first_mistake(changed(part, number, **fields))
    assert mistake is not None
    assert (mistake.place, mistake.accepted) == (place, accepted)


def test_too_many_additions_are_refused() -> None:
    many = changed("presets", 0, os=[187] * MOST_ADDITIONS)
    mistake = first_mistake(many)
    assert mistake is not None
    assert mistake.place == "presets"
    assert first_mistake(default_catalogue()) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("groups: [", "not valid YAML: while parsing a flow node"),
        ("[]", "Expected `object`, got `array`"),
        ("groups: []", "Object missing required field `presets`"),
        ("groups: [{id: x, name: a}]", "groups.0.id: Expected `int`, got `str`"),
        ("groups: [{id: 1, name: a, x: 1}]", "groups.0: Object contains unknown field `x`"),
        (
            "{groups: [{id: 1, name: a}, {id: 1, name: b}], presets: [], os: [], traffic_plans: []}",
            "groups.1.id: 1: another one of groups has this id",
        ),
    ],
)
def test_a_broken_file_is_refused_in_one_line_with_the_place(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}") as refused:
        read_catalogue(text)
    assert "\n" not in str(refused.value)

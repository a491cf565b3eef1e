"""9: the catalogue. It is read without a token, as clients do before they have one."""

from typing import Any

from invapi_conformance.answers import Answer, Row
from invapi_conformance.patterns import LIST, NUMBER, STRING, TEXT, Like, MapOf, one_of, says
from invapi_conformance.probe import NO_SUCH_NUMBER, NO_SUCH_PRESET, Probe
from invapi_conformance.table import CannotTell, Finding, answered, check, compared, first_difference, refused

PRICES = MapOf(NUMBER)
"""Prices by currency."""

PRICED = {"id": NUMBER, "name": TEXT, "price": PRICES}
TAG = {"tag": TEXT, "value": STRING, "extra": STRING}


def public(probe: Probe, module: str, action: str, **fields: str | int) -> Answer:
    """Read the catalogue without a token."""
    return probe.read(module, action, token="", **fields)


def objects_in(answer: Answer, name: str) -> list[Row]:
    """Return the objects of a list of an answer. Raises CannotTell if there are none."""
    rows = answer.field(name)
    found = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    if not found:
        raise CannotTell(f"the answer has nothing in {name}")
    return found


def a_preset(probe: Probe) -> Row:
    return objects_in(public(probe, "presets", "list"), "presets")[0]


def _places(preset: Row) -> list[str]:
    return str(preset.get("locations")).split(",")


@check("9.1", "seen", "presets/list answers the presets, without a token")
def presets_are_listed(probe: Probe) -> Finding:
    wanted = {"result": "OK", "action": "list", "presets": LIST}
    return answered(public(probe, "presets", "list"), wanted, "something else")


@check("9.1", "seen", "a preset has its numbers as numbers")
def a_preset_has_its_numbers(probe: Probe) -> Finding:
    names = ("id", "virtual", "active", "cpu", "monthly_com", "monthly_usd", "monthly_ru")
    return answered(
        public(probe, "presets", "list"),
        {"presets": [dict.fromkeys(names, NUMBER)]},
        "clients decode them as numbers",
    )


@check("9.1", "seen", "a preset has its name, locations, description, type and hardware")
def a_preset_has_its_words(probe: Probe) -> Finding:
    words = dict.fromkeys(("name", "locations", "location", "description", "server_type", "hdd"), TEXT)
    wanted = words | dict.fromkeys(("gpu", "cpu_name", "disk_type"), STRING) | {"tags": [TAG]}
    return answered(public(probe, "presets", "list"), {"presets": [wanted]}, "something is missing")


@check("9.1", "seen", "a preset has its prices by location and currency")
def a_preset_has_its_prices(probe: Probe) -> Finding:
    wanted = {"presets": [{"price": MapOf(PRICES)}]}
    return answered(public(probe, "presets", "list"), wanted, "another shape")


@check("9.1", "seen", "presets/list can be narrowed to a location")
def presets_are_narrowed_by_location(probe: Probe) -> Finding:
    place = _places(a_preset(probe))[0]
    rows = objects_in(public(probe, "presets", "list", location=place), "presets")
    elsewhere = sum(place not in _places(row) for row in rows)
    return compared(
        {"presets of other locations": elsewhere}, {"presets of other locations": 0}, "not narrowed"
    )


@check("9.2", "documented", "presets/info prices what a preset can have")
def info_prices_what_fits(probe: Probe) -> Finding:
    wanted = {"price": MapOf(PRICES), "OS": [PRICED], "soft": [PRICED], "traffic_plans": MapOf([PRICED])}
    return answered(
        public(probe, "presets", "info", currencies="EUR"), {"presets": [wanted]}, "another shape"
    )


@check("9.2", "documented", "presets/info answers the currencies that are asked for")
def info_answers_the_currencies(probe: Probe) -> Finding:
    rows = objects_in(public(probe, "presets", "info", currencies="EUR"), "presets")
    currencies = {code for row in rows for price in dict(row["price"]).values() for code in price}
    return compared({"currencies": ",".join(sorted(currencies))}, {"currencies": "EUR"}, "other currencies")


@check("9.2", "documented", "an unknown currency is refused, Invalid currency format")
def an_unknown_currency_is_refused(probe: Probe) -> Finding:
    answer = probe.call("presets", "info", token="", currencies="conformance")
    return refused(
        answer, "it was accepted, or refused in other words", message=says("invalid currency format")
    )


@check("9.2", "assumed", "presets/show answers a preset, by id and by name")
def show_answers_a_preset(probe: Probe) -> Finding:
    preset = a_preset(probe)
    wanted = {"preset": {"id": preset["id"], "name": preset["name"]}}
    return first_difference(
        *(
            answered(public(probe, "presets", "show", **{name: preset[name]}), wanted, "another preset")
            for name in ("id", "name")
        )
    )


@check("9.2", "assumed", "an unknown preset is refused, Invalid preset")
def an_unknown_preset_is_refused(probe: Probe) -> Finding:
    answer = probe.call("presets", "show", token="", name=NO_SUCH_PRESET)
    return refused(answer, "it was accepted, or refused in other words", message=says("invalid preset"))


@check("9.2", "documented", "presets/groups answers the groups")
def groups_are_listed(probe: Probe) -> Finding:
    wanted = {"groups": [{"id": NUMBER, "name": TEXT, "count": NUMBER, "description": STRING}]}
    return answered(public(probe, "presets", "groups"), wanted, "another shape")


@check("9.2", "seen", "presets/search answers where a preset can be had")
def search_answers_servers(probe: Probe) -> Finding:
    answer = public(probe, "presets", "search", name=str(a_preset(probe)["name"]))
    return answered(answer, {"servers": [{"id": NUMBER, "location": TEXT}]}, "another shape")


def _listed(probe: Probe, module: str) -> Answer:
    """Return what fits the first preset at its first location."""
    preset = a_preset(probe)
    return public(probe, module, "list", instance_id=preset["id"], location=_places(preset)[0])


@check("9.3", "documented", "os/list answers the operating systems that fit a preset")
def os_list_answers_systems(probe: Probe) -> Finding:
    numbers = dict.fromkeys(
        ("id", "active", "price_EUR", "price_RUB", "cores", "ram", "hdd", "bm", "vds", "gpu"), NUMBER
    )
    row = numbers | {"name": TEXT, "tags": LIST, "location": STRING, "billing_plan": TEXT}
    return answered(_listed(probe, "os"), {"os_list": [row], "os_excluded": LIST}, "another shape")


@check("9.3", "documented", "os/list says that there is none, no OS found")
def os_list_says_that_there_is_none(probe: Probe) -> Finding:
    answer = probe.call("os", "list", token="", instance_id=NO_SUCH_NUMBER)
    return refused(answer, "other words, or not refused", message=says("os/list: no OS found"))


@check("9.3", "documented", "software/list answers the software that fits a preset")
def software_list_answers_software(probe: Probe) -> Finding:
    row = {"id": NUMBER, "name": TEXT, "active": NUMBER, "price": NUMBER, "tags": LIST}
    return answered(_listed(probe, "software"), {"software": [row], "debug": LIST}, "another shape")


@check("9.3", "documented", "software/list says that there is none, no software found")
def software_list_says_that_there_is_none(probe: Probe) -> Finding:
    answer = probe.call("software", "list", token="", instance_id=NO_SUCH_NUMBER)
    return refused(answer, "other words, or not refused", message=says("soft/list: no software found"))


_RATES: dict[str, Any] = dict.fromkeys(("limit_in", "limit_out", "rate_in", "rate_out", "bandwidth"), NUMBER)


@check("9.4", "documented", "traffic_plans/list answers the plans that fit a preset")
def plans_are_listed(probe: Probe) -> Finding:
    prices = dict.fromkeys(("EUR", "USD", "RUB"), NUMBER)
    row = {"name": TEXT, "location": STRING, "locations": STRING, "billing_plan": prices} | _RATES
    return answered(_listed(probe, "traffic_plans"), {"traffic_plans": [row]}, "another shape")


@check("9.4", "documented", "ids, flags and prices of traffic plans are numbers, currency_id is 0 or 1")
def plans_have_numbers(probe: Probe) -> Finding:
    numbers = dict.fromkeys(("id", "active", "main_plan", "price"), NUMBER)
    wanted = {"traffic_plans": [numbers | {"currency_id": one_of(0, 1)}]}
    return answered(_listed(probe, "traffic_plans"), wanted, "clients decode them as numbers")


@check("9.4", "assumed", "traffic_plans/list is answered to a customer's token too")
def plans_are_listed_with_a_token(probe: Probe) -> Finding:
    answer = probe.call("traffic_plans", "list", instance_id=a_preset(probe)["id"])
    return answered(answer, {"traffic_plans": LIST}, "it is refused, or something else")


_STOCK = {
    "id": NUMBER, "name": TEXT, "location": TEXT, "group": STRING, "status": "available", "price": PRICES,
    "specs": {"cpu": Like("anything", lambda _: True), "ram": NUMBER, "disk": NUMBER}, "created_at": TEXT,
    "server_group": STRING, "tags": LIST, "billing_plan": MapOf(MapOf(NUMBER)),
}  # fmt: skip


@check("9.5", "documented", "stocks/list answers the dedicated servers that are free")
def stock_is_listed(probe: Probe) -> Finding:
    return answered(probe.read("stocks", "list"), {"servers": [_STOCK]}, "another shape")


@check("9.5", "documented", "stocks/show answers one of them")
def stock_is_shown(probe: Probe) -> Finding:
    listed = objects_in(probe.read("stocks", "list"), "servers")[0]
    shown = probe.read("stocks", "show", id=listed["id"])
    return answered(shown, {"server_data": _STOCK | {"id": listed["id"]}}, "another server, or another shape")


@check("9.5", "documented", "stocks/list needs a token")
def stock_needs_a_token(probe: Probe) -> Finding:
    answer = probe.call("stocks", "list", token="")
    seen = {"refused": answer.refuses_the_token}
    return compared(seen, {"refused": True}, "it is answered without a token")

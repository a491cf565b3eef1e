"""Mutations of the catalogue and of lists of servers."""

from typing import Any

from tests.support.kit_runs import EVERYTHING
from tests.unit.conformance.mutated_servers.mutated_server import Asked, Given
from tests.unit.conformance.mutated_servers.mutations import changed, is_failure, mutation, reworded, taken

changed(
    "presets are listed as items",
    "presets/list",
    "presets-are-listed",
    lambda body: body.update(items=body.pop("presets")),
)
changed(
    "ids of presets are texts",
    "presets/list",
    "a-preset-has-its-numbers",
    lambda body: body["presets"][-1].update(id="108"),
)
changed(
    "a preset has no disk",
    "presets/list",
    "a-preset-has-its-words",
    lambda body: body["presets"][-1].pop("hdd"),
)
changed(
    "a preset has one price",
    "presets/list",
    "a-preset-has-its-prices",
    lambda body: body["presets"][-1].update(price=4.0),
)
changed(
    "info has no systems", "presets/info", "info-prices-what-fits", lambda body: body["presets"][-1].pop("OS")
)
changed(
    "show of presets answers another",
    "presets/show",
    "show-answers-a-preset",
    lambda body: body["preset"].update(id=1),
)
changed(
    "groups have no count", "presets/groups", "groups-are-listed", lambda body: body["groups"][0].pop("count")
)
changed(
    "search answers ids alone",
    "presets/search",
    "search-answers-servers",
    lambda body: body.update(servers=[row["id"] for row in body["servers"]]),
)
changed(
    "prices of systems are texts",
    "os/list",
    "os-list-answers-systems",
    lambda body: body["os_list"][-1].update(price_EUR="0.00"),
)
changed(
    "software has no debug", "software/list", "software-list-answers-software", lambda body: body.pop("debug")
)
changed(
    "a plan has no prices by currency",
    "traffic_plans/list",
    "plans-are-listed",
    lambda body: body["traffic_plans"][-1].pop("billing_plan"),
)
changed(
    "the currency of a plan is its code",
    "traffic_plans/list",
    "plans-have-numbers",
    lambda body: body["traffic_plans"][-1].update(currency_id="EUR"),
)
changed(
    "stock is sold", "stocks/list", "stock-is-listed", lambda body: body["servers"][-1].update(status="sold")
)
changed(
    "show of stock answers another",
    "stocks/show",
    "stock-is-shown",
    lambda body: body["server_data"].update(id=1),
)
reworded("an unknown currency is refused in other words", "presets/info", "an-unknown-currency-is-refused")
reworded("an unknown preset is refused in other words", "presets/show", "an-unknown-preset-is-refused")
taken("no system is an empty list", "os/list", "os-list-says-that-there-is-none")
taken("no software is an empty list", "software/list", "software-list-says-that-there-is-none")
taken("stock is shown to all", "stocks/list", "stock-needs-a-token")
changed(
    "a full list has ids",
    "eq/list",
    "a-full-list-has-objects",
    lambda body: body.update(servers=[_id(row) for row in body["servers"]]),
)
changed(
    "show does not tell the service",
    "eq/show",
    "show-tells-what-clients-read",
    lambda body: body.pop("account_id"),
)
changed(
    "groups of a server are a text",
    "eq/groups",
    "groups-are-answered",
    lambda body: body.update(groups="VPS"),
)
changed(
    "orders without a server are numbers",
    "eq/update_servers",
    "update-servers-tells-orders",
    lambda body: body.update(billing_servers=[1]),
    EVERYTHING,
)
changed("the status follows the power", "eq/show", "status-does-not-follow-power",
        lambda body: body["server_data"].update(status="off"), EVERYTHING)  # fmt: skip


def _id(row: Any) -> Any:
    return row["id"] if isinstance(row, dict) else row


@mutation("presets-are-narrowed-by-location")
def a_list_of_presets_ignores_the_location(asked: Asked, given: Given) -> None:
    if asked.module == "presets" and "location" in asked.fields:
        given.body["presets"][0]["locations"] = "US"


@mutation("info-answers-the-currencies")
def info_answers_all_currencies(asked: Asked, given: Given) -> None:
    if (asked.module, asked.action) == ("presets", "info") and not is_failure(given):
        given.body["presets"][0]["price"]["NL"]["USD"] = 4.4


@mutation("plans-are-listed-with-a-token")
def plans_are_for_guests_only(asked: Asked, given: Given) -> None:
    if asked.module == "traffic_plans" and "token" in asked.fields:
        given.body = {"result": -1, "code": -1, "message": "invalid request", "error": "invalid request"}


_ALL: list[Any] = []


@mutation("a-list-is-narrowed")
def filters_are_not_read(asked: Asked, given: Given) -> None:
    if asked.action == "list" and asked.fields.get("full") == "1" and asked.module == "eq":
        _ALL[:] = _ALL if asked.fields.keys() & {"location", "status", "ip"} else given.body["servers"]
        given.body["servers"] = list(_ALL)


@mutation("a-filter-may-leave-nothing")
def a_filter_that_leaves_nothing_is_refused(asked: Asked, given: Given) -> None:
    if (
        asked.module == "eq"
        and asked.fields.get("location") == "conformance-nowhere"
        and asked.action == "list"
    ):
        given.body = {"result": -1, "code": -1, "message": "no servers", "error": "no servers"}

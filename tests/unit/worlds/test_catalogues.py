"""The catalogue of a world: imported, exported, reset, and refused whole for the first mistake in it."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from invapi_emulator.domain import default_catalogue as module
from invapi_emulator.domain.default_catalogue import default_catalogue
from invapi_emulator.errors import CannotStart
from invapi_emulator.worlds.catalogue_schema import built_catalogue
from invapi_emulator.worlds.schema import World
from tests.support.catalogues import SMALL, exported
from tests.support.fake_clock import FakeClock
from tests.support.harness import MORE, TOKEN, Emulator, Json, running
from tests.support.worlds_in_use import places

FILE = Path(module.__file__).with_name("default_catalogue.yaml")


def test_the_default_catalogue_is_one_that_a_world_may_have() -> None:
    text = FILE.read_text(encoding="utf-8")
    world = World.model_validate({"catalogue": yaml.safe_load(text)})
    assert built_catalogue(world.catalogue) == default_catalogue()


def test_an_account_without_one_exports_none_and_its_own_comes_back_as_it_was(emulator: Emulator) -> None:
    before = emulator.control("GET", "/state")
    assert "catalogue" not in before
    emulator.control("PUT", "/state", {"catalogue": SMALL})
    after = emulator.control("GET", "/state")
    assert after["catalogue"] == exported(SMALL)
    emulator.control("PUT", "/state", before)
    assert "catalogue" not in emulator.control("GET", "/state")
    emulator.control("PUT", "/state", after)
    assert emulator.control("GET", "/state") == after


def test_the_whole_default_catalogue_is_exported_as_it_was_imported(emulator: Emulator) -> None:
    catalogue: Json = msgspec.json.decode(msgspec.json.encode(default_catalogue()))
    emulator.control("PUT", "/state", {"catalogue": catalogue})
    assert emulator.control("GET", "/state")["catalogue"] == catalogue


def test_a_reset_returns_to_the_servers_catalogue(emulator: Emulator) -> None:
    emulator.control("PUT", "/state", {"catalogue": SMALL})
    emulator.reset(scenario="demo")
    assert "catalogue" not in emulator.control("GET", "/state")


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    file = tmp_path / "mine.yaml"
    file.write_text(yaml.safe_dump({"catalogue": SMALL, "vms": []}), encoding="utf-8")
    return file


def test_accounts_of_a_scenario_have_its_catalogue_and_keep_it_over_a_restart(
    scenario: Path, lasting: str, time: FakeClock
) -> None:
    for chosen in ({"scenario": str(scenario)}, {}):
        with running(time, db=lasting, **chosen) as server, httpx.Client(base_url=server.url) as http:
            assert Emulator(server, http).control("GET", "/state")["catalogue"] == exported(SMALL)


def test_a_scenario_with_a_wrong_catalogue_ends_the_start(scenario: Path) -> None:
    wrong = deepcopy(SMALL)
    wrong["presets"][0]["os"] = [5]
    scenario.write_text(yaml.safe_dump({"catalogue": wrong}), encoding="utf-8")
    with pytest.raises(CannotStart) as refused, running(scenario=str(scenario)):
        pass
    place = "catalogue.presets.0.os.0: 5: expected the id of one of os"
    assert str(refused.value) == f"--scenario: '{scenario}': {place}"


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        ("presets", None, "catalogue.presets: None: expected a list"),
        ("presets.0.os", [5], "catalogue.presets.0.os.0: 5: expected the id of one of os"),
        ("presets.0.group", 2, "catalogue.presets.0.group: 2: expected the id of one of groups"),
        ("presets.0.cpu", "two", "catalogue.presets.0.cpu: 'two': Input should be a valid integer"),
        ("presets.0.virtual", 1, "catalogue.presets.0.virtual: 1: Input should be a valid boolean"),
        ("presets.0.name", "", "catalogue.presets.0.name: '': expected 1 to 200 characters without"),
        ("presets.0.description", "x" * 1001, "catalogue.presets.0.description: 'xxx"),
        ("presets.0.monthly.EUR", 4, "catalogue.presets.0.monthly.EUR: 4: Input should be a valid string"),
        (
            "presets.0.monthly.EUR",
            "4.001",
            "catalogue.presets.0.monthly.EUR: '4.001': expected a price with two places",
        ),
        (
            "presets.0.prices",
            {"N L": None},
            "catalogue.presets.0.prices.N L.[key]: 'N L': expected 1 to 16 characters: ",
        ),
        ("presets.0.prices", {}, "catalogue.presets.0.prices: {}: expected at least one location"),
        ("presets.0.extra", 1, "catalogue.presets.0.extra: unknown field"),
        ("os.0.id", 0, "catalogue.os.0.id: 0: Input should be greater than or equal to 1"),
        ("os.0.id", 2**31, "catalogue.os.0.id: 2147483648: Input should be less than"),
        ("traffic_plans.0.locations", [], "catalogue.traffic_plans.0.locations: []: expected at least one"),
        (
            "traffic_plans.0.currency",
            "GBP",
            "catalogue.traffic_plans.0.currency: 'GBP': Input should be 'EUR'",
        ),
        ("stock", "x", "catalogue.stock: 'x': expected a list"),
        ("more", {}, "catalogue.more: unknown field"),
    ],
)
def test_a_mistake_is_named_and_changes_nothing(
    emulator: Emulator, place: str, value: Any, said: str
) -> None:
    wrong = deepcopy(SMALL)
    *path, last = place.split(".")
    part: Any = wrong
    for step in path:
        part = part[int(step) if isinstance(part, list) else step]
    part[last] = value
    before = emulator.control("GET", "/state")
    answer = emulator.control("PUT", "/state", {"catalogue": wrong}, status=422)
    assert answer["error"]["message"].startswith(said)
    assert emulator.control("GET", "/state") == before


@pytest.mark.parametrize("catalogue", [[], "x", 1, {}, {"groups": []}])
def test_a_catalogue_of_another_shape_is_refused(emulator: Emulator, catalogue: Any) -> None:
    answer = emulator.control("PUT", "/state", {"catalogue": catalogue}, status=422)
    assert answer["error"]["field"].startswith("catalogue")


def test_a_list_of_too_many_is_refused(emulator: Emulator) -> None:
    many = SMALL | {"groups": [{"id": number, "name": "x"} for number in range(1, 60)]}
    answer = emulator.control("PUT", "/state", {"catalogue": many}, status=422)
    assert answer["error"]["field"] == "catalogue.groups"


odd = st.sampled_from(
    [None, True, -1, 0, 1, 2**31, 2**63, 1e400, "", "x", "\x00", "\ud800", "NL", "4.00", "-1.00", "1e5", "NaN", [], {},
     [None], [7], [3], {"a": 1}, {"XX": None}]
)  # fmt: skip
ASKED: tuple[tuple[str, str, Json], ...] = (
    ("presets", "list", {}), ("presets", "info", {"currencies": "EUR,USD,RUB,RUR"}), ("presets", "groups", {}),
    ("presets", "show", {"id": 108}), ("presets", "search", {"name": "bm.v2-promo", "scope": "all"}), ("os", "list", {}),
    ("os", "list", {"instance_id": 310, "location": "NL"}), ("software", "list", {"id": 70101}), ("traffic_plans", "list", {}),
    ("stocks", "list", {}), ("stocks", "show", {"id": 70101}),
)  # fmt: skip


@pytest.mark.no_cover
@settings(max_examples=40 * MORE, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_catalogue_causes_a_server_error_now_or_later(emulator: Emulator, data: st.DataObject) -> None:
    """Damage the default catalogue in some places: it is refused, or answers and comes back as it was."""
    catalogue: Json = msgspec.json.decode(msgspec.json.encode(default_catalogue()))
    for _ in range(data.draw(st.integers(1, 3))):
        *way, last = data.draw(st.sampled_from(places(catalogue)[1:]))
        part: Any = catalogue
        for key in way:
            part = part[key]
        if data.draw(st.booleans()):
            part[last] = deepcopy(data.draw(odd))
        else:
            del part[last]
    response = emulator.http.put(
        "/_emulator/accounts/demo/state", content=json.dumps({"catalogue": catalogue})
    )
    assert response.status_code in {200, 422}, response.text
    if response.status_code == 200:
        for module, action, fields in ASKED:
            answer = emulator.http.post(f"/{module}.php", data={"action": action, "token": TOKEN, **fields})
            assert answer.status_code == 200, answer.text
            assert answer.headers.get("x-emulator-reason", "not_in_catalogue") == "not_in_catalogue"
        assert emulator.http.get("/_emulator/ui/accounts/demo/catalogue").status_code == 200
        before = emulator.control("GET", "/state")
        emulator.control("PUT", "/state", before)
        assert emulator.control("GET", "/state") == before

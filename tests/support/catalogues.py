"""A small catalogue of an account's own, and calls that need no token."""

from typing import Any

from invapi_emulator.worlds.schema import World
from tests.support.harness import Emulator, Json

FREE = {"EUR": "0.00", "USD": "0.00", "RUB": "0.00"}
SMALL: Json = {
    "groups": [{"id": 1, "name": "mine"}],
    "presets": [
        {
            "id": 7, "name": "vm.mine", "group": 1, "server_type": "VPS", "virtual": True, "cpu": 1, "ram": 1, "hdd": "1x10",
            "monthly": FREE | {"EUR": "1.10"}, "prices": {"XX": None}, "os": [3], "traffic_plans": [4],
        }
    ],
    "os": [{"id": 3, "name": "Plan 9", "prices": FREE}],
    "traffic_plans": [{"id": 4, "name": "slow", "prices": FREE, "locations": ["XX"]}],
}  # fmt: skip


def exported(catalogue: Json) -> Json:
    """Return a catalogue as an export has it: with all that was left out."""
    spec = World.model_validate({"catalogue": catalogue}).catalogue
    assert spec is not None
    return spec.model_dump(mode="json")


def ask(emulator: Emulator, module: str, action: str = "list", **fields: Any) -> Json:
    """Call without a token, unless one is given."""
    return emulator.answer(emulator.http.post(f"/{module}.php", data={"action": action, **fields}))


def ids(rows: list[Json]) -> list[int]:
    return [row["id"] for row in rows]

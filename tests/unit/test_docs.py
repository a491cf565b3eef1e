"""Docs that fail the build: every action, setting, route and library stands where a reader looks for it."""

import re
import tomllib
from itertools import chain
from pathlib import Path

from invapi_emulator.client_lint.findings import LINT_RULES
from invapi_emulator.domain.catalogue import price_at
from invapi_emulator.domain.default_catalogue import default_catalogue
from invapi_emulator.engine.action import ACTIONS, modules
from invapi_emulator.engine.faults.kinds import FAULTS
from invapi_emulator.engine.tasks.kinds import actions_with_tasks
from invapi_emulator.settings import Settings
from invapi_emulator.worlds.billing_schema import InvoiceItemSpec, InvoiceSpec, OrderSpec, PaymentSpec
from invapi_emulator.worlds.catalogue_schema import (
    CatalogueSpec,
    GroupSpec,
    OsSpec,
    PresetSpec,
    SoftwareSpec,
    StockSpec,
    TrafficPlanSpec,
)
from invapi_emulator.worlds.documents import parse
from invapi_emulator.worlds.named import scenario_names
from invapi_emulator.worlds.schema import (
    ApiKeySpec,
    CancellationSpec,
    CountersSpec,
    DiskSpec,
    MemorySpec,
    SnapshotSpec,
    SshKeySpec,
    TagSpec,
    VmSpec,
    World,
)
from invapi_emulator.worlds.task_schema import TaskSpec
from tests.support.harness import Emulator
from tests.support.offenders import assert_none

ROOT = Path(__file__).parents[2]


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_action_stands_in_the_page_of_clauses() -> None:
    clauses = page("docs/reference/wire.md").replace("action=check", "`check`")
    assert ACTIONS
    missing = [at for at in ACTIONS if f"/{at[0]}.php" not in clauses or f"`{at[1]}`" not in clauses]
    assert_none(missing)


def test_every_setting_has_its_line_with_its_default() -> None:
    rows = dict(
        re.findall(r"^\| `--([a-z-]+)` \| ([^|]+) \|", page("docs/reference/settings.md"), re.MULTILINE)
    )
    words: dict[object, str] = {"": "none", (): "none", None: "by chance"}
    expected = {
        name.replace("_", "-"): words.get(field.default, str(field.default).lower())
        for name, field in Settings.model_fields.items()
    }
    assert rows == expected | {"db": "in memory", "tls-port": "none"}


def test_every_route_of_the_control_api_has_its_heading_and_no_other(emulator: Emulator) -> None:
    paths = emulator.http.get("/openapi.json").json()["paths"]
    for module in modules():  # these stand in docs/reference/wire.md
        del paths[f"/{module}.php"]
    routes = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert set(re.findall(r"^## `(.+)`$", page("docs/reference/control-api.md"), re.MULTILINE)) == routes


def test_every_scenario_is_named() -> None:
    for name in scenario_names():
        assert f"| `{name}` |" in page("docs/reference/settings.md")


def test_every_kind_of_fault_has_its_heading_with_a_line_of_curl() -> None:
    curl = r"^## `{0}`\n[^#]*?\"kind\":\"{0}\""
    faults = page("docs/reference/faults.md")
    assert FAULTS
    missing = [kind for kind in FAULTS if not re.search(curl.format(kind), faults, re.MULTILINE | re.DOTALL)]
    assert_none(missing)


def test_every_lint_rule_has_its_heading_with_its_severity() -> None:
    headings = re.findall(r"^## `([a-z-]+)`\n\n(\w+)\.", page("docs/reference/lint-rules.md"), re.MULTILINE)
    assert sorted(headings) == sorted((lint_rule.id, lint_rule.severity) for lint_rule in LINT_RULES.values())


def test_every_lint_rule_links_to_its_heading() -> None:
    for lint_rule in LINT_RULES.values():
        file, _, anchor = lint_rule.docs.partition("#")
        assert f"\n## `{anchor}`\n" in page(file)
        assert anchor == lint_rule.id


def test_every_library_is_accounted_for() -> None:
    project = tomllib.loads(page("pyproject.toml"))["project"]
    libraries = [*project["dependencies"], *chain(*project["optional-dependencies"].values())]
    table = page("CONTRIBUTING.md")
    for library in libraries:
        if library.startswith(f"{project['name']}["):
            continue
        name = re.split(r"[\[<>=; ]", library)[0]
        assert re.search(rf"^\|[^|]*\b{re.escape(name)}\b[^|]*\|", table, re.MULTILINE), name


def test_the_example_of_a_world_can_be_imported_and_lived_in(emulator: Emulator) -> None:
    examples = re.findall(r"^```yaml\n(.*?)^```$", page("docs/reference/worlds.md"), re.MULTILINE | re.DOTALL)
    assert emulator.control("PUT", "/state", parse("".join(examples)))["vms"] == [501, 502]
    hanging = emulator.advance(until="idle")["hanging"]
    assert [task["key"] for task in emulator.tasks if task["vm"] == 502] == hanging
    assert emulator.listed(501) == ["golden", "nightly", "botched", "before-sale"]


def test_the_table_of_the_catalogue_is_true() -> None:
    rows = re.findall(
        r"^\| (\d+) \| `(\S+)` \| (\S+) \| ([A-Z, ]+) \|$", page("docs/reference/catalogue.md"), re.MULTILINE
    )
    assert rows == [
        (str(preset.id), preset.name, str(price_at(preset, "NL", "EUR")), ", ".join(preset.prices))
        for preset in default_catalogue().presets
    ]


def test_every_field_of_a_world_is_described() -> None:
    catalogue = (CatalogueSpec, GroupSpec, PresetSpec, OsSpec, SoftwareSpec, TrafficPlanSpec, StockSpec)
    parts = (World, VmSpec, SnapshotSpec, TaskSpec, DiskSpec, MemorySpec, CountersSpec, CancellationSpec)
    billing = (OrderSpec, InvoiceSpec, InvoiceItemSpec, PaymentSpec)
    for part in (*parts, TagSpec, SshKeySpec, ApiKeySpec, *billing, *catalogue):
        for field in part.model_fields:
            assert re.search(rf"[`\"]{field}[`\"]", page("docs/reference/worlds.md")), field


def test_every_action_that_starts_a_task_stands_in_the_page_of_worlds() -> None:
    (row,) = re.findall(r"^\| `action` \|.*$", page("docs/reference/worlds.md"), re.MULTILINE)
    assert set(re.findall(r"`(\w+)`", row)) == {"action", *actions_with_tasks()}


def test_links_between_pages_lead_somewhere() -> None:
    for file in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", file.read_text(encoding="utf-8")):
            assert (file.parent / target).exists(), f"{file.name}: {target}"


def test_the_demo_table_of_the_tour_is_true(emulator: Emulator) -> None:
    rows = re.findall(
        r"^\| (\d{5}) \| (\w+)(?: on (\w+), (\d+) GiB)?", page("docs/start/tour.md"), re.MULTILINE
    )
    assert len(rows) == 4
    for id_, kind, engine, size in rows:
        vm = emulator.vm(int(id_))
        assert vm["kind"] == kind
        assert not engine or (vm["engine"], vm["disk"]["size_gb"]) == (engine, int(size))


def test_the_readme_counts_the_kinds_of_fault() -> None:
    assert f"{len(FAULTS)} kinds" in page("README.md")


def test_the_readme_shows_pictures_that_exist() -> None:
    pictures = re.findall(r'(?:src|srcset)="([^"]+)"', page("README.md"))
    assert pictures
    assert_none(picture for picture in pictures if not (ROOT / picture).is_file())

"""The page for operators: its checklist, and the files and alerts that it names."""

import json
import re
from itertools import pairwise
from pathlib import Path

import yaml

from invapi_emulator import __version__
from invapi_emulator.storage.versions import HEAD
from tests.support.offenders import assert_none

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
PAGE = (ROOT / "docs" / "how-to" / "operations.md").read_text(encoding="utf-8")


def section(heading: str) -> str:
    (found,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_checklist_comes_first_and_has_eight_lines() -> None:
    assert PAGE.index("## Checklist") == PAGE.index("## ")
    assert re.findall(r"^(\d)\. ", section("Checklist"), re.MULTILINE) == list("12345678")


def test_every_file_of_the_kit_is_named_on_the_page() -> None:
    files = [file.relative_to(ROOT).as_posix() for file in DEPLOY.rglob("*") if file.is_file()]
    assert len(files) > 7
    assert_none(file for file in files if file not in PAGE)
    assert_none(name for name in re.findall(r"deploy/[\w./-]+\w", PAGE) if not (ROOT / name).exists())


def test_every_alert_has_its_row_and_the_numbers_are_right() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    alerts = [rule["alert"] for group in rules["groups"] for rule in group["rules"]]
    assert re.findall(r"^\| `(Emulator\w+)` \|", section("Watch it"), re.MULTILINE) == alerts
    panels = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text(encoding="utf-8"))["panels"]
    assert (len(alerts), len(panels)) == (6, 12)
    assert "six alerts" in PAGE
    assert "twelve panels" in PAGE


def test_the_table_of_upgrades_ends_with_this_version_and_its_schema() -> None:
    operating = (ROOT / "docs" / "how-to" / "operating.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\d{4}) to (\d{4}) \| ([\d.]+) \|$", operating, re.MULTILINE)
    assert (rows[-1][1], rows[-1][2]) == (HEAD, __version__)
    assert [int(after[0]) - int(row[1]) for row, after in pairwise(rows)] == [1]

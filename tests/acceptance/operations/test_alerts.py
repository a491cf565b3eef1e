"""The rules of deploy/prometheus, held by promtool."""

import subprocess
from pathlib import Path

import pytest

from tests.acceptance.operations.installed import program
from tests.support.processes import ROOT

pytestmark = pytest.mark.acceptance

FOLDER = ROOT / "deploy" / "prometheus"


def told(*words: str | Path) -> tuple[int, str]:
    ended = subprocess.run(
        [program("promtool", "prometheus"), *words], capture_output=True, text=True, check=False, timeout=60
    )
    return ended.returncode, ended.stdout + ended.stderr


def test_promtool_accepts_the_rules() -> None:
    status, said = told("check", "rules", FOLDER / "alerts.yml")
    assert (status, "SUCCESS: 6 rules found" in said) == (0, True), said


def test_each_alert_fires_when_it_should_and_not_before() -> None:
    status, said = told("test", "rules", FOLDER / "alerts_test.yml")
    assert status == 0, said


def test_the_tests_of_the_rules_find_another_threshold(tmp_path: Path) -> None:
    rules = (FOLDER / "alerts.yml").read_text(encoding="utf-8")
    assert "worker_lag_seconds > 30" in rules
    (tmp_path / "alerts.yml").write_text(rules.replace("seconds > 30", "seconds > 300"), encoding="utf-8")
    tests = tmp_path / "alerts_test.yml"
    tests.write_text((FOLDER / "alerts_test.yml").read_text(encoding="utf-8"), encoding="utf-8")
    assert told("test", "rules", tests)[0] != 0


def test_promtool_accepts_the_configuration(tmp_path: Path) -> None:
    text = (FOLDER / "prometheus.yml").read_text(encoding="utf-8")
    token = tmp_path / "token"
    token.write_text("look only", encoding="utf-8")
    assert "/etc/prometheus/invapi-emulator-read-token" in text
    file = tmp_path / "prometheus.yml"
    file.write_text(text.replace("/etc/prometheus/invapi-emulator-read-token", str(token)), encoding="utf-8")
    (tmp_path / "alerts.yml").write_text(
        (FOLDER / "alerts.yml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    status, said = told("check", "config", file)
    assert status == 0, said

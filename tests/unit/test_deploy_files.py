"""The files of deploy/: they name settings, paths and metrics that exist, and a server accepts what they send."""

import configparser
import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
import yaml

from invapi_emulator.settings import Settings
from tests.support.commands import command_of
from tests.support.harness import Emulator, running
from tests.support.offenders import assert_none

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "systemd" / "invapi-emulator.service"
PROGRAM = "/opt/invapi-emulator/bin/invapi-emulator"
_METRIC = re.compile(r"\b((?:invapi_emulator|process)_\w+)(?:\{([^}]*)\})?")


def manifests() -> dict[str, dict[str, Any]]:
    """Return the Kubernetes manifests by kind."""
    text = (DEPLOY / "kubernetes" / "emulator.yaml").read_text(encoding="utf-8")
    return {each["kind"]: each for each in yaml.safe_load_all(text)}


def pod() -> dict[str, Any]:
    spec: dict[str, Any] = manifests()["Deployment"]["spec"]["template"]["spec"]
    return spec


def container() -> dict[str, Any]:
    (only,) = pod()["containers"]
    return dict(only)


def assert_accepted_by_serve(words: list[str]) -> None:
    """Fail unless the parser accepts these words after `serve`."""
    command = command_of("serve")
    command.parse_args(click.Context(command), list(words))


def service() -> configparser.ConfigParser:
    """Return the unit. A repeated key keeps its last value, as nothing here repeats one."""
    parsed = configparser.ConfigParser(interpolation=None)
    setattr(parsed, "optionxform", str)  # noqa: B010 - the documented way to keep the case; mypy refuses a plain assignment
    parsed.read_string(UNIT.read_text(encoding="utf-8"))
    return parsed


def test_the_unit_starts_serve_with_a_file_in_its_own_state_folder() -> None:
    unit = service()
    program, command, *words = shlex.split(unit["Service"]["ExecStart"])
    assert (program, command) == (PROGRAM, "serve")
    assert_accepted_by_serve(words)
    folder = unit["Service"]["StateDirectory"]
    assert words[words.index("--db") + 1] == f"%S/{folder}/worlds.db"
    assert unit["Install"]["WantedBy"] == "multi-user.target"


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze checks the unit; Debian's package systemd brings it")
    file = tmp_path / UNIT.name
    present = UNIT.read_text(encoding="utf-8").replace(PROGRAM, "/bin/true")
    file.write_text(present, encoding="utf-8")
    ended = subprocess.run([analyze, "verify", file], capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    file.write_text(present.replace("Type=exec", "Typ=exec"), encoding="utf-8")
    wrong = subprocess.run([analyze, "verify", file], capture_output=True, text=True, check=False, timeout=60)
    assert "Typ" in wrong.stderr


def test_the_manifests_are_one_server_on_a_file_that_nobody_else_opens() -> None:
    deployment = manifests()["Deployment"]["spec"]
    assert (deployment["replicas"], deployment["strategy"]["type"]) == (1, "Recreate")
    assert deployment["selector"]["matchLabels"] == deployment["template"]["metadata"]["labels"]
    command, *words = container()["args"]
    assert command == "serve"
    assert_accepted_by_serve(words)
    mounted = {mount["name"]: mount["mountPath"] for mount in container()["volumeMounts"]}
    assert words[words.index("--db") + 1].startswith(f"{mounted['worlds']}/")
    (volume,) = (each for each in pod()["volumes"] if each["name"] == "worlds")
    claim = volume["persistentVolumeClaim"]["claimName"]
    assert claim == manifests()["PersistentVolumeClaim"]["metadata"]["name"]


def test_the_manifests_name_settings_and_secrets_that_exist() -> None:
    settings = {f"INVAPI_EMULATOR_{name.upper()}" for name in Settings.model_fields}
    assert {variable["name"] for variable in container()["env"]} <= settings
    secret = manifests()["Secret"]
    for variable in container()["env"]:
        key = variable.get("valueFrom", {}).get("secretKeyRef")
        assert key is None or (key["name"], key["key"] in secret["stringData"]) == ("emulator", True)
    hosts = {each["name"]: each.get("value") for each in container()["env"]}["INVAPI_EMULATOR_ALLOWED_HOSTS"]
    assert hosts == manifests()["Service"]["metadata"]["name"]


def test_the_service_finds_the_port_of_the_pod() -> None:
    spec = manifests()["Service"]["spec"]
    assert spec["selector"] == manifests()["Deployment"]["spec"]["selector"]["matchLabels"]
    (port,), (of_container,) = spec["ports"], container()["ports"]
    assert port["targetPort"] == of_container["name"]
    assert of_container["containerPort"] == port["port"] == Settings.model_fields["port"].default


def test_the_pod_runs_as_the_user_of_the_image_without_rights() -> None:
    (user,) = re.findall(r"^USER (\d+):\1$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    assert {pod()["securityContext"][name] for name in ("runAsUser", "runAsGroup", "fsGroup")} == {int(user)}
    limits = container()["securityContext"]
    assert limits["readOnlyRootFilesystem"]
    assert not limits["allowPrivilegeEscalation"]
    assert limits["capabilities"] == {"drop": ["ALL"]}


@pytest.mark.parametrize(
    ("probe", "path"),
    [
        ("startupProbe", "/_emulator/live"),
        ("livenessProbe", "/_emulator/live"),
        ("readinessProbe", "/_emulator/health"),
    ],
)
def test_a_probe_gets_its_answer_from_a_server_with_the_tokens_of_the_manifest(probe: str, path: str) -> None:
    asked = container()[probe]["httpGet"]
    assert (asked["path"], asked["port"]) == (path, "http")
    headers = {header["name"]: header["value"] for header in asked["httpHeaders"]}
    with running(admin_token="admin", read_token="read", allowed_hosts="emulator") as server:
        assert httpx.get(f"{server.url}{path}", headers=headers, timeout=60).status_code == 200
        by_address = httpx.get(f"{server.url}{path}", headers={"Host": "10.1.2.3:8650"}, timeout=60)
        assert by_address.status_code == 403


@pytest.fixture(scope="module")
def metrics() -> Iterator[dict[str, set[str]]]:
    """Return the labels of each series in /metrics of a server that had calls."""
    with running() as server, httpx.Client(base_url=server.url, timeout=60) as http:
        Emulator(server, http).start("eq", "off")
        found: dict[str, set[str]] = {}
        for line in http.get("/metrics").text.splitlines():
            series = re.match(r"(\w+)(?:\{(.*)\})? ", line)
            if series:
                found.setdefault(series[1], set()).update(re.findall(r'(\w+)="', series[2] or ""))
            elif line.startswith("# TYPE "):
                found.setdefault(line.split()[2], set())
        table = (ROOT / "docs" / "how-to" / "operating.md").read_text(encoding="utf-8")
        for name, labels in re.findall(r"^\| `(invapi_emulator_\w+)` \| ([^|]*)\|", table, re.MULTILINE):
            if name in found:  # a counter that is 0 has no series, and so no labels
                found[name].update(re.findall(r"`(\w+)`", labels))
        yield found


def expressions() -> list[str]:
    """Return the expressions of the dashboard and of the alerts."""
    dashboard = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text(encoding="utf-8"))
    alerts = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    return [
        *(target["expr"] for panel in dashboard["panels"] for target in panel["targets"]),
        *(rule["expr"] for group in alerts["groups"] for rule in group["rules"]),
    ]


def test_the_metrics_of_dashboard_and_alerts_exist_with_their_labels(metrics: dict[str, set[str]]) -> None:
    of_prometheus = {"instance", "job"}
    used = [found for expression in expressions() for found in _METRIC.findall(expression)]
    assert len(used) > 15
    assert_none(name for name, _ in used if name not in metrics)
    assert_none(
        f"{name}: {label}"
        for name, labels in used
        for label in re.findall(r"(\w+)=", labels)
        if label not in metrics[name] | of_prometheus
    )


def test_what_expressions_group_by_and_legends_name_are_labels(metrics: dict[str, set[str]]) -> None:
    dashboard = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text(encoding="utf-8"))
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            known = {"instance"}.union(*(metrics[name] for name, _ in _METRIC.findall(target["expr"])))
            grouped = re.findall(r"by \(([^)]*)\)", target["expr"])
            named = re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])
            assert {*named, *(word.strip() for each in grouped for word in each.split(","))} <= known


def test_every_metric_of_the_emulator_is_on_the_dashboard(metrics: dict[str, set[str]]) -> None:
    text = (DEPLOY / "grafana" / "dashboard.json").read_text(encoding="utf-8")
    families = {re.sub(r"_(bucket|sum|count|created|total)$", "", name) for name in metrics}
    assert_none(
        name for name in families if name.startswith("invapi_emulator") and not re.search(rf"\b{name}", text)
    )


def test_panels_have_places_of_their_own_and_numbers_of_their_own() -> None:
    panels = json.loads((DEPLOY / "grafana" / "dashboard.json").read_text(encoding="utf-8"))["panels"]
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in panels]
    assert len({panel["id"] for panel in panels}) == len(set(places)) == len(panels)

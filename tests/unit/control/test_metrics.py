"""`/metrics`: calls by module, action and result; the number of stored things; the worker's lag."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.support.harness import TOKEN, Emulator, running

LABELS = ("module", "action", "result", "kind", "state", "le")


@pytest.fixture
def counted() -> Iterator[Emulator]:
    """Return a client of a separate server, because the calls of others are counted too."""
    with running() as server, httpx.Client(base_url=server.url, timeout=60) as http:
        yield Emulator(server, http)


def numbers(emulator: Emulator) -> dict[tuple[str, ...], float]:
    """Return each sample by its name and its label values."""
    response = emulator.http.get("/metrics")
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/plain; version=")
    return {
        (
            sample.name.removeprefix("invapi_emulator_"),
            *(sample.labels[label] for label in LABELS if label in sample.labels),
        ): sample.value
        for family in text_string_to_metric_families(response.text)
        for sample in family.samples
    }


def test_calls_are_counted_by_module_action_and_result(counted: Emulator) -> None:
    for _ in range(3):
        counted.start("vm", "get_snapshot")
    counted.call_vm("get_snapshot", 99999)
    counted.call("eq", "list", token="wrong")
    counted.call("eq", "history")
    found = numbers(counted)
    assert found["calls_total", "vm", "get_snapshot", "ok"] == 3
    assert found["calls_total", "vm", "get_snapshot", "vm_not_found"] == 1
    assert found["calls_total", "eq", "list", "invalid_token"] == 1
    assert found["calls_total", "eq", "history", "not_emulated"] == 1
    assert found["call_seconds_count", "vm", "get_snapshot"] == 4


def test_names_from_clients_do_not_lengthen_the_list(counted: Emulator) -> None:
    for number in range(20):
        counted.call("vm", f"nonsense-{number}")
        counted.http.post(f"/module-{number}.php")
    found = numbers(counted)
    assert found["calls_total", "vm", "other", "unknown_action"] == 20
    assert found["calls_total", "other", "other", "unknown_module"] == 20
    assert len([name for name in found if name[0] == "calls_total"]) == 2


def test_the_time_of_a_call_includes_delays_by_faults(counted: Emulator) -> None:
    counted.fault("latency", seconds=0.2, match={"action": "list"})
    counted.call("eq", "list")
    found = numbers(counted)
    assert found["call_seconds_bucket", "eq", "list", "0.1"] == 0
    assert found["call_seconds_bucket", "eq", "list", "0.25"] == 1
    assert found["call_seconds_sum", "eq", "list"] == pytest.approx(0.2)


def test_tasks_are_counted_by_state_and_accounts_in_total(counted: Emulator) -> None:
    counted.http.post("/_emulator/accounts")
    for _ in range(3):
        counted.start("eq", "status")
    assert numbers(counted)["tasks", "running"] == 3
    counted.advance(until="idle")
    found = numbers(counted)
    assert found["tasks", "done"] == 3
    assert found["accounts",] == 2


def test_a_task_that_the_worker_cannot_end_counts_as_lag(tmp_path: Path) -> None:
    file = tmp_path / "worlds.db"
    with running(db=str(file), clock="real", rate=1) as server, httpx.Client(base_url=server.url) as http:
        emulator = Emulator(server, http)
        assert numbers(emulator)["worker_lag_seconds",] == 0
        emulator.start("eq", "off")
        file.chmod(0o444)
        server.time.go_on(60)
        assert 0 < numbers(emulator)["worker_lag_seconds",] < 60
        file.chmod(0o644)


def test_the_time_of_the_database_is_counted(counted: Emulator) -> None:
    before = numbers(counted)["database_seconds_count", "write"]
    counted.start("vm", "load_stats")
    assert numbers(counted)["database_seconds_count", "write"] > before


def test_the_process_is_described_where_the_system_allows(counted: Emulator) -> None:
    assert numbers(counted)["process_resident_memory_bytes",] > 1_000_000


def test_an_openmetrics_reader_gets_openmetrics(counted: Emulator) -> None:
    accepting = {"accept": "application/openmetrics-text; version=1.0.0"}
    response = counted.http.get("/metrics", headers=accepting)
    assert response.headers["content-type"].startswith("application/openmetrics-text")
    assert response.text.endswith("# EOF\n")


def test_it_requires_the_admin_token_and_a_known_host_name(tmp_path: Path) -> None:
    with running(db=str(tmp_path / "worlds.db"), admin_token="secret") as server:
        assert httpx.get(f"{server.url}/metrics").status_code == 401
        assert httpx.get(f"{server.url}/metrics", headers={"host": "evil.example"}).status_code == 403
        right = {"authorization": "Bearer secret"}
        assert httpx.get(f"{server.url}/metrics", headers=right).status_code == 200
        assert httpx.post(f"{server.url}/eq.php", data={"action": "list", "token": TOKEN}).status_code == 200


def test_every_metric_of_its_own_is_on_the_page_for_operators(counted: Emulator) -> None:
    counted.call("eq", "list")
    page = (Path(__file__).parents[3] / "docs" / "how-to" / "operating.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `(invapi_emulator_[a-z_]+)` \|", page, re.MULTILINE))
    families = text_string_to_metric_families(counted.http.get("/metrics").text)
    own = {(family.name, family.type) for family in families if family.name.startswith("invapi_emulator_")}
    assert documented == {f"{name}_total" if type_ == "counter" else name for name, type_ in own}

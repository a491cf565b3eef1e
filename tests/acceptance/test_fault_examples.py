"""The page of faults: each kind is ordered and observed with curl, as written."""

import json
import re
import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from invapi_emulator.engine.faults.kinds import FAULTS
from tests.acceptance.pages import examples, page, type_in, without_what_varies
from tests.support.processes import DEADLINE, ROOT, Served, served, wait_until

pytestmark = pytest.mark.acceptance
SECTIONS = dict(
    re.findall(r"^## `(\w+)`\n(.*?)(?=^#)", page("docs/reference/faults.md"), re.MULTILINE | re.DOTALL)
)


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with served("--clock", "frozen", "--seed", "7") as server:
        yield server


@pytest.mark.parametrize("kind", sorted(FAULTS))
def test_a_client_sees_what_the_fault_page_shows(server: Served, kind: str) -> None:
    httpx.post(f"{server.url}/_emulator/accounts/demo/reset", timeout=60).raise_for_status()
    (order,) = re.findall(r"^```sh\n(.*?)\n```", SECTIONS[kind], re.MULTILINE | re.DOTALL)
    assert json.loads(type_in(order, server.url))["kind"] == kind
    for command, output in examples(SECTIONS[kind]):
        assert without_what_varies(type_in(command, server.url)) == without_what_varies(output)
    (rule,) = httpx.get(f"{server.url}/_emulator/accounts/demo/faults").json()["faults"]
    assert rule["fired"] == 1


def test_a_kind_is_added_as_the_page_explains(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "server" / "invapi_emulator", tmp_path / "invapi_emulator")
    (code,) = re.findall(r"^```python\n(.*?)^```", page("docs/reference/faults.md"), re.MULTILINE | re.DOTALL)
    kinds = tmp_path / "invapi_emulator" / "engine" / "faults" / "kinds"
    before = kinds / "before_call.py"
    before.write_text(f"{before.read_text()}\n\n{code}")
    listed = kinds / "__init__.py"
    listed.write_text(listed.read_text().replace(" Reject,", " Reject, Teapot,"))
    with served(cwd=tmp_path, variables={"PYTHONPATH": str(tmp_path)}) as server:
        order = httpx.post(f"{server.url}/_emulator/accounts/demo/faults", json={"kind": "teapot"})
        assert order.json()["message"] == "I am a teapot"
        call = {"action": "list", "token": "HOSTKEY_TOKEN"}
        assert httpx.post(f"{server.url}/eq.php", data=call).status_code == 418


def test_a_stopping_server_sends_delayed_answers_at_once() -> None:
    with served() as server, ThreadPoolExecutor() as clients:
        rules = f"{server.url}/_emulator/accounts/demo/faults"
        for rule in ({"kind": "latency", "seconds": 3600}, {"kind": "slow_body", "bytes_per_second": 1}):
            httpx.post(rules, json=rule).raise_for_status()
        call = {"action": "list", "token": "HOSTKEY_TOKEN"}
        waiting = [
            clients.submit(httpx.post, f"{server.url}/eq.php", data=call, timeout=DEADLINE) for _ in range(2)
        ]
        wait_until(lambda: [rule["fired"] for rule in httpx.get(rules).json()["faults"]] == [1, 1])
        status, _, _ = server.stop(signal.SIGTERM)
        assert status == 0
        assert [call.result().json()["result"] for call in waiting] == ["OK", "OK"]

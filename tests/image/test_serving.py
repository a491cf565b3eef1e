"""The built image, served as in docker-compose.yml: on a read-only root, with a volume."""

import json
from pathlib import Path

import pytest
import yaml

from tests.image.building.image_container import Container
from tests.image.building.image_store import Store

pytestmark = pytest.mark.image
COMPOSE = yaml.safe_load((Path(__file__).parents[2] / "docker-compose.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def serve(store: Store, image: str) -> list[str]:
    """Return the command of the compose file, after the image's entry point."""
    return [*store.described(image)["Config"]["Entrypoint"], *COMPOSE["services"]["emulator"]["command"]]


@pytest.fixture(scope="module")
def healthcheck(store: Store, image: str) -> list[str]:
    return list(store.described(image)["Healthcheck"]["Test"][1:])


def create_snapshot(container: Container, name: str) -> str:
    """Create a snapshot and wait for it, in the account's time. Return the key of the task."""
    form = f"action=create_snapshot&token=HOSTKEY_TOKEN&id=12345&name={name}"
    key = json.loads(container.curl("/vm.php", "--data", form))["callback"]
    assert check(container, key)["result"] == "Not ready"
    container.curl("/_emulator/accounts/demo/clock/advance", "--data", '{"until":"idle"}')
    return str(key)


def check(container: Container, key: str) -> dict[str, str]:
    answer = container.curl("/eq_callback.php", "--data", f"action=check&key={key}")
    return dict(json.loads(answer))


def snapshots(container: Container) -> list[str]:
    form = "action=get_snapshot&token=HOSTKEY_TOKEN&id=12345"
    answer = json.loads(container.curl("/vm.php", "--data", form))
    return [snapshot["name"] for snapshot in answer["snapshots"]]


def test_it_becomes_ready_and_healthy_and_works(
    container: Container, serve: list[str], healthcheck: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with container.served(*serve) as server:
        with capsys.disabled():
            print(f"\nready after {server.ready_after:.1f} s, the container's own start included")
        assert server.says == f"invapi-emulator ready on http://0.0.0.0:{container.port}\n"
        assert server.status("Uid") == server.status("Gid") == ["10001"] * 4
        assert server.status("CapEff") == ["0" * 16]
        assert container.run(*healthcheck) == ""
        key = create_snapshot(container, "first")
        assert check(container, key)["result"] == "OK"
        assert server.stop()[0] == 0


def test_a_second_run_continues_where_the_first_was(container: Container, serve: list[str]) -> None:
    with container.served(*serve) as server:
        key = create_snapshot(container, "second")
        before = snapshots(container)
        server.stop()
    with container.served(*serve):
        assert snapshots(container) == before
        assert "second" in before
        assert check(container, key)["result"] == "OK"


def test_it_is_not_healthy_without_a_server(container: Container, healthcheck: list[str]) -> None:
    with pytest.raises(AssertionError, match=f"no emulator answers at http://127.0.0.1:{container.port}"):
        container.run(*healthcheck)

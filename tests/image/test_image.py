"""The built image: its user, its content, its labels, its size."""

from typing import Any

import pytest

from invapi_emulator import __version__
from tests.image.building.image_container import Container
from tests.image.building.image_store import Store

pytestmark = pytest.mark.image
MEGABYTE = 1_000_000
WITHOUT_BYTECODE = """
import os, sys
import invapi_emulator.application, invapi_emulator.cli.serve, invapi_emulator.server.server
import uvicorn.protocols.http.httptools_impl, uvloop
cached = {name: getattr(module, "__cached__", None) for name, module in sys.modules.items()}
print(*[name for name, file in cached.items() if file and not os.path.exists(file)])
"""


def test_it_has_the_right_labels(store: Store, image: str) -> None:
    labels = store.described(image)["Config"]["Labels"]
    said = {name.rpartition(".")[2]: text for name, text in labels.items() if name.startswith("org.opencont")}
    description = "A reference emulator of HOSTKEY's InvAPI"
    assert said == {
        "title": "invapi-emulator",
        "description": description,
        "version": __version__,
        "licenses": "MIT",
    }


def test_it_runs_as_the_dockerfile_says(store: Store, image: str) -> None:
    config = store.described(image)["Config"]
    assert (config["User"], config["WorkingDir"], config["StopSignal"]) == ("10001:10001", "/data", "SIGTERM")
    assert (config["Entrypoint"], config["Cmd"]) == (["invapi-emulator"], ["serve"])
    assert (config["ExposedPorts"], config["Volumes"]) == ({"8650/tcp": {}}, {"/data": {}})
    assert store.described(image)["Healthcheck"]["Test"] == ["CMD", "invapi-emulator", "healthcheck"]


def test_its_user_is_unprivileged_and_owns_the_volume(container: Container) -> None:
    assert container.run("sh", "-c", "id -u; id -g; stat -c %u:%g /data").split() == [
        "10001",
        "10001",
        "10001:10001",
    ]


def test_only_data_and_tmp_are_writable(container: Container) -> None:
    attempts = 'for d in / /opt/invapi-emulator /etc /run /var/tmp /data /tmp; do touch "$d/new" 2>&1 && echo "$d"; done'
    lines = container.run("sh", "-c", attempts).splitlines()
    assert [line for line in lines if line.startswith("/")] == ["/data", "/tmp"]
    assert sum("Read-only file system" in line for line in lines) == 4
    assert sum("Permission denied" in line for line in lines) == 1  # /run, see read_only.sh


def test_the_emulators_environment_has_no_pip(container: Container) -> None:
    assert container.run("python3", "-c", "import importlib.util as u; print(u.find_spec('pip'))") == "None\n"


def test_it_contains_the_bytecode_of_a_start(container: Container) -> None:
    assert container.run("python3", "-c", WITHOUT_BYTECODE) == "\n"


def test_it_contains_nothing_of_the_build(container: Container) -> None:
    for name in ("source", "pip", "root/.cache"):
        assert not (container.root / name).exists(), name
    assert (container.root / "etc/pip.conf").read_bytes() == b""  # this build mounted its own here


def test_it_adds_less_than_eighty_megabytes(
    store: Store, base: dict[str, Any], image: str, capsys: pytest.CaptureFixture[str]
) -> None:
    plain = store.described(image)["Size"] - base["Size"]
    compressed = sum(store.layers(image)[len(base["RootFS"]["Layers"]) :])
    with capsys.disabled():
        print(f"\nover its base: {plain / MEGABYTE:.1f} MB, {compressed / MEGABYTE:.1f} MB compressed")
    assert compressed < 80 * MEGABYTE

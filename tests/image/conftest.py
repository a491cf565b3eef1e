"""The image, built once for all tests from the Dockerfile, and a container of it."""

import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.image.building import image_base, pip_here
from tests.image.building.image_container import Container
from tests.image.building.image_store import Store

ROOT = Path(__file__).parents[2]
IMAGE = "localhost/invapi-emulator"
DOCKERFILE = ROOT / "Dockerfile"


@pytest.fixture(scope="session")
def store() -> Iterator[Store]:
    """Return a store that leaves nothing behind, in the only folder for temporary files on a disk."""
    folder = Path(tempfile.mkdtemp(prefix="invapi-emulator-image-", dir="/var/tmp"))
    yield Store(folder)
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def base(store: Store) -> dict[str, Any]:
    """Return the description of the base image, made before podman could remove it."""
    name = image_base.base_of(DOCKERFILE.read_text(encoding="utf-8"))
    image_base.import_base(store, name)
    return store.described(name)


@pytest.fixture(scope="session")
def image(store: Store, base: dict[str, Any]) -> str:
    assert base["RootFS"]["Layers"]
    how = ["--isolation=chroot", "--format=docker", "--pull=never", "--layers=false"]
    store.run(900, "podman", "build", *how, *pip_here.volumes(store.folder), "--tag", IMAGE, ROOT)
    return IMAGE


@pytest.fixture(scope="session")
def container(store: Store, image: str) -> Container:
    name = store.run(60, "buildah", "from", "--pull-never", image).strip()
    root = Path(store.run(60, "buildah", "mount", name).strip())
    data, tmp = store.folder / "data", store.folder / "tmp"
    data.mkdir()
    shutil.copystat(root / "data", data)
    owner = (root / "data").stat()
    shutil.chown(data, owner.st_uid, owner.st_gid)
    tmp.mkdir()
    tmp.chmod(0o1777)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    return Container(store, name, root, port, data, tmp)

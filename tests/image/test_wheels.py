"""On both architectures every library has a wheel, so the image compiles nothing."""

import sys
import tomllib
from pathlib import Path

import pytest

from tests.image.building.image_store import run

pytestmark = pytest.mark.image
ROOT = Path(__file__).parents[2]


def find_wheels(architecture: str, folder: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    platforms = [f"--platform=manylinux{version}_{architecture}" for version in ("2014", "_2_28")]
    extras = project["optional-dependencies"]
    run(
        300, sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--only-binary=:all:",
        "--python-version=3.13", *platforms, f"--target={folder}", *project["dependencies"], *extras["postgres"], *extras["tls"],
    )  # fmt: skip


@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
def test_every_library_has_a_wheel(architecture: str, tmp_path: Path) -> None:
    find_wheels(architecture, tmp_path)


def test_an_architecture_without_wheels_is_noticed(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="No matching distribution found"):
        find_wheels("vax", tmp_path)

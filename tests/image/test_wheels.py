"""Both architectures: every library that is installed comes as a wheel, so that nothing is compiled in the image."""

import sys
import tomllib
from pathlib import Path

import pytest
from image_store import run

pytestmark = pytest.mark.image
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("architecture", ["x86_64", "aarch64"])
def test_every_library_has_a_wheel(architecture: str, tmp_path: Path) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    platforms = [f"--platform=manylinux{version}_{architecture}" for version in ("2014", "_2_28")]
    run(
        300, sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--only-binary=:all:",
        "--python-version=3.13", *platforms, f"--target={tmp_path}", *project["dependencies"],
    )  # fmt: skip

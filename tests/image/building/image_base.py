"""A substitute for the base image of the Dockerfile: Debian's Python, where no registry is reachable."""

import platform
import re
from pathlib import Path

from tests.image.building.image_store import Store, run


def base_of(dockerfile: str) -> str:
    """Return the full name of the image that a Dockerfile starts from."""
    (name,) = re.findall(r"^FROM (\S+:\S+)", dockerfile, re.MULTILINE)
    return str(name) if "/" in name else f"docker.io/library/{name}"


def import_base(store: Store, name: str) -> None:
    """Replace an image by the smallest Debian of this machine's release with a Python."""
    root, archive = store.folder / "base", store.folder / "base.tar"
    release = platform.freedesktop_os_release()["VERSION_CODENAME"]
    run(900, "debootstrap", "--variant=minbase", "--include=python3,python3-venv", release, root)
    _forget_bytecode(root)
    run(120, "tar", "--create", "--file", archive, "--directory", root, ".")
    store.run(120, "podman", "import", "--quiet", archive, name)


def _forget_bytecode(root: Path) -> None:
    """Remove the bytecode of the standard library, which the real image does not have either."""
    for file in (root / "usr" / "lib").glob("python3*/**/*.pyc"):
        file.unlink()

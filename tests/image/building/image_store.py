"""A store of images in its own folder: podman builds in it, buildah runs the result."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TAIL = 4000
"""Number of characters of a command's output shown after a failure: its end has the reason."""


def within(seconds: int, *command: str | Path) -> list[str]:
    """Return a command that ends after at most this many seconds, with everything it started."""
    return ["timeout", "--kill-after=10", str(seconds), *map(str, command)]


def run(seconds: int, *command: str | Path, **variables: str) -> str:
    """Run a command that must succeed in time. Return its output."""
    ended = subprocess.run(
        within(seconds, *command), capture_output=True, text=True, check=False, env=os.environ | variables
    )
    assert ended.returncode == 0, f"{command}\n{ended.stdout[-TAIL:]}\n{ended.stderr[-TAIL:]}"
    return ended.stdout


@dataclass(frozen=True)
class Store:
    folder: Path

    def command(self, program: str, *words: str | Path) -> list[str | Path]:
        """Return a podman or buildah command. Their driver vfs only needs files."""
        where: list[str | Path] = ["--root", self.folder / "images", "--runroot", self.folder / "state"]
        return [program, "--storage-driver", "vfs", *where, *words]

    def variables(self) -> dict[str, str]:
        """Return variables that put temporary files into this folder too."""
        (self.folder / "scratch").mkdir(exist_ok=True)
        return {"TMPDIR": str(self.folder / "scratch")}

    def run(self, seconds: int, program: str, *words: str | Path) -> str:
        return run(seconds, *self.command(program, *words), **self.variables())

    def described(self, image: str) -> dict[str, Any]:
        (described,) = json.loads(self.run(60, "podman", "image", "inspect", image))
        return dict(described)

    def layers(self, image: str) -> list[int]:
        """Return the size of each layer, compressed by gzip as in a registry, the lowest first."""
        folder = self.folder / "pushed"
        self.run(300, "podman", "push", "--quiet", "--compress", image, f"dir:{folder}")
        manifest = json.loads((folder / "manifest.json").read_text())
        return [layer["size"] for layer in manifest["layers"]]

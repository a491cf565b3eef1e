"""The uv that has installed the development tools."""

import os
import shutil
import sys
from pathlib import Path


def uv_folder() -> Path:
    """Return the folder with the programs uv and uvx."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    uv = shutil.which("uv", path=path)
    assert uv, "no uv was found, and scripts/install.py could not fetch one"
    return Path(uv).parent

"""The documentation, built as a site."""

import os
import subprocess
import sys
from pathlib import Path

from tests.support.processes import ROOT


def build_site(folder: Path) -> None:
    """Build the site into the folder, strict. A warning of MkDocs fails."""
    mkdocs = Path(sys.executable).parent / "mkdocs"
    ended = subprocess.run(
        [str(mkdocs), "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT, env=os.environ | {"NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr

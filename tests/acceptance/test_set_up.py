"""scripts/install.py, which fills the virtual environment, with a package index of the test's own."""

import ensurepip
import os
import pty
import shutil
import subprocess
import venv
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.support.processes import DEADLINE, ROOT, environment
from tests.support.uv import uv_folder

pytestmark = pytest.mark.acceptance


class Index(SimpleHTTPRequestHandler):
    """A package index: its lists of files are listings of folders. `programs` are the clients that have asked."""

    def __init__(self, programs: set[str], *arguments: Any, **options: Any) -> None:
        self.programs = programs
        super().__init__(*arguments, **options)

    def log_message(self, *_: Any, **__: Any) -> None:
        self.programs.add(self.headers["User-Agent"].partition("/")[0])


@contextmanager
def package_index(folder: Path) -> Iterator[tuple[str, set[str]]]:
    """Serve the folder. Yield the index's URL, and the set of programs that have asked it."""
    programs: set[str] = set()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Index, programs, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/simple/", programs
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """Return a folder with an index of two packages: the small `greeting`, and Python's own pip."""
    for name in ("greeting", "pip"):
        (tmp_path / "packages" / "simple" / name).mkdir(parents=True)
    wheel = tmp_path / "packages" / "simple" / "greeting" / "greeting-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as files:
        files.writestr("greeting.py", "print('hello')\n")
        files.writestr("greeting-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: greeting\nVersion: 1\n")
        files.writestr(
            "greeting-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        files.writestr("greeting-1.dist-info/RECORD", "")
    for pip in (Path(ensurepip.__file__).parent / "_bundled").glob("pip-*.whl"):
        shutil.copy(pip, tmp_path / "packages" / "simple" / "pip")
    return tmp_path / "packages"


@pytest.fixture
def python(tmp_path: Path) -> Path:
    """Return the Python of an empty virtual environment, as scripts/make_venv.sh makes it."""
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    return tmp_path / "venv" / "bin" / "python"


def install(python: Path, index: str, path: Path, terminal: int | None = None) -> str:
    """Install `greeting` with the programs of a folder. Return stderr, unless it is a terminal."""
    command = [str(python), str(ROOT / "scripts" / "install.py"), "greeting"]
    variables = {name: value for name, value in environment().items() if not name.startswith(("PIP_", "UV_"))}
    variables |= {"PIP_INDEX_URL": index, "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
    ended = subprocess.run(
        command, env=variables | {"UV_NO_CACHE": "1", "PATH": str(path)}, text=True, timeout=DEADLINE, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE if terminal is None else terminal,
    )  # fmt: skip
    assert ended.returncode == 0, ended
    hello = subprocess.run([python, "-c", "import greeting"], capture_output=True, text=True, check=True)
    assert hello.stdout == "hello\n"
    assert (python.parent / "pip").exists()
    return ended.stderr or ""


def test_uv_installs_from_the_index_of_pip_and_is_silent_without_a_terminal(
    packages: Path, python: Path
) -> None:
    with package_index(packages) as (index, programs):
        assert install(python, index, uv_folder()) == "make: installing the dependencies into venv\n"
    assert programs == {"uv"}


def test_pip_installs_where_uv_cannot_be_had(packages: Path, python: Path, tmp_path: Path) -> None:
    with package_index(packages) as (index, programs):
        assert "pip installs" in install(python, index, tmp_path)
    assert programs == {"pip"}


def all_of(terminal: int) -> str:
    """Return what a terminal shows that no process writes to any more. Close it."""
    shown = b""
    with suppress(OSError):
        while part := os.read(terminal, 65536):
            shown += part
    os.close(terminal)
    return shown.decode()


def test_a_terminal_shows_what_is_installed(packages: Path, python: Path) -> None:
    ours, theirs = pty.openpty()
    with package_index(packages) as (index, _):
        install(python, index, uv_folder(), theirs)
    os.close(theirs)
    shown = all_of(ours)
    assert "2 packages" in shown
    assert "greeting" in shown

"""Install packages into the virtual environment of the Python that runs this, with uv or else with pip.

    .venv/bin/python scripts/install.py --editable '.[dev]' --constraint requirements-dev.lock

uv is the one on the path, or comes from the package index. It obeys the
settings of pip: index, certificates, proxy, constraints. A terminal shows the progress; without one, errors alone.
"""

import argparse
import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

VENV = Path(sys.prefix)
LISTS = {
    "find-links": "--find-links",
    "constraint": "--constraint",
    "trusted-host": "--allow-insecure-host",
}
"""Settings of pip that may have several values, with uv's option for one of them."""


def pip_settings(listed: str, variables: Mapping[str, str]) -> dict[str, str]:
    """Return pip's settings by name: what `pip config list` says, and pip's variables, which win."""
    found = re.findall(r"^(global|install)\.([\w-]+)=(.+)$", listed, re.MULTILINE)
    listed_ones = {name: str(ast.literal_eval(value)) for _, name, value in sorted(found)}
    own = {
        name.removeprefix("PIP_").lower().replace("_", "-"): value
        for name, value in variables.items()
        if name.startswith("PIP_")
    }
    return listed_ones | own


def uv_options(pip: dict[str, str]) -> Iterator[str]:
    """Yield the options that make uv look where pip would."""
    for name, option in LISTS.items():
        for value in pip.get(name, "").split():
            yield from (option, value)
    if pip.get("no-index", "0").lower() in {"1", "true", "yes", "on"}:
        yield "--no-index"


def uv_variables(pip: dict[str, str]) -> dict[str, str]:
    """Return variables for uv. URLs of indexes may hold a password, which an option would show to every user."""
    names = {
        "UV_DEFAULT_INDEX": "index-url",
        "UV_INDEX": "extra-index-url",
        "UV_HTTP_TIMEOUT": "timeout",
        "SSL_CERT_FILE": "cert",
        "SSL_CLIENT_CERT": "client-cert",
        "ALL_PROXY": "proxy",
    }
    given = {name: " ".join(pip[setting].split()) for name, setting in names.items() if setting in pip}
    # pip takes the best version of all indexes, uv that of the first index that has the package.
    return given | ({"UV_INDEX_STRATEGY": "unsafe-best-match"} if "UV_INDEX" in given else {})


def bundled_wheels() -> Iterator[str]:
    """Yield the wheels of pip that came with Python."""
    if folder := sysconfig.get_config_var("WHEEL_PKG_DIR"):  # Debian
        yield from map(str, Path(folder).glob("pip-*.whl"))
    if spec := importlib.util.find_spec("ensurepip"):
        yield from map(str, Path(str(spec.origin)).parent.glob("_bundled/pip-*.whl"))


def unpacked_pip(folder: str) -> dict[str, str]:
    """Return the variables with which `-m pip` works. Where no pip is installed, unpack the bundled one.

    This takes a fraction of the time of ensurepip, which installs it.
    """
    wheel = next(bundled_wheels(), None)
    if not wheel or importlib.util.find_spec("pip"):
        return {}
    zipfile.ZipFile(wheel).extractall(folder)
    return {"PYTHONPATH": folder}


@dataclass(frozen=True)
class Installation:
    """What to install, as options of both pip and uv. `variables` are for a pip that is not installed."""

    packages: list[str]
    constraints: list[str]
    quiet: list[str]
    variables: dict[str, str]

    def with_uv(self) -> bool:
        """Install with uv, and pip too, as every virtual environment has it. Return whether that worked."""
        if not (uv := self._uv()):
            say("uv cannot be had; pip installs, which takes longer")
            return False
        listed = self._pip("config", "list", capture_output=True).stdout
        settings = pip_settings(listed, os.environ)
        command = [uv, "pip", "install", "--python", sys.executable, *self.quiet, *uv_options(settings)]
        variables = uv_variables(settings) | os.environ
        ended = subprocess.run(
            [*command, "pip", *self.packages, *self.constraints], env=variables, check=False
        )
        if ended.returncode:
            say("uv failed; trying pip")
        return ended.returncode == 0

    def with_pip(self) -> bool:
        """Install with pip. It compiles nothing: Python compiles each module that it imports."""
        pip = ["--ignore-installed", "pip"] if self.variables else []  # the unpacked one counts as installed
        install = ["install", "--no-compile", *self.quiet, *self.constraints]
        return self._pip(*install, *pip, *self.packages).returncode == 0

    def _uv(self) -> str | None:
        """Return the path of uv, fetched from the package index if need be, or None."""
        path = f"{os.environ.get('PATH', '')}{os.pathsep}{VENV / 'bin'}"
        if found := shutil.which("uv", path=path):
            return found
        say("fetching uv, which installs the rest")
        self._pip("install", "--no-compile", "--quiet", *self.constraints, "uv", stderr=subprocess.DEVNULL)
        return shutil.which("uv", path=path)

    def _pip(self, *arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments]
        variables = os.environ | self.variables
        return subprocess.run(command, env=variables, text=True, check=False, **options)


def say(text: str) -> None:
    print(f"make: {text}", file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    """Install the packages. Return the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("packages", nargs="*")
    parser.add_argument("--editable", action="append", default=[])
    parser.add_argument("--constraint", action="append", default=[])
    given = parser.parse_args(arguments)
    packages = [*given.packages, *(f"--editable={path}" for path in given.editable)]
    constraints = [f"--constraint={path}" for path in given.constraint]
    say(f"installing the dependencies into {VENV.name}")
    with tempfile.TemporaryDirectory() as folder:
        quiet = [] if sys.stderr.isatty() else ["--quiet"]
        installation = Installation(packages, constraints, quiet, unpacked_pip(folder))
        return 0 if installation.with_uv() or installation.with_pip() else 1


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)

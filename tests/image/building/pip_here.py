"""Passes this machine's pip settings to a build: its configuration, and the files that it names."""

import ast
import sys
from configparser import RawConfigParser
from pathlib import Path
from urllib.parse import urlsplit

from tests.image.building.image_store import run

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def volumes(folder: Path) -> list[str]:
    """Return flags that mount a pip.conf, the certificates and all files that it names, all read-only."""
    configuration = _configuration()
    file = folder / "pip.conf"
    file.touch(mode=0o600)  # it may contain a password
    with file.open("w", encoding="utf-8") as writable:
        configuration.write(writable)
    paths = {CERTIFICATES, *_named_by(configuration)}
    mounts = {f"{path}:{path}:ro" for path in paths if path.exists()} | {f"{file}:/etc/pip.conf:ro"}
    return [f"--volume={mount}" for mount in sorted(mounts)]


def _configuration() -> RawConfigParser:
    """Return the output of `pip config list`. Environment variables come as section `:env:`, which wins."""
    configuration = RawConfigParser()
    lines = run(60, sys.executable, "-m", "pip", "config", "list").splitlines()
    for line in sorted(lines, key=lambda line: line.startswith(":env:")):
        name, _, value = line.partition("=")
        section, _, key = name.rpartition(".")
        section = "global" if section == ":env:" else section
        if not configuration.has_section(section):
            configuration.add_section(section)
        configuration.set(section, key, " ".join(str(ast.literal_eval(value)).split()))
    return configuration


def _named_by(configuration: RawConfigParser) -> set[Path]:
    """Return the files and folders named in values. The pages of an index refer to folders beside theirs."""
    named: set[Path] = set()
    for section in configuration.sections():
        for key, value in configuration.items(section):
            for word in value.split():
                path = Path(urlsplit(word).path if word.startswith("file:") else word)
                if path.is_absolute() and path.exists():
                    named.add(path.parent if "index" in key else path)
    return named

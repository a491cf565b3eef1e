"""The test CA. It is in a folder, and is created on first use."""

import logging
import os
import ssl
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from filelock import FileLock

from invapi_emulator.domain.instants import Instant
from invapi_emulator.errors import CannotStart
from invapi_emulator.server.tls.certificates import (
    ca_certificate,
    certifiable,
    is_constrained,
    is_for_servers_only,
    may_speak_for,
    new_key,
    pem,
    pem_of_key,
    server_certificate,
)
from invapi_emulator.server.tls.folder import CA_FILE, KEY_FILE, file_of

_log = logging.getLogger(__name__)

T = TypeVar("T")

_MOST_BYTES = 64 * 1024
"""Maximum size of a file of the CA, which has one or two thousand."""

HOSTS = ("localhost", "127.0.0.1", "::1", "invapi.hostkey.com", "invapi.hostkey.ru", "api.hostkey.com")
"""Names of every certificate: this machine, and the hosts that the vendor's clients call."""

RESERVED = "test"
"""A domain that a CA can certify too, so that names can join one that is trusted already. It has no real hosts (RFC 6761)."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A test CA: its certificate, the certificate's file, and its key."""

    file: Path
    certificate: x509.Certificate
    key: EllipticCurvePrivateKey

    def hosts(self) -> list[str]:
        """Return those of HOSTS that the CA can certify. One of an older version may lack some."""
        return [host for host in HOSTS if may_speak_for(self.certificate, host)]

    def text(self) -> str:
        """Return the certificate as PEM, without what else its file has."""
        return pem(self.certificate).decode()

    def limits(self) -> str:
        """Return in words what the CA can certify."""
        names = certifiable(self.certificate)
        kinds = [*(name for name in names if name != RESERVED), "hosts below these"]
        if RESERVED in names:
            kinds.append(f"hosts that end in .{RESERVED}")
        return f"{', '.join(kinds[:-1])}, and {kinds[-1]}"

    def server_context(self, names: Iterable[str], now: Instant) -> ssl.SSLContext:
        """Return the TLS context of a server for `hosts` and `names`, with a new key and certificate."""
        key = new_key()
        certificate = server_certificate(key, (*self.hosts(), *names), self.certificate, self.key, now)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        with _only_for_me(pem_of_key(key) + pem(certificate) + pem(self.certificate)) as file:
            context.load_cert_chain(file)
        return context


def authority(ca_dir: str, names: Iterable[str], now: Instant) -> Authority:
    """Return the CA of a folder. If there is none, create one that can certify only HOSTS, `names` and the domain RESERVED.

    An empty `ca_dir` means the user's own folder, in XDG's state directory.
    Raise CannotStart if the folder cannot be used, or its CA cannot certify one of the names.
    """
    folder, wanted = file_of(ca_dir).parent, tuple(names)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(folder / "ca.lock"):
            if not os.path.lexists(folder / CA_FILE):
                _make(folder, (*HOSTS, *wanted, RESERVED), now)
            found = _read(folder)
    except (OSError, ValueError) as problem:
        raise CannotStart(f"--ca-dir: cannot use '{folder}': {problem}") from None
    missing = [name for name in wanted if not may_speak_for(found.certificate, name)]
    if missing:
        raise CannotStart(
            f"--tls-names: the CA in '{folder}' cannot certify {', '.join(missing)}: it can certify only "
            f"{found.limits()}, which was fixed when it was made; use such a name, use another --ca-dir, or "
            "remove this one and trust the new CA"
        )
    _warn(found)
    return found


def _warn(found: Authority) -> None:
    """Warn of a CA that can be misused by more people, or for more, than one that is made now."""
    key = found.file.parent / KEY_FILE
    mode = stat.S_IMODE(key.stat().st_mode)
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        _log.warning(
            "--ca-dir: others can read '%s' (mode %04o), and make certificates that those who trust its CA accept: "
            "chmod 600 '%s'",
            key, mode, key,
        )  # fmt: skip
    lacking = [host for host in HOSTS if host not in found.hosts()]
    if lacking:
        _log.warning(
            "--ca-dir: the CA in '%s' was made by an older version and cannot certify %s: if a client calls it, "
            "remove the folder, and trust the new one that the next start makes",
            found.file.parent, ", ".join(lacking),
        )  # fmt: skip
    if not is_for_servers_only(found.certificate):
        _log.warning(
            "--ca-dir: the CA in '%s' was made by an older version and may certify more than servers: "
            "remove the folder, and trust the new one that the next start makes",
            found.file.parent,
        )


def _make(folder: Path, names: tuple[str, ...], now: Instant) -> None:
    """Create both files. The certificate comes last. A key that is there, as after a kill in between, is kept."""
    if not os.path.lexists(folder / KEY_FILE):
        _write(folder / KEY_FILE, pem_of_key(new_key()), mode=0o600)
    key = _loaded(folder / KEY_FILE, _key_in)
    _write(folder / CA_FILE, pem(ca_certificate(key, names, now)), mode=0o644)


def _read(folder: Path) -> Authority:
    certificate = _loaded(folder / CA_FILE, x509.load_pem_x509_certificate)
    key = _loaded(folder / KEY_FILE, _key_in)
    if not is_constrained(certificate):
        raise ValueError(_not_made_here(CA_FILE))
    if key.public_key() != certificate.public_key():
        raise ValueError(f"{KEY_FILE} is not the key of {CA_FILE}")
    return Authority(folder / CA_FILE, certificate, key)


def _key_in(content: bytes) -> EllipticCurvePrivateKey:
    key = load_pem_private_key(content, None)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise TypeError(key)
    return key


def _loaded(file: Path, load: Callable[[bytes], T]) -> T:
    """Load a small file; raise ValueError if it is not one that a start has made."""
    if not file.is_file():
        raise ValueError(f"{file.name} is missing, or is not a file")
    with file.open("rb") as opened:
        content = opened.read(_MOST_BYTES + 1)
    try:
        if len(content) <= _MOST_BYTES:
            return load(content)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        pass  # the library's words name neither the file nor what to do
    raise ValueError(_not_made_here(file.name))


def _not_made_here(name: str) -> str:
    return f"{name} is damaged, or none that a start of this program has made; use another folder, or remove this one"


def _write(file: Path, content: bytes, mode: int) -> None:
    """Write a file atomically. It has its mode before its content."""
    unfinished = file.with_suffix(".new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as opened:
        opened.write(content)
    unfinished.replace(file)


@contextmanager
def _only_for_me(content: bytes) -> Iterator[str]:
    """Yield the path of a temporary file with this content, as OpenSSL reads keys only from files."""
    with tempfile.NamedTemporaryFile(prefix="invapi-emulator-", suffix=".pem") as file:
        file.write(content)
        file.flush()
        yield file.name

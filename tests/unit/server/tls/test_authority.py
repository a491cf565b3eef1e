"""The test CA: made once, restricted to its names, with a key only for its owner."""

import os
import pwd
import socket
import ssl
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from invapi_emulator.clock import real_time
from invapi_emulator.domain.instants import DAY, to_datetime
from invapi_emulator.errors import CannotStart
from invapi_emulator.server.tls import authority as module
from invapi_emulator.server.tls.authority import HOSTS, Authority, authority
from invapi_emulator.server.tls.certificates import new_key, pem, pem_of_key, server_certificate
from invapi_emulator.server.tls.folder import CA_FILE, KEY_FILE, file_of

NOW = real_time()()
"""OpenSSL takes the time from the system."""


def shake_hands(server: ssl.SSLContext, ca: Path, name: str) -> None:
    """Connect as a client that trusts only this CA, and asks for this name."""
    client = ssl.create_default_context(cafile=str(ca))
    client.verify_flags |= ssl.VERIFY_X509_STRICT  # the default from Python 3.13
    ours, theirs = socket.socketpair()

    def serve() -> None:
        with ours, server.wrap_socket(ours, server_side=True, do_handshake_on_connect=False) as secure:
            try:
                secure.do_handshake()
                secure.recv(1)
            except (ssl.SSLError, OSError):
                return

    serving = threading.Thread(target=serve)
    serving.start()
    try:
        with theirs, client.wrap_socket(theirs, server_hostname=name) as secure:
            assert secure.version() in {"TLSv1.2", "TLSv1.3"}
    finally:
        serving.join()


@pytest.mark.parametrize("name", [*HOSTS, "emulator", "10.1.2.3"])
def test_clients_that_trust_it_accept_a_server_with_its_names(tmp_path: Path, name: str) -> None:
    names = ("emulator", "10.1.2.3")
    ca = authority(str(tmp_path), names, NOW)
    shake_hands(ca.server_context(names, NOW), ca.file, name)


def test_another_name_is_not_accepted(tmp_path: Path) -> None:
    ca = authority(str(tmp_path), (), NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        shake_hands(ca.server_context((), NOW), ca.file, "example.com")


def test_it_is_valid_for_its_names_only(tmp_path: Path) -> None:
    ca = authority(str(tmp_path), (), NOW)
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        shake_hands(stolen(ca, tmp_path, "example.com"), ca.file, "example.com")


def stolen(ca: Authority, folder: Path, name: str) -> ssl.SSLContext:
    """Return the context of a server whose certificate a third party made with the CA's key."""
    key = new_key()
    certificate = server_certificate(key, [name], ca.certificate, ca.key, NOW)
    file = folder / "stolen.pem"
    file.write_bytes(pem_of_key(key) + pem(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_its_key_is_only_for_its_owner_and_it_is_made_once(tmp_path: Path) -> None:
    first = authority(str(tmp_path / "new" / "folder"), (), NOW)
    folder = first.file.parent
    assert stat.S_IMODE((folder / KEY_FILE).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert authority(str(folder), (), NOW + DAY).certificate == first.certificate
    assert sorted(file.name for file in folder.iterdir()) == [KEY_FILE, "ca.lock", CA_FILE]


def test_one_of_many_simultaneous_starts_makes_it(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: authority(str(tmp_path), (), NOW).certificate, range(16)))
    assert len(set(made)) == 1


def test_a_key_without_a_certificate_is_kept_and_gets_one(tmp_path: Path) -> None:
    key = pem_of_key(new_key())
    (tmp_path / KEY_FILE).write_bytes(key)
    ca = authority(str(tmp_path), (), NOW)
    shake_hands(ca.server_context((), NOW), ca.file, "localhost")
    assert (tmp_path / KEY_FILE).read_bytes() == key


@pytest.mark.parametrize("kind", ["foreign key", "lost certificate"])
def test_nothing_is_made_where_something_else_is(tmp_path: Path, kind: str) -> None:
    if kind == "foreign key":
        (tmp_path / KEY_FILE).write_text("somebody's own key")
    else:
        (tmp_path / CA_FILE).symlink_to(tmp_path / "nowhere")
    before = _contents(tmp_path)
    with pytest.raises(CannotStart, match="--ca-dir: cannot use"):
        authority(str(tmp_path), (), NOW)
    assert _contents(tmp_path) == before


def _contents(folder: Path) -> dict[str, bytes | None]:
    files = (file for file in folder.iterdir() if file.name != "ca.lock")
    return {file.name: file.read_bytes() if file.is_file() else None for file in files}


def test_names_that_it_does_not_cover_are_refused_with_what_to_do(tmp_path: Path) -> None:
    authority(str(tmp_path), ("emulator",), NOW)
    authority(str(tmp_path), (), NOW)
    wanted = (
        r"--tls-names: the CA in .* cannot certify other, atest, 10\.1\.2\.3: it can certify only localhost, .*, "
        r"emulator, hosts below these, and hosts that end in \.test, which was fixed when it was made; use such a name"
    )
    with pytest.raises(CannotStart, match=wanted):
        authority(str(tmp_path), ("emulator", "other", "atest", "10.1.2.3"), NOW)


@pytest.mark.parametrize(
    "name", ["emulator.test", "a.b.test", "api.localhost", "eu.invapi.hostkey.com", "Emulator"]
)
def test_a_name_below_one_of_its_own_joins_a_ca_that_is_trusted_already(tmp_path: Path, name: str) -> None:
    trusted = authority(str(tmp_path), ("emulator",), NOW)
    later = authority(str(tmp_path), (name,), NOW + DAY)
    assert later.certificate == trusted.certificate
    shake_hands(later.server_context((name,), NOW), trusted.file, name)


def test_a_ca_that_lacks_a_host_of_today_goes_on_without_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr(module, "HOSTS", tuple(host for host in HOSTS if not host.endswith(".ru")))
        made = authority(str(tmp_path), (), NOW)
    found = authority(str(tmp_path), (), NOW)
    assert found.certificate == made.certificate
    assert "cannot certify invapi.hostkey.ru: " in caplog.text
    shake_hands(found.server_context((), NOW), found.file, "invapi.hostkey.com")


def test_a_ca_from_before_the_domain_of_names_that_join_does_not_promise_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr(module, "RESERVED", "older.example")
        authority(str(tmp_path), ("10.1.2.3",), NOW)
    limits = authority(str(tmp_path), (), NOW).limits()
    assert limits.endswith("api.hostkey.com, 10.1.2.3, older.example, and hosts below these")
    with pytest.raises(CannotStart, match=r"cannot certify emulator\.test: it can certify only ") as refused:
        authority(str(tmp_path), ("emulator.test",), NOW)
    assert f"only {limits}, which" in str(refused.value)


@pytest.mark.parametrize("home", [None, "", "relative"])
def test_without_a_home_the_folder_must_be_named(monkeypatch: pytest.MonkeyPatch, home: str | None) -> None:
    def unknown(_user: int) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", unknown)
    for name, value in {"XDG_STATE_HOME": None, "HOME": home}.items():
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, value)
    with pytest.raises(CannotStart, match="--ca-dir: required, as this user has no home directory"):
        authority("", (), NOW)


def test_the_users_own_folder_follows_xdg(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert authority("", (), NOW).file == tmp_path / "invapi-emulator" / CA_FILE


@pytest.mark.parametrize("unusable", ["", "state"])
def test_variables_with_an_empty_or_a_relative_path_do_not_count(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, unusable: str
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_STATE_HOME", unusable)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert file_of("") == tmp_path / "home/.local/state/invapi-emulator" / CA_FILE
    monkeypatch.setenv("HOME", unusable)
    registered = Path(pwd.getpwuid(os.getuid()).pw_dir)
    assert file_of("") == registered / ".local/state/invapi-emulator" / CA_FILE


@pytest.mark.parametrize("content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\nAAAA\n"])
def test_a_folder_with_other_files_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / CA_FILE).write_bytes(content)
    with pytest.raises(CannotStart, match="--ca-dir: cannot use"):
        authority(str(tmp_path), (), NOW)


def of_somebody(folder: Path, kind: str) -> None:
    """Put a CA or a key of somebody's own into the folder of a CA."""
    authority(str(folder), (), NOW)
    other = new_key()
    match kind:
        case "key with a password":
            encrypted = BestAvailableEncryption(b"word")
            text = other.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encrypted)
            (folder / KEY_FILE).write_bytes(text)
        case "certificate without constraints":
            text = pem(server_certificate(other, ("localhost",), *_ca_of(folder), NOW))
            (folder / CA_FILE).write_bytes(text)
            (folder / KEY_FILE).write_bytes(pem_of_key(other))
        case "named pipe":
            (folder / CA_FILE).unlink()
            os.mkfifo(folder / CA_FILE)
        case "endless file":
            (folder / CA_FILE).unlink()
            (folder / CA_FILE).symlink_to("/dev/zero")
        case "large file":
            (folder / KEY_FILE).write_bytes(b"x" * 100_000)
        case "no key":
            (folder / KEY_FILE).unlink()


def _ca_of(folder: Path) -> tuple[x509.Certificate, EllipticCurvePrivateKey]:
    found = authority(str(folder), (), NOW)
    return found.certificate, found.key


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("key with a password", "ca-key.pem is damaged, or none that"),
        ("certificate without constraints", "ca.pem is damaged, or none that"),
        ("named pipe", "ca.pem is missing, or is not a file"),
        ("endless file", "ca.pem is missing, or is not a file"),
        ("large file", "ca-key.pem is damaged, or none that"),
        ("no key", "ca-key.pem is missing, or is not a file"),
    ],
)
def test_what_this_program_did_not_make_is_refused_by_its_name(tmp_path: Path, kind: str, says: str) -> None:
    of_somebody(tmp_path, kind)
    with pytest.raises(CannotStart, match=f"--ca-dir: cannot use .*: {says}"):
        authority(str(tmp_path), (), NOW)


def test_a_different_key_is_refused(tmp_path: Path) -> None:
    authority(str(tmp_path), (), NOW)
    (tmp_path / KEY_FILE).write_bytes(pem_of_key(new_key()))
    with pytest.raises(CannotStart, match=r"ca-key\.pem is not the key of ca\.pem"):
        authority(str(tmp_path), (), NOW)


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotStart, match="--ca-dir: cannot use"):
        authority(str(tmp_path / "file" / "folder"), (), NOW)


def test_a_server_certificate_lives_as_long_as_browsers_allow(tmp_path: Path) -> None:
    ca = authority(str(tmp_path), (), NOW)
    made = server_certificate(new_key(), HOSTS, ca.certificate, ca.key, NOW)
    assert (made.not_valid_after_utc - made.not_valid_before_utc).days == 397
    assert made.not_valid_before_utc < to_datetime(NOW)

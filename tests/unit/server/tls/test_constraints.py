"""What a stolen key of the test CA can be used for: servers with its names, and nothing else."""

import ssl
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from invapi_emulator.clock import real_time
from invapi_emulator.domain.instants import to_datetime
from invapi_emulator.server.tls.authority import Authority, authority
from invapi_emulator.server.tls.certificates import new_key, pem, pem_of_key
from invapi_emulator.server.tls.folder import CA_FILE, KEY_FILE

NOW = real_time()()
"""OpenSSL takes the time from the system."""

SERVER, CLIENT = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
LOCALHOST = x509.DNSName("localhost")


def issued(folder: Path, names: list[x509.GeneralName], usage: x509.ObjectIdentifier = SERVER) -> Path:
    """Return the file of a key and a certificate that somebody made with the CA's key."""
    ca, key = authority(str(folder), (), NOW), new_key()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]))
        .issuer_name(ca.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(to_datetime(NOW) - timedelta(hours=1))
        .not_valid_after(to_datetime(NOW) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        .sign(ca.key, hashes.SHA256())
    )
    file = folder / "issued.pem"
    file.write_bytes(pem_of_key(key) + pem(certificate))
    return file


def shake_hands(server: ssl.SSLContext, client: ssl.SSLContext) -> None:
    """Let both sides agree without a socket; raise the SSLError of the side that refuses."""
    one, two = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = [
        client.wrap_bio(one, two, server_hostname="localhost"),
        server.wrap_bio(two, one, server_side=True),
    ]
    for side in sides * 4:
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue


def trusting(folder: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(folder / CA_FILE))


def serving(file: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def test_a_server_with_its_names_is_accepted(tmp_path: Path) -> None:
    file = issued(tmp_path, [LOCALHOST])
    shake_hands(serving(file), trusting(tmp_path))


@pytest.mark.parametrize(
    "name",
    [
        x509.DNSName("example.com"),
        x509.DNSName("localhost.example.com"),
        x509.RFC822Name("me@example.com"),
        x509.RFC822Name("me@localhost"),
        x509.UniformResourceIdentifier("https://example.com/"),
        x509.UniformResourceIdentifier("spiffe://localhost/me"),
    ],
)
def test_another_name_of_any_kind_is_refused(tmp_path: Path, name: x509.GeneralName) -> None:
    file = issued(tmp_path, [LOCALHOST, name])
    with pytest.raises(ssl.SSLCertVerificationError, match="permitted subtree"):
        shake_hands(serving(file), trusting(tmp_path))


@pytest.mark.parametrize(
    "usage", [CLIENT, ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.CODE_SIGNING]
)
def test_a_certificate_for_something_else_is_refused_by_clients(
    tmp_path: Path, usage: x509.ObjectIdentifier
) -> None:
    file = issued(tmp_path, [LOCALHOST], usage)
    with pytest.raises(ssl.SSLCertVerificationError, match=r"unsuitable|unsupported|purpose"):
        shake_hands(serving(file), trusting(tmp_path))


def test_it_certifies_no_client(tmp_path: Path) -> None:
    file = issued(tmp_path, [LOCALHOST], CLIENT)
    client, server = trusting(tmp_path), authority(str(tmp_path), (), NOW).server_context((), NOW)
    client.load_cert_chain(file)
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(tmp_path / CA_FILE)
    with pytest.raises(ssl.SSLCertVerificationError, match=r"unsuitable|unsupported|purpose|invalid CA"):
        shake_hands(server, client)


def warnings(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [
        record.getMessage() for record in caplog.records if record.name.startswith("invapi_emulator.server")
    ]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o444])
def test_a_key_that_others_can_read_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, mode: int
) -> None:
    made: Authority = authority(str(tmp_path), (), NOW)
    assert warnings(caplog) == []
    (tmp_path / KEY_FILE).chmod(mode)
    assert authority(str(tmp_path), (), NOW).certificate == made.certificate
    (told,) = warnings(caplog)
    assert told.endswith(f"chmod 600 '{tmp_path / KEY_FILE}'")
    assert f"(mode {mode:04o})" in told


def test_a_ca_of_an_older_version_goes_on_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    made = authority(str(tmp_path), (), NOW)
    of_hosts = [
        name
        for name in made.certificate.extensions.get_extension_for_class(
            x509.NameConstraints
        ).value.permitted_subtrees
        or ()
        if isinstance(name, x509.DNSName | x509.IPAddress)
    ]
    older = (
        x509.CertificateBuilder()
        .subject_name(made.certificate.subject)
        .issuer_name(made.certificate.subject)
        .public_key(made.key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(made.certificate.not_valid_before_utc)
        .not_valid_after(made.certificate.not_valid_after_utc)
        .add_extension(x509.NameConstraints(of_hosts, None), critical=True)
        .sign(made.key, hashes.SHA256())
    )
    made.file.write_bytes(pem(older))
    assert authority(str(tmp_path), (), NOW).certificate == older
    (told,) = warnings(caplog)
    assert "was made by an older version" in told

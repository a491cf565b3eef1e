"""Certificates: of a CA restricted to some names, and of a server with these names."""

from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_address, ip_network

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from invapi_emulator.domain.instants import Instant, to_datetime

CA_LIFE = timedelta(days=3650)
LIFE = timedelta(days=397)
"""Longest lifetime of a server certificate that browsers accept."""

_NOWHERE = "invalid"
"""The host that e-mail addresses and URIs are confined to. It cannot exist (RFC 2606)."""

_EARLIER = timedelta(days=1)
"""Certificates start this much earlier, as the clocks of other machines may be slow."""


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def ca_certificate(key: ec.EllipticCurvePrivateKey, names: Sequence[str], now: Instant) -> x509.Certificate:
    """Return the certificate of a CA that can certify only servers with these hosts and addresses.

    A kind of name that constraints leave out would be allowed, so that e-mail addresses and URIs are confined too.
    Directory names are not: Go refuses a CA whose critical constraints have a kind that it does not know.
    """
    allowed = [*map(_subtree, names), x509.RFC822Name(_NOWHERE), x509.UniformResourceIdentifier(_NOWHERE)]
    who = _name("invapi-emulator test CA")
    usage = x509.KeyUsage(
        key_cert_sign=True, crl_sign=True, digital_signature=False, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        _begun(who, who, key.public_key(), now, CA_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints(allowed, None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def server_certificate(
    key: ec.EllipticCurvePrivateKey,
    names: Sequence[str],
    ca: x509.Certificate,
    ca_key: ec.EllipticCurvePrivateKey,
    now: Instant,
) -> x509.Certificate:
    """Return a certificate of the CA for a server with these names."""
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    return (
        _begun(_name("invapi-emulator"), ca.subject, key.public_key(), now, LIFE)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(issuer, critical=False)
        .sign(ca_key, hashes.SHA256())
    )


def may_speak_for(ca: x509.Certificate, name: str) -> bool:
    """Return whether a CA can certify a host or an address: one of its own, or a host below one (RFC 5280, 4.2.1.10)."""
    allowed = ca.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or ()
    if isinstance(_subtree(name), x509.IPAddress):
        return _subtree(name) in allowed
    hosts = [one.value.lower() for one in allowed if isinstance(one, x509.DNSName)]
    return any(f".{name.lower()}".endswith(f".{host}") for host in hosts)


def certifiable(ca: x509.Certificate) -> list[str]:
    """Return the hosts and addresses of a CA's constraints, in order. Hosts below one of them can be certified too."""
    allowed = ca.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or ()
    return [
        one.value if isinstance(one, x509.DNSName) else str(one.value).partition("/")[0]
        for one in allowed
        if isinstance(one, x509.DNSName | x509.IPAddress)
    ]


def is_constrained(ca: x509.Certificate) -> bool:
    """Return whether a CA can certify some names only, as all can that were ever made here."""
    return any(isinstance(one.value, x509.NameConstraints) for one in ca.extensions)


def is_for_servers_only(ca: x509.Certificate) -> bool:
    """Return whether a CA is as constrained as those that this version makes."""
    allowed = ca.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or ()
    usages = [one.value for one in ca.extensions if isinstance(one.value, x509.ExtendedKeyUsage)]
    kinds = {type(subtree) for subtree in allowed}
    return bool(usages) and kinds >= {x509.RFC822Name, x509.UniformResourceIdentifier}


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def pem_of_key(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _begun(
    who: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: Instant, life: timedelta
) -> x509.CertificateBuilder:
    begins = to_datetime(now) - _EARLIER
    return (
        x509.CertificateBuilder()
        .subject_name(who)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + life)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _subtree(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_network(name))
    except ValueError:
        return x509.DNSName(name)

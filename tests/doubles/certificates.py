"""Certificates for servers of the tests, made when they are needed; nothing of them rests in the repository."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """A private authority; `file` holds its certificate."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate
    file: Path


def make_authority(folder: Path, name: str = "Authority of the tests") -> Authority:
    """One that issues certificates, valid now."""
    key = ec.generate_private_key(ec.SECP256R1())
    found = _certificate(name, key.public_key(), name, key, is_authority=True)
    file = folder / "authority.pem"
    file.write_bytes(found.public_bytes(serialization.Encoding.PEM))
    return Authority(key, found, file)


def server_context(
    folder: Path,
    authority: Authority | None,
    *,
    host: str = "127.0.0.1",
    begins: timedelta = -DAY,
    ends: timedelta = DAY,
) -> ssl.SSLContext:
    """The context of a server at `host`; without an authority it signed its certificate itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer, issuer_key = ("node of the tests", key) if authority is None else (_name(authority), authority.key)
    found = _certificate("node of the tests", key.public_key(), issuer, issuer_key, host, begins, ends)
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + found.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def _name(authority: Authority) -> str:
    return str(authority.certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value)


def _certificate(
    name: str,
    key: ec.EllipticCurvePublicKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    host: str = "",
    begins: timedelta = -DAY,
    ends: timedelta = DAY,
    *,
    is_authority: bool = False,
) -> x509.Certificate:
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + begins)
        .not_valid_after(now + ends)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if host:
        try:
            named: x509.GeneralName = x509.IPAddress(ip_address(host))
        except ValueError:
            named = x509.DNSName(host)
        builder = builder.add_extension(x509.SubjectAlternativeName([named]), critical=False)
    return builder.sign(issuer_key, hashes.SHA256())

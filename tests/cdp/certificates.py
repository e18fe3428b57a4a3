"""A certificate authority for one test run, and certificates for its servers."""

from __future__ import annotations

import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Authority:
    """An authority: clients trust `ca_file`, and the server at an address uses `context(address)`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._signed(
            _name("test authority"), self._key.public_key(), x509.BasicConstraints(True, 0)
        )
        self.ca_file = str(folder / "authority.pem")
        Path(self.ca_file).write_bytes(self._certificate.public_bytes(serialization.Encoding.PEM))

    def context(
        self, address: str, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3, days: tuple[int, int] = (-1, 1)
    ) -> ssl.SSLContext:
        """The TLS context of the server at `address`; its certificate is valid between `days`, counted from now."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.file(address, days))
        context.maximum_version = newest
        return context

    def file(self, address: str, days: tuple[int, int] = (-1, 1)) -> Path:
        """One file with the key and the certificate of the server at `address`."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
        certificate = self._signed(_name(address), key.public_key(), names, days)
        file = self._folder / f"{address}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        return file

    def _signed(
        self,
        subject: x509.Name,
        key: ec.EllipticCurvePublicKey,
        extra: x509.ExtensionType,
        days: tuple[int, int] = (-30, 30),
    ) -> x509.Certificate:
        now = datetime.now(UTC)
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(_name("test authority"))
            .public_key(key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + timedelta(days=days[0]))
            .not_valid_after(now + timedelta(days=days[1]))
            .add_extension(extra, critical=isinstance(extra, x509.BasicConstraints))
            .sign(self._key, hashes.SHA256())
        )

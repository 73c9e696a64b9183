"""An authority of our own and certificates by it, for servers on this machine."""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Signed:
    """Files of a server: its certificate, its key, and who signed it."""

    certificate: Path
    key: Path
    authority: Path

    @property
    def pem(self) -> str:
        return self.authority.read_text()


def signed(folder: Path, *addresses: str, days: int = 30) -> Signed:
    """Make an authority and a certificate for some addresses; with days below zero it is over already."""
    folder.mkdir(parents=True, exist_ok=True)
    top, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    above = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "The tests' own authority")])
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    others = [x509.IPAddress(ipaddress.ip_address(one)) for one in addresses]
    first, last = datetime.now(UTC) - timedelta(days=60), datetime.now(UTC) + timedelta(days=days)
    authority = (
        x509.CertificateBuilder(above, above, top.public_key(), x509.random_serial_number(), first, last)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(top, hashes.SHA256())
    )
    certificate = (
        x509.CertificateBuilder(above, name, own.public_key(), x509.random_serial_number(), first, last)
        .add_extension(x509.SubjectAlternativeName(others), critical=False)
        .sign(top, hashes.SHA256())
    )
    made = Signed(folder / "certificate.pem", folder / "key.pem", folder / "authority.pem")
    made.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    made.authority.write_bytes(authority.public_bytes(serialization.Encoding.PEM))
    made.key.touch(mode=0o600)
    made.key.write_bytes(
        own.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return made

"""What is told of a directory before it is asked: its address, who signed its certificate, where things lie; read strictly. [AC-7, PW-4]"""

from datetime import datetime
from typing import Annotated
from urllib.parse import urlsplit

from cryptography import x509
from pydantic import StringConstraints

from iam.directory.escaping import parts_of
from kernel.errors import Fault, Malformed, Refused

Url = Annotated[str, StringConstraints(pattern=r"^ldaps?://[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?$", max_length=300)]
Dn = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]
Authority = Annotated[str, StringConstraints(max_length=100_000)]
MOST_AUTHORITIES = 20
MOST_PORT = 65_535
MOST_AUTHORITY_BYTES = 100_000


def check_url(url: str) -> None:
    """Refuse an address whose port no machine has. Raises Malformed."""
    port = url.rpartition(":")[2]
    if port.isdecimal() and not 1 <= int(port) <= MOST_PORT:
        why = "A port is a number from 1 to 65535."
        raise Malformed(why, [Fault("url", why)])


def host_of(url: str) -> str:
    """Return the machine an address names, with its port."""
    return urlsplit(url).netloc.lower()


def check_place(field: str, dn: str) -> None:
    """Refuse what is no name in a directory's tree (RFC 4514). Raises Malformed."""
    try:
        parts_of(dn)
    except ValueError:
        why = "This is no name in a directory's tree, such as ou=people,dc=example,dc=org."
        raise Malformed(why, [Fault(field, why)]) from None


def check_bind_name(name: str) -> None:
    """Refuse what no directory lets in by: neither a name in the tree nor, in Active Directory, user@domain. Raises Malformed."""
    if "@" not in name or "=" in name:
        check_place("bind_dn", name)


def check_authority(pem: str, now: datetime) -> None:
    """Refuse a file that is no certificate, holds a private key, or whose certificates are all over. Empty is the machine's own list.

    Raises Refused, Malformed.
    """
    if not pem.strip():
        return
    if "PRIVATE KEY" in pem:
        raise Refused(
            "PW-4", "This file holds a private key. Send the certificate alone, and treat the key as disclosed."
        )
    try:
        found = x509.load_pem_x509_certificates(pem.encode("ascii"))
    except ValueError:
        why = "This is no certificate in PEM form: it begins with -----BEGIN CERTIFICATE-----."
        raise Malformed(why, [Fault("authority", why)]) from None
    if len(found) > MOST_AUTHORITIES:
        raise Refused("AC-7", "These are more certificates than one directory needs. Send those of its own authority.")
    if all(one.not_valid_after_utc <= now for one in found):
        raise Refused("AC-7", "The certificate of this authority is over.")

"""What the two kinds of directories call things, and one form for what they say of a user: pure, a stranger's bytes in, a record out. [AC-7]"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from iam.directory.connection import DirectoryFault
from iam.directory.messages import Found

LDAP, ACTIVE_DIRECTORY = "ldap", "active-directory"
_DISABLED = 0x2
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_NEVER = 0x7FFFFFFFFFFFFFFF
LOCKED_FOR_GOOD = "000001010000Z"
_KEY = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"^(\d{14})(?:[.,]\d+)?Z$")
MOST_TEXT = 300


@dataclass(frozen=True, slots=True)
class Dialect:
    """The names of one kind of directory: its own key of an entry, what counts its changes, and what we read and write."""

    id: str
    stamp: str
    changed: str
    name: str
    given_name: str
    family_name: str
    mail: str
    status: str
    secret_at: str
    used_at: str
    expires_at: str
    users: str
    groups: str

    @property
    def attributes(self) -> list[str]:
        """All that is read of a user."""
        return [self.id, self.stamp, self.name, self.given_name, self.family_name, self.mail, self.status,
                self.secret_at, self.used_at, *([self.expires_at] if self.expires_at else [])]  # fmt: skip


DIALECTS = {
    LDAP: Dialect(
        id="entryUUID",
        stamp="entryCSN",
        changed="modifyTimestamp",
        name="uid",
        given_name="givenName",
        family_name="sn",
        mail="mail",
        status="pwdAccountLockedTime",
        secret_at="pwdChangedTime",  # noqa: S106 - an attribute's name
        used_at="authTimestamp",
        expires_at="",
        users="(objectClass=inetOrgPerson)",
        groups="(objectClass=groupOfNames)",
    ),
    ACTIVE_DIRECTORY: Dialect(
        id="objectGUID",
        stamp="uSNChanged",
        changed="uSNChanged",
        name="sAMAccountName",
        given_name="givenName",
        family_name="sn",
        mail="mail",
        status="userAccountControl",
        secret_at="pwdLastSet",  # noqa: S106
        used_at="lastLogonTimestamp",
        expires_at="accountExpires",
        users="(&(objectCategory=person)(objectClass=user))",
        groups="(objectClass=group)",
    ),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """A user of a directory, in our words. `external_id` is the directory's own key, which a new name does not change."""

    external_id: str
    dn: str
    stamp: str
    name: str
    enabled: bool
    given_name: str = ""
    family_name: str = ""
    mail: str = ""
    secret_at: datetime | None = None
    used_at: datetime | None = None
    expires_at: datetime | None = None


def key_of(kind: str, found: Found) -> str:
    """Return the directory's own key of an entry as a UUID in small letters. Raises DirectoryFault where it has none."""
    values = found.attributes.get(DIALECTS[kind].id.lower())
    try:
        if kind == ACTIVE_DIRECTORY:
            return str(UUID(bytes_le=values[0])) if values else _keyless()
        text = values[0].decode("ascii") if values else _keyless()
        return text if _KEY.fullmatch(text) else str(UUID(text))
    except ValueError:
        return _keyless()


def _keyless() -> str:
    raise DirectoryFault("untrusted", "It shows an entry without a key of its own.")


def entry_of(kind: str, found: Found) -> Entry:
    """Read a user. Raises DirectoryFault where the entry has no key or no name; odd times and flags are left out."""
    names = DIALECTS[kind]
    name = found.text(names.name.lower())[:MOST_TEXT]
    if not name:
        raise DirectoryFault("untrusted", "It shows a user without a name.")
    status = found.text(names.status.lower())
    return Entry(
        external_id=key_of(kind, found),
        dn=found.dn,
        stamp=found.text(names.stamp.lower())[:MOST_TEXT],
        name=name,
        enabled=_is_enabled(kind, status),
        given_name=found.text(names.given_name.lower())[:MOST_TEXT],
        family_name=found.text(names.family_name.lower())[:MOST_TEXT],
        mail=found.text(names.mail.lower())[:MOST_TEXT],
        secret_at=time_of(kind, found.text(names.secret_at.lower())),
        used_at=time_of(kind, found.text(names.used_at.lower())),
        expires_at=time_of(kind, found.text(names.expires_at.lower())) if names.expires_at else None,
    )


def _is_enabled(kind: str, status: str) -> bool:
    """A user whose status cannot be read counts as enabled: what might work is looked at."""
    if kind == LDAP:
        return status != LOCKED_FOR_GOOD
    return not (status.lstrip("-").isdecimal() and int(status) & _DISABLED)


def time_of(kind: str, text: str) -> datetime | None:
    """Read a time: generalized time, or Active Directory's count of 100 ns since 1601 (0 and the largest mean never)."""
    try:
        if kind == LDAP:
            match = _TIME.match(text)
            return datetime.strptime(match[1], "%Y%m%d%H%M%S").replace(tzinfo=UTC) if match else None
        ticks = int(text or 0)
        return _EPOCH + timedelta(microseconds=ticks // 10) if 0 < ticks < _NEVER else None
    except (ValueError, OverflowError):
        return None

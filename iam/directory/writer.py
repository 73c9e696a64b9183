"""Writing to a directory: make, suspend, enable, rename, put into and take out of groups, set a password. [AC-1, AC-2, AC-7]

Every act may be repeated: what is so already stays so.
"""

import secrets
from collections.abc import Mapping

from iam.directory.connection import ADD, DELETE, REPLACE, DirectoryFault, Link
from iam.directory.entries import ACTIVE_DIRECTORY, DIALECTS, LOCKED_FOR_GOOD, Entry
from iam.directory.escaping import dn_value
from iam.directory.reader import Reader

_NORMAL, _DISABLED = 512, 0x2
_UNUSABLE_LENGTH = 48


class Writer:
    """Writes to one directory over an open link."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.kind = link.door.kind
        self.names = DIALECTS[self.kind]
        self.reader = Reader(link)

    def provide(self, name: str, given_name: str, family_name: str, mail: str) -> Entry:
        """Make a user who cannot sign in yet: no password, and in Active Directory disabled. Raises DirectoryFault.

        One that is there under the name and bound to nobody is not taken over: an id is never given again.
        """
        if self.reader.by_name(name) is not None:
            raise DirectoryFault("refused", "There is a user of this name already.")
        full = f"{given_name} {family_name}".strip() or name
        attributes: dict[str, object] = {
            self.names.name: name,
            self.names.given_name: given_name,
            self.names.family_name: family_name or name,
            self.names.mail: mail,
        }
        if self.kind == ACTIVE_DIRECTORY:
            top = self.link.door.people[self.link.door.people.lower().index("dc=") :]
            domain = ".".join(part.partition("=")[2] for part in top.split(","))
            attributes |= {"displayName": full, "userPrincipalName": f"{name}@{domain}", "userAccountControl": 514}
            relative, classes = f"CN={dn_value(name)}", ["top", "person", "organizationalPerson", "user"]
        else:
            attributes |= {"cn": full}
            relative, classes = f"uid={dn_value(name)}", ["inetOrgPerson"]
        given = {key: value for key, value in attributes.items() if value != ""}
        self.link.add(f"{relative},{self.link.door.people}", classes, given)
        made = self.reader.by_name(name)
        if made is None:
            raise DirectoryFault("untrusted", "It took a new user and does not show them.")
        return made

    def disable(self, entry: Entry) -> None:
        """Let nobody in by this entry any more. Raises NoEntry, DirectoryFault."""
        if self.kind == ACTIVE_DIRECTORY:
            self._flag(entry, disabled=True)
        else:
            self.link.modify(entry.dn, {self.names.status: [(REPLACE, [LOCKED_FOR_GOOD])]})

    def enable(self, entry: Entry) -> None:
        """Let its person in again. Raises NoEntry, DirectoryFault."""
        if self.kind == ACTIVE_DIRECTORY:
            self._flag(entry, disabled=False)
        else:
            self.link.modify(entry.dn, {self.names.status: [(REPLACE, [])]})

    def _flag(self, entry: Entry, *, disabled: bool) -> None:
        found, _ = self.link.search(entry.dn, "(objectClass=*)", [self.names.status], one=True)
        text = found[0].text(self.names.status.lower()) if found else ""
        held = int(text) if text.lstrip("-").isdecimal() else _NORMAL
        wanted = held | _DISABLED if disabled else held & ~_DISABLED
        changes = {self.names.status: [(REPLACE, [str(wanted)])]}
        if not disabled and entry.expires_at is not None:
            changes[self.names.expires_at] = [(REPLACE, ["0"])]
        self.link.modify(entry.dn, changes)

    def join(self, entry: Entry, group_key: str) -> None:
        """Put a user into a group. Raises NoEntry, DirectoryFault."""
        self.link.modify(self.reader.group_dn(group_key), {"member": [(ADD, [entry.dn])]})

    def part(self, entry: Entry, group_key: str) -> None:
        """Take a user out of a group. One who is in it only through another group stays, and is found again. Raises as `join`."""
        self.link.modify(self.reader.group_dn(group_key), {"member": [(DELETE, [entry.dn])]})

    def describe(self, entry: Entry, given_name: str, family_name: str, mail: str) -> None:
        """Write what the registry says of a person. Raises NoEntry, DirectoryFault."""
        told: Mapping[str, str] = {
            self.names.given_name: given_name, self.names.family_name: family_name, self.names.mail: mail
        }  # fmt: skip
        self.link.modify(entry.dn, {name: [(REPLACE, [value])] for name, value in told.items() if value})

    def rename(self, entry: Entry, name: str) -> None:
        """Give a user the name the registry knows them by. Raises NoEntry, DirectoryFault."""
        if self.kind == ACTIVE_DIRECTORY:
            self.link.modify(entry.dn, {self.names.name: [(REPLACE, [name])]})
        elif entry.dn.lower().startswith("uid="):
            self.link.rename(entry.dn, f"uid={dn_value(name)}")
        else:
            self.link.modify(entry.dn, {self.names.name: [(REPLACE, [name])]})

    def set_password(self, entry: Entry, password: str) -> None:
        """Set a password that our own rules have passed; over TLS only, which every link is. Raises NoEntry, DirectoryFault."""
        if self.kind == ACTIVE_DIRECTORY:
            self.link.set_ad_password(entry.dn, password)
        else:
            self.link.set_ldap_password(entry.dn, password)

    def void_password(self, entry: Entry) -> None:
        """Put a password nobody knows in place of one that is too old; its person sets a new one. Raises NoEntry, DirectoryFault."""
        self.set_password(entry, f"{secrets.token_urlsafe(_UNUSABLE_LENGTH)}aA1!")

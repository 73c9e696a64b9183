"""Reading a directory: users page by page, who is in which group, and what changed since a mark. [AC-7]"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from iam.directory.connection import DIRSYNC, DirectoryFault, Link, NoEntry, dirsync
from iam.directory.entries import ACTIVE_DIRECTORY, DIALECTS, Entry, entry_of, key_of, time_of
from iam.directory.escaping import filter_value, lies_below, parts_of
from iam.directory.messages import Found
from iam.directory.models import DirectoryGroup

AT_ONCE = 50
"""Entries asked for by key in one question."""
DEEPEST = 10
"""Groups within groups; a deeper nest, or a ring, is read no further."""
_IN_CHAIN = "1.2.840.113556.1.4.1941"
_LONG_AGO = "19700101000000Z"
_ROUNDS = 10_000


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells whether an entry changed: its key, its place, and the directory's own count of its changes."""

    external_id: str
    dn: str
    stamp: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a mark: keys of entries to look at, whether any group did, and the mark to go on from."""

    keys: frozenset[str]
    groups: bool
    mark: bytes
    stamps: Mapping[str, str] = field(default_factory=dict)
    """Where the directory tells it with the change: what to hold our copy against before an entry is read again."""


class Reader:
    """Reads one directory over an open link; the kind of directory decides how."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.door = link.door
        self.kind = link.door.kind
        self.names = DIALECTS[self.kind]

    def entries(self) -> Iterator[list[Entry]]:
        """Read all users whole, page by page. Raises DirectoryFault."""
        for page in self.link.pages(self.door.people, self.names.users, self.names.attributes):
            yield [entry_of(self.kind, self._own(found)) for found in page]

    def stamps(self) -> Iterator[list[Stamp]]:
        """Read of all users only what tells whether they changed. Raises DirectoryFault."""
        for page in self.link.pages(self.door.people, self.names.users, [self.names.id, self.names.stamp]):
            yield [self._stamp(found) for found in page]

    def _stamp(self, found: Found) -> Stamp:
        return Stamp(key_of(self.kind, self._own(found)), found.dn, found.text(self.names.stamp.lower()))

    def _own(self, found: Found) -> Found:
        if not lies_below(found.dn, self.door.people):
            raise DirectoryFault("untrusted", "It shows entries from a place that was not asked for.")
        return found

    def by_keys(self, keys: Iterable[str]) -> Iterator[list[Entry]]:
        """Read users by their keys; those that are gone are left out. Raises DirectoryFault."""
        wanted = sorted(set(keys))
        for start in range(0, len(wanted), AT_ONCE):
            asked = "".join(self._key_filter(key) for key in wanted[start : start + AT_ONCE])
            found, _ = self.link.search(self.door.people, f"(&{self.names.users}(|{asked}))", self.names.attributes)
            yield [entry_of(self.kind, self._own(one)) for one in found]

    def by_name(self, name: str) -> Entry | None:
        """Read the user of a name. Raises DirectoryFault."""
        asked = f"(&{self.names.users}({self.names.name}={filter_value(name)}))"
        found, _ = self.link.search(self.door.people, asked, self.names.attributes)
        return entry_of(self.kind, self._own(found[0])) if found else None

    def _key_filter(self, key: str) -> str:
        value = filter_value(UUID(key).bytes_le) if self.kind == ACTIVE_DIRECTORY else filter_value(key)
        return f"({self.names.id}={value})"

    def groups(self) -> list[tuple[str, str]]:
        """List the groups as key and name. Raises DirectoryFault."""
        pages = self.link.pages(self.door.groups, self.names.groups, [self.names.id, "cn"])
        return [(key_of(self.kind, found), found.text("cn")) for page in pages for found in page]

    def group_dn(self, key: str) -> str:
        """Return where a group lies now. Raises NoEntry, DirectoryFault."""
        asked = f"(&{self.names.groups}{self._key_filter(key)})"
        found, _ = self.link.search(self.door.groups, asked, ["cn"])
        if not found:
            raise NoEntry("group")
        return found[0].dn

    def writer(self, key: str) -> tuple[str, datetime | None]:
        """Tell who wrote to a group last, and when, where the directory keeps it (OpenLDAP does). Raises DirectoryFault."""
        asked = f"(&{self.names.groups}{self._key_filter(key)})"
        found, _ = self.link.search(self.door.groups, asked, ["modifiersName", "modifyTimestamp"])
        if not found:
            return "", None
        return found[0].text("modifiersname"), time_of(self.kind, found[0].text("modifytimestamp"))

    def memberships(self, groups: Iterable[DirectoryGroup]) -> dict[str, set[str]]:
        """Return, for each user's place in one form, the ids of the groups they are in, directly or through groups within.

        A group that is gone has no members. Raises DirectoryFault.
        """
        found: dict[str, set[str]] = {}
        for group in groups:
            try:
                dn = self.group_dn(group.external_id)
            except NoEntry:
                continue
            members = self._members_ad(dn) if self.kind == ACTIVE_DIRECTORY else self._members_ldap(dn)
            for member in members:
                found.setdefault(member, set()).add(str(group.id))
        return found

    def _members_ad(self, dn: str) -> set[str]:
        """Who is in it through any number of groups, and whose primary group it is, which no list of members shows."""
        value = filter_value(dn)
        group, _ = self.link.search(dn, "(objectClass=*)", ["primaryGroupToken"], one=True)
        token = group[0].text("primarygrouptoken") if group else ""
        primary = f"(primaryGroupID={filter_value(token)})" if token else ""
        asked = f"(&{self.names.users}(|(memberOf:{_IN_CHAIN}:={value}){primary}))"
        return {
            fold(found.dn) for page in self.link.pages(self.door.people, asked, [self.names.name]) for found in page
        }

    def _members_ldap(self, dn: str) -> set[str]:
        users: set[str] = set()
        seen, edge = {fold(dn)}, [dn]
        for _ in range(DEEPEST):
            inner: list[str] = []
            for group in edge:
                for member in self._listed(group):
                    folded = fold(member)
                    if lies_below(member, self.door.people):
                        users.add(folded)
                    elif folded not in seen:
                        seen.add(folded)
                        inner.append(member)
            edge = inner
        return users

    def _listed(self, dn: str) -> list[str]:
        try:
            found, _ = self.link.search(dn, self.names.groups, ["member"], one=True)
        except NoEntry:
            return []
        return [value.decode("utf-8", "replace") for one in found for value in one.attributes.get("member", ())]

    def mark(self) -> bytes:
        """Return a mark of now, to ask from later; taken before a whole reading, so that nothing falls between."""
        if self.kind == ACTIVE_DIRECTORY:
            return self._dirsync(b"", "(cn=nobody is called so)", [])[1]
        return f"{_LONG_AGO} {_LONG_AGO}".encode()

    def changes(self, mark: bytes) -> Changes:
        """Return what changed since a mark. Raises DirectoryFault."""
        return self._changes_ad(mark) if self.kind == ACTIVE_DIRECTORY else self._changes_ldap(mark)

    def _changes_ad(self, mark: bytes) -> Changes:
        attributes = [name for name in self.names.attributes if name != self.names.stamp]
        asked = "(|(objectClass=user)(objectClass=group))"
        found, following = self._dirsync(mark, asked, [*attributes, "member", "primaryGroupID", "isDeleted"])
        groups = {one.dn for one in found if any(name.startswith("member") for name in one.attributes)}
        primary = any("primarygroupid" in one.attributes for one in found)
        keys = frozenset(key_of(self.kind, one) for one in found if one.dn not in groups)
        return Changes(keys, bool(groups) or primary, following)

    def _dirsync(self, cookie: bytes, asked: str, attributes: list[str]) -> tuple[list[Found], bytes]:
        """Ask by DirSync from the top of the tree until there is no more; each round's cookie must move on."""
        top = self.door.people[self.door.people.lower().index("dc=") :]
        found: list[Found] = []
        for _ in range(_ROUNDS):
            more, controls = self.link.search(top, asked, attributes or ["objectGUID"], controls=[dirsync(cookie)])
            value: dict[str, Any] = controls.get(DIRSYNC, {}).get("value", {})
            if not value.get("cookie"):
                raise DirectoryFault("untrusted", "It answers without telling up to where it has answered.")
            found += more
            cookie = bytes(value["cookie"])
            if not value.get("more_results"):
                return found, cookie
        raise DirectoryFault("untrusted", "Its changes have no end.")

    def _changes_ldap(self, mark: bytes) -> Changes:
        """Ask by times of change. The mark trails one round behind, since a change may come while we read."""
        older, newer = mark.decode("ascii").split(" ")
        latest, stamps, groups = newer, dict[str, str](), False
        since = f"({self.names.changed}>={filter_value(older)})"
        wanted = [self.names.id, self.names.stamp, self.names.changed]
        for page in self.link.pages(self.door.people, f"(&{self.names.users}{since})", wanted):
            for found in page:
                stamps[key_of(self.kind, self._own(found))] = found.text(self.names.stamp.lower())
                latest = max(latest, found.text(self.names.changed.lower()))
        for page in self.link.pages(self.door.groups, f"(&{self.names.groups}{since})", [self.names.changed]):
            for found in page:
                changed = found.text(self.names.changed.lower())
                groups = groups or changed >= older
                latest = max(latest, changed)
        return Changes(frozenset(stamps), groups, f"{newer} {latest}".encode(), stamps)


def fold(dn: str) -> str:
    """Return a name in the tree in one form, quickly where it is plain already."""
    small = dn.lower()
    if "\\" not in small and ", " not in small and " =" not in small and "= " not in small:
        return small
    try:
        return ",".join(f"{kind}={value}" if "," not in value else f"{kind}={value!r}" for kind, value in parts_of(dn))
    except ValueError:
        return small

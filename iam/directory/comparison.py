"""Wanted against actual, both ways: a pure function over two maps. [AC-7, ID-1, ID-2, ID-3, ID-4, AC-2, AC-3]"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from iam.people import names
from iam.people.names import Convention

CLAUSE_OF = {
    "unknown-account": "AC-7",
    "missing-account": "AC-7",
    "extra-right": "AC-2",
    "missing-right": "AC-2",
    "re-enabled-leaver": "AC-3",
    "shared-id": "ID-2",
    "no-otp": "ID-1",
    "bad-name": "ID-3",
    "old-secret": "ID-4",
    "reused-id": "ID-3",
    "disabled-elsewhere": "AC-7",
    "renamed": "ID-3",
    "attributes-differ": "AC-7",
}
NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the registry wants of one account; `groups` are keys of the groups its person's roles ask for."""

    account_id: str
    person_id: str
    name: str
    external_id: str | None
    status: str
    kind: str = "human"
    groups: frozenset[str] = NOTHING
    given_name: str = ""
    family_name: str = ""
    mail: str = ""
    has_otp: bool = False
    is_shared: bool = False
    """Several persons' accounts are bound to this one entry."""

    @property
    def is_active(self) -> bool:
        """Whether the account is to work."""
        return self.status == "active"


@dataclass(frozen=True, slots=True)
class Actual:
    """What the directory says of one entry."""

    external_id: str
    name: str
    enabled: bool
    groups: frozenset[str] = NOTHING
    given_name: str = ""
    family_name: str = ""
    mail: str = ""
    secret_at: datetime | None = None
    expires_at: datetime | None = None

    def works(self, now: datetime) -> bool:
        """Whether somebody can use it: enabled, and its end (where the directory keeps one) not past."""
        return self.enabled and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True, slots=True)
class Rules:
    """What the book says of a platform at a time."""

    convention: Convention
    has_otp: bool
    secret_days: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Finding:
    """One difference: of which kind, about which entry or account, and what a person needs to know of it."""

    kind: str
    external_id: str | None
    account_id: str | None
    person_id: str | None
    group: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    def about(self, directory_id: str) -> str:
        """Name the thing, the same at each look."""
        if self.external_id is None:
            return f"account:{self.account_id}"
        return f"entry:{directory_id}.{self.external_id}" + (f".{self.group}" if self.group else "")


def differences(
    wanted: Mapping[str, Wanted],
    actual: Mapping[str, Actual],
    rules: Rules,
    unbound: Mapping[str, Wanted] | None = None,
) -> Iterator[Finding]:
    """Compare two whole maps by the directory's keys; `unbound` are accounts by name that no entry is bound to yet."""
    former = {one.name: one for one in wanted.values()} | dict(unbound or {})
    for key, seen in actual.items():
        yield from compare(wanted.get(key), seen, former.get(seen.name), rules)
    for key, account in wanted.items():
        if key not in actual:
            yield from missing(account)
    for account in (unbound or {}).values():
        yield from missing(account)


def missing(wanted: Wanted) -> Iterator[Finding]:
    """Tell of an account that is to work and has no entry."""
    if wanted.is_active:
        yield Finding("missing-account", None, wanted.account_id, wanted.person_id, detail={"name": wanted.name})


def compare(wanted: Wanted | None, seen: Actual, namesake: Wanted | None, rules: Rules) -> Iterator[Finding]:
    """Compare one entry with the account bound to it; `namesake` is the account that has or had its name."""
    if wanted is None:
        yield from _stranger(seen, namesake, rules)
        return

    def finding(kind: str, group: str | None = None, **detail: Any) -> Finding:
        told = {"name": seen.name, **detail}
        return Finding(kind, seen.external_id, wanted.account_id, wanted.person_id, group, told)

    works = seen.works(rules.now)
    if wanted.is_shared:
        yield finding("shared-id")
    if seen.name.lower() != wanted.name.lower():
        yield finding("renamed", registered=wanted.name)
    if works and not wanted.is_active:
        yield finding("re-enabled-leaver", status=wanted.status)
    if wanted.is_active and not works:
        yield finding("disabled-elsewhere")
    may_have = NOTHING if wanted.status == "revoked" else wanted.groups
    for group in sorted(seen.groups - may_have):
        yield finding("extra-right", group)
    if wanted.is_active:
        for group in sorted(wanted.groups - seen.groups):
            yield finding("missing-right", group)
        yield from _of_the_living(wanted, seen, rules, finding, works=works)


def _of_the_living(wanted: Wanted, seen: Actual, rules: Rules, finding: Any, *, works: bool) -> Iterator[Finding]:
    """Compare what matters only of an account in use."""
    told = (
        ("given_name", wanted.given_name, seen.given_name),
        ("family_name", wanted.family_name, seen.family_name),
        ("mail", wanted.mail, seen.mail),
    )
    differing = [part for part, own, there in told if own and own != there] if wanted.kind == "human" else []
    if differing:
        yield finding("attributes-differ", attributes=differing)
    if not works:
        return
    if wanted.kind == "human" and not names.fits(rules.convention, seen.name):
        yield finding("bad-name")
    if rules.has_otp and not wanted.has_otp and wanted.kind != "service":
        yield finding("no-otp")
    asks_rotation = not (rules.has_otp and wanted.has_otp)
    if asks_rotation and seen.secret_at is not None and seen.secret_at <= rules.now - timedelta(days=rules.secret_days):
        yield finding("old-secret", since=seen.secret_at.date().isoformat())


def _stranger(seen: Actual, namesake: Wanted | None, rules: Rules) -> Iterator[Finding]:
    """Tell of an entry no account is bound to; one that cannot be used and is in no group of ours is nobody's concern."""
    works = seen.works(rules.now)
    told = {"name": seen.name}
    if works and namesake is not None and namesake.external_id is not None:
        yield Finding("reused-id", seen.external_id, namesake.account_id, namesake.person_id, detail=told)
    elif works and names.is_reserved(rules.convention, seen.name):
        yield Finding("shared-id", seen.external_id, None, None, detail=told)
    elif works:
        yield Finding("unknown-account", seen.external_id, None, None, detail=told)
    for group in sorted(seen.groups):
        yield Finding("extra-right", seen.external_id, None, None, group, told)

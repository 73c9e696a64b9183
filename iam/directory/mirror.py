"""What was last seen in a directory and how it stands: our own copy, so that only what changed is read whole. [AC-7]"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Text, any_, cast, delete, func, text
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import col, select

from iam.directory.comparison import Actual
from iam.directory.entries import Entry
from iam.directory.models import DirectoryEntry, DirectoryLook, DirectoryStanding
from kernel.db import read_session, ungoverned_session

_KEPT = (
    "dn",
    "name",
    "enabled",
    "groups",
    "given_name",
    "family_name",
    "mail",
    "secret_at",
    "used_at",
    "expires_at",
    "stamp",
)


@dataclass(frozen=True, slots=True)
class Seen:
    """An entry as it was last seen."""

    actual: Actual
    dn: str
    stamp: str
    used_at: datetime | None = None


def seen_of(entry: Entry, groups: Iterable[str]) -> Seen:
    """Return what to keep of an entry that was read, with its groups."""
    actual = Actual(
        entry.external_id, entry.name, entry.enabled, frozenset(groups), entry.given_name, entry.family_name,
        entry.mail, entry.secret_at, entry.expires_at,
    )  # fmt: skip
    return Seen(actual, entry.dn, entry.stamp, entry.used_at)


_TABLE: Any = DirectoryEntry.__table__  # type: ignore[attr-defined]
_ROW = select(
    _TABLE.c.external_id, *(cast(_TABLE.c[name], Text) if name == "groups" else _TABLE.c[name] for name in _KEPT)
)


def _seen(row: Any, sets: dict[str, frozenset[str]]) -> Seen:
    """Read a row; entries in the same groups share one set of them, which is read once."""
    (key, dn, name, enabled, told, given, family, mail, secret_at, used_at, expires_at, stamp) = row
    groups = sets.get(told)
    if groups is None:
        groups = sets[told] = frozenset(orjson.loads(told))
    return Seen(Actual(key, name, enabled, groups, given, family, mail, secret_at, expires_at), dn, stamp, used_at)


def listed(keys: Iterable[str]) -> Any:
    """Send keys as one value: a thousand of them are a statement of the same length as one."""
    return func.string_to_array(",".join(keys), ",", type_=ARRAY(Text()))


def known(directory_id: UUID, keys: Iterable[str]) -> dict[str, Seen]:
    """Return what was last seen of some entries."""
    asked = _ROW.where(_TABLE.c.directory_id == directory_id, _TABLE.c.external_id == any_(listed(keys)))
    sets: dict[str, frozenset[str]] = {}
    with read_session() as session:
        return {row[0]: _seen(row, sets) for row in session.connection().execute(asked).all()}


def everything(directory_id: UUID) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Yield key, place and groups of all entries last seen."""
    asked = select(_TABLE.c.external_id, _TABLE.c.dn, _TABLE.c.groups).where(_TABLE.c.directory_id == directory_id)
    with read_session() as session:
        for key, dn, groups in session.execute(asked.execution_options(yield_per=1000)):
            yield key, dn, frozenset(groups)


def keys(directory_id: UUID) -> set[str]:
    """Return the keys of all entries last seen."""
    with read_session() as session:
        return set(session.scalars(select(_TABLE.c.external_id).where(_TABLE.c.directory_id == directory_id)))


def keep(directory_id: UUID, entries: Iterable[Seen]) -> None:
    """Keep what was seen."""
    rows = [
        {
            "directory_id": directory_id, "external_id": one.actual.external_id, "dn": one.dn, "name": one.actual.name,
            "enabled": one.actual.enabled, "groups": sorted(one.actual.groups), "given_name": one.actual.given_name,
            "family_name": one.actual.family_name, "mail": one.actual.mail, "secret_at": one.actual.secret_at,
            "used_at": one.used_at, "expires_at": one.actual.expires_at, "stamp": one.stamp,
        }
        for one in entries
    ]  # fmt: skip
    if rows:
        made = insert(DirectoryEntry)
        upsert = made.on_conflict_do_update(
            index_elements=["directory_id", "external_id"], set_={name: made.excluded[name] for name in _KEPT}
        )
        with ungoverned_session() as conn:
            conn.execute(upsert, rows)


def forget(directory_id: UUID, gone: Iterable[str]) -> None:
    """Forget entries that are no more."""
    asked = delete(DirectoryEntry).where(
        col(DirectoryEntry.directory_id) == directory_id, _TABLE.c.external_id == any_(listed(gone))
    )
    with ungoverned_session() as conn:
        conn.execute(asked)


def standing(session: Any, directory_id: UUID) -> DirectoryStanding:
    """Return how a directory stands; `new` where it was never asked."""
    found = session.get(DirectoryStanding, directory_id)
    return found if found is not None else DirectoryStanding(directory_id=directory_id)


def stand(directory_id: UUID, **told: Any) -> None:
    """Write down how a directory stands; what is not told stays."""
    made = insert(DirectoryStanding).values(directory_id=directory_id, **{"state": "new", "why": "", **told})
    with ungoverned_session() as conn:
        conn.execute(made.on_conflict_do_update(index_elements=["directory_id"], set_=told))


def remember(look: DirectoryLook, keep_from: datetime) -> None:
    """Keep a look for the history, and forget those from before `keep_from`."""
    with ungoverned_session() as conn:
        conn.execute(insert(DirectoryLook).values(look.model_dump()).on_conflict_do_nothing())
        conn.execute(
            delete(DirectoryLook).where(
                col(DirectoryLook.directory_id) == look.directory_id, col(DirectoryLook.at) < keep_from
            )
        )


@contextmanager
def alone(directory_id: UUID) -> Iterator[bool]:
    """Give whether we are the only one who looks at this directory now, in all processes."""
    key = directory_id.int & 0x7FFF_FFFF_FFFF_FFFF
    with ungoverned_session() as conn:
        is_ours = bool(conn.execute(text("select pg_try_advisory_lock(:key)"), {"key": key}).scalar())
        try:
            yield is_ours
        finally:
            if is_ours:
                conn.execute(text("select pg_advisory_unlock(:key)"), {"key": key})

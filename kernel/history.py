"""Before and after of an action, taken from the ORM session's own history.

The database counts the rows beside us: a change that slips past this file makes the commit fail (see walls.sql),
so nothing is changed unseen.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import event, inspect, tuple_, update
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction
from sqlalchemy.orm.attributes import QueryableAttribute, set_committed_value
from sqlalchemy.orm.exc import StaleDataError

from kernel.db import Record, as_utc
from kernel.ledger.entries import Detail, commit

MASK = "***"
UNTOLD = frozenset({"version"})
Change = list[Any]


@dataclass(slots=True)
class History:
    """What the session wrote: by thing and field the value before and after, and how many rows."""

    rows: int = 0
    changes: dict[str, dict[str, Change]] = field(default_factory=dict)
    people: dict[str, UUID | None] = field(default_factory=dict)
    marks: dict[str, dict[str, str]] = field(default_factory=dict)

    def told(self, key_of: Callable[[UUID], bytes]) -> tuple[dict[str, Any], list[Detail]]:
        """Return the changes as the ledger may hold them, and what lies encrypted beside the entry."""
        shown: dict[str, Any] = {}
        details: list[Detail] = []
        for ref, fields in self.changes.items():
            for name, pair in fields.items():
                if pair[0] == pair[1]:
                    continue
                mark = self.marks.get(ref, {}).get(name)
                if mark == "secret":
                    pair = [value if value is None else MASK for value in pair]  # noqa: PLW2901 - the shown form of the pair
                elif mark == "personal":
                    pair = self._committed(f"{ref}/{name}", pair, self.people.get(ref), key_of, details)  # noqa: PLW2901
                shown.setdefault(ref, {})[name] = pair
        return shown, details

    @staticmethod
    def _committed(
        path: str, pair: Change, subject: UUID | None, key_of: Callable[[UUID], bytes], details: list[Detail]
    ) -> Change:
        """Put each side's salted commitment in place of the content; without a subject there is no key, so it is masked."""
        if subject is None:
            return [value if value is None else MASK for value in pair]
        key = key_of(subject)
        sides: Change = []
        for side, value in zip(("before", "after"), pair, strict=True):
            if value is None:
                sides.append(None)
                continue
            digest, detail = commit(f"{path}/{side}", str(value), subject, key)
            details.append(detail)
            sides.append(digest)
        return sides


class WriteSession(Session):
    """The writable session of an action; it refuses the ways around its own history.

    What it has loaded or added it keeps, so that the same record is never fetched twice in one action.
    """

    history: History

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kept: list[object] = []

    def begin_nested(self, *_: Any, **__: Any) -> Any:
        """Refuse savepoints: a row rolled back to one would still be told as written."""
        raise RuntimeError("no savepoints inside an action")


@event.listens_for(WriteSession, "do_orm_execute")
def _refuse_bulk(state: ORMExecuteState) -> None:
    if state.is_update or state.is_delete or state.is_insert:
        raise RuntimeError("change records one by one: a bulk statement leaves no history")


@event.listens_for(WriteSession, "loaded_as_persistent")
@event.listens_for(WriteSession, "pending_to_persistent")
def _keep(session: Session, record: object) -> None:
    if isinstance(session, WriteSession):
        session.kept.append(record)


@event.listens_for(WriteSession, "after_flush")
def _take_history(session: Session, _: UOWTransaction) -> None:
    if not isinstance(session, WriteSession):
        return
    told = session.history
    for record in session.new:
        _tell(told, record, kind="new")
    for record in session.deleted:
        _tell(told, record, kind="deleted")
    for record in session.dirty:
        changed = _changed(record)
        if changed:
            _tell(told, record, kind="changed", only=changed)


def write_alike(session: WriteSession, records: Sequence[Record], values: Mapping[str, Any]) -> None:
    """Give many records of one kind the same values by one statement, and tell each as if it were changed by itself.

    Raises:
        StaleDataError: when one of them was changed by somebody else meanwhile.

    """
    session.flush()
    for record in records:
        for name, value in values.items():
            setattr(record, name, value)
    changed = [(record, only) for record in records if (only := _changed(record))]
    if not changed:
        return
    table = inspect(type(records[0])).local_table
    stand = tuple_(table.c.id, table.c.version).in_([(record.id, record.version) for record, _ in changed])
    done = session.connection().execute(update(table).where(stand).values(version=table.c.version + 1, **values))
    if done.rowcount != len(changed):
        raise StaleDataError(f"{len(changed) - done.rowcount} of {len(changed)} records were changed meanwhile")
    for record, only in changed:
        _tell(session.history, record, kind="changed", only=only)
        for name, value in {**values, "version": record.version + 1}.items():
            set_committed_value(record, name, value)


def _changed(record: Any) -> list[Any]:
    """Give the column attributes that were flushed with another value; only those that were touched are looked at."""
    state = inspect(record)
    columns = state.mapper.column_attrs
    touched = [columns[name] for name in state.committed_state if name in columns]
    return [attribute for attribute in touched if state.attrs[attribute.key].history.has_changes()]


def _tell(told: History, record: Any, kind: str, only: list[Any] | None = None) -> None:
    state = inspect(record)
    ref = (
        record.ref
        if isinstance(record, Record)
        else f"{state.mapper.local_table.name}:{'/'.join(map(str, state.mapper.primary_key_from_instance(record)))}"
    )
    told.rows += 1
    told.people[ref] = record.subject() if isinstance(record, Record) else None
    fields = told.changes.setdefault(ref, {})
    for attribute in state.mapper.column_attrs if only is None else only:
        name = attribute.key
        if name in UNTOLD:
            continue
        past = state.attrs[name].history
        now = None if kind == "deleted" else plain(getattr(record, name))
        if kind == "new":
            before = None
        elif kind == "deleted":
            before = plain(past.deleted[0] if past.deleted else getattr(record, name))
        else:
            before = plain(past.deleted[0]) if past.deleted else None
        if kind == "new" and now is None:
            continue
        mark = attribute.columns[0].info.get("mark")
        if mark:
            told.marks.setdefault(ref, {})[name] = mark
        if name in fields:
            fields[name][1] = now
        else:
            fields[name] = [before, now]


_PLAIN: dict[type, Callable[[Any], Any]] = {
    datetime: as_utc,
    date: date.isoformat,
    UUID: str,
    Decimal: str,
    float: repr,
    bytes: bytes.hex,
}


def plain(value: Any) -> Any:
    """Return a column's value as the ledger's JSON profile can hold it (no floats, no bytes)."""
    if value is None or (isinstance(value, bool | int | str) and not isinstance(value, Enum)):
        return value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    for kind, convert in _PLAIN.items():
        if isinstance(value, kind):
            return convert(value)
    return str(value)


@event.listens_for(Record, "attribute_instrument", propagate=True)
def _keep_the_past(_: type, __: str, attribute: QueryableAttribute[Any]) -> None:
    """Have every column remember its value before the change, even where it was expired."""
    attribute.impl.active_history = True

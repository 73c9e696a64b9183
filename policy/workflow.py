"""Workflows as tables: from, event, to, and what must hold. A step that is not in the table is refused, here and by the database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import Table, event, text
from sqlalchemy.engine import Connection

from kernel.action import Work
from kernel.db import Record
from kernel.errors import Conflict, Refused

M = TypeVar("M", bound=Record)
TRIGGERS: dict[str, list[str]] = {}
"""What the database must be told of each table, so that it refuses what the workflow refuses."""
WORKFLOWS: "dict[str, Workflow[Any]]" = {}
"""Every workflow by its table; the documentation draws them."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What must hold before a step: `check` returns None, or the sentence that says what is missing.

    `sql` says the same over `new` (a boolean expression), so that the database refuses the step as well.
    """

    label: str
    check: Callable[[Work, Any], str | None]
    clause: str | None = None
    sql: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a workflow: in state `source`, `event` leads to `target` when every guard is content."""

    source: str
    event: str
    target: str
    guards: tuple[Guard, ...] = ()
    clause: str | None = None


class Workflow(Generic[M]):
    """The states of one kind of record and the steps between them; the first state is where a record begins."""

    def __init__(self, model: type[M], initial: str, steps: Sequence[Step], column: str = "state") -> None:
        self.model = model
        self.initial = initial
        self.steps = tuple(steps)
        self.column = column
        self._by = {(step.source, step.event): step for step in self.steps}
        if len(self._by) != len(self.steps):
            raise ValueError(f"workflow of {self.table}: a state has two steps for one event")
        self.states = tuple(
            dict.fromkeys([initial, *(state for step in self.steps for state in (step.source, step.target))])
        )
        WORKFLOWS[self.table] = self
        TRIGGERS.setdefault(self.table, []).append(self.trigger_sql())

    @property
    def table(self) -> str:
        """The name of the table whose rows walk this workflow."""
        return str(self.model.__tablename__)

    def possible(self, state: str) -> list[str]:
        """List the events that lead out of a state."""
        return [step.event for step in self.steps if step.source == state]

    def advance(self, work: Work, record: M, happened: str, *, version: int | None = None) -> M:
        """Lock the row, check the step and its guards, and move the record; the caller sets what else changes with it.

        Raises Conflict when the row is no longer of `version`, Refused when no step leads from here or a guard objects.
        """
        work.session.flush()
        work.session.refresh(record, with_for_update=True)
        if version is not None and record.version != version:
            raise Conflict(f"This {self.model.noun} was changed meanwhile; look again and repeat.")
        state = getattr(record, self.column)
        step = self._by.get((state, happened))
        if step is None:
            raise Refused(None, f"A {self.model.noun} that is {state} cannot {happened}.")
        for guard in step.guards:
            missing = guard.check(work, record)
            if missing is not None:
                raise Refused(guard.clause or step.clause, missing)
        if step.clause:
            work.cite(step.clause)
        setattr(record, self.column, step.target)
        return record

    def trigger_sql(self) -> str:
        """Write the trigger with which the database refuses a forbidden first state or step."""
        name = f"wall.step_{self.table}"
        lines = "\n".join(_branch(self.column, pair) for pair in _distinct(self.steps))
        return f"""create or replace function {name}() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.{self.column} <> '{self.initial}' then
      raise exception 'a new {self.model.noun} is {self.initial}, not %', new.{self.column} using errcode = 'check_violation';
    end if;
    return new;
  end if;
  if new.{self.column} = old.{self.column} then
    return new;
  end if;
{lines}
  raise exception 'a {self.model.noun} does not go from % to %', old.{self.column}, new.{self.column} using errcode = 'check_violation';
end $$;
create or replace trigger step before insert or update on {self.table} for each row execute function {name}();
alter table {self.table} enable always trigger step;"""

    def mermaid(self) -> str:
        """Draw the workflow as a Mermaid state diagram for the documentation."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        for step in self.steps:
            needs = "".join(f" [{guard.label}]" for guard in step.guards)
            lines.append(f"    {step.source} --> {step.target}: {step.event}{needs}")
        out = {step.source for step in self.steps}
        lines += [f"    {state} --> [*]" for state in self.states if state not in out]
        return "\n".join(lines) + "\n"


def _distinct(steps: Sequence[Step]) -> list[tuple[str, str, list[Step]]]:
    """Gather steps by their two states: the database sees the states, not the event."""
    found: dict[tuple[str, str], list[Step]] = {}
    for step in steps:
        found.setdefault((step.source, step.target), []).append(step)
    return [(source, target, several) for (source, target), several in found.items() if source != target]


def _branch(column: str, gathered: tuple[str, str, list[Step]]) -> str:
    source, target, steps = gathered
    wanted = [[guard.sql for guard in step.guards if guard.sql] for step in steps]
    if all(wanted):
        allowed = " or ".join("(" + " and ".join(f"({part})" for part in parts) + ")" for parts in wanted)
    else:
        allowed = "true"
    return f"""  if old.{column} = '{source}' and new.{column} = '{target}' and ({allowed}) then
    return new;
  end if;"""


def never_changed(model: type[Record]) -> None:
    """Have the database refuse every update and delete of a table's rows: what was sealed stays as it was."""
    table = str(model.__tablename__)
    TRIGGERS.setdefault(table, []).append(
        f"""create or replace function wall.sealed_{table}() returns trigger language plpgsql as $$
begin
  raise exception 'a row of {table} is never changed' using errcode = 'check_violation';
end $$;
create or replace trigger sealed before update or delete on {table} for each row execute function wall.sealed_{table}();
alter table {table} enable always trigger sealed;"""
    )


def raise_triggers(conn: Connection) -> None:
    """Put every workflow's trigger on its table anew; safe to repeat, for migrations after a workflow has changed."""
    for statements in TRIGGERS.values():
        for sql in statements:
            conn.execute(text(sql.replace(":", "\\:")))


@event.listens_for(Table, "after_create")
def _raise_with_table(table: Table, conn: Connection, **_: Any) -> None:
    """Put a table's triggers on it when it is made, by metadata and by migration alike."""
    for sql in TRIGGERS.get(table.name, ()):
        conn.execute(text(sql.replace(":", "\\:")))

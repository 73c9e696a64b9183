"""Keys: while a change is implemented, its implementers hold a right on its systems and on nothing else, until its window ends. [CC-1]

The gate judges by the clock, so a window that ends needs nobody to end it. The database refuses a key without its change.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from changecontrol.models import Change, ChangeWork, System
from kernel import edition
from kernel.access import RoleAssignment
from kernel.action import Work
from policy.workflow import TRIGGERS

ROLE = "change-implementer"

TRIGGERS.setdefault(str(ChangeWork.__tablename__), []).append(
    """create or replace function wall.change_key() returns trigger language plpgsql as $$
begin
  if new.taken_at is not null and tg_op = 'UPDATE' then
    return new;
  end if;
  if not exists (
    select 1 from change c
      join change_implementer i on i.change_id = c.id and new.subject = 'person:' || i.person_id
      join change_system cs on cs.change_id = c.id
      join system s on s.id = cs.system_id and s.scope = new.scope
    where new.given_by = 'change:' || c.id and c.state = 'implementing' and c.suspended_at is null
      and new.starts_at >= c.started_at and new.ends_at <= c.ends_at
  ) then
    raise exception 'the right of an implementer comes with a change that is being implemented, and ends with its window' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create or replace trigger change_key before insert or update on role_assignment for each row
  when (new.role = 'change-implementer') execute function wall.change_key();
alter table role_assignment enable always trigger change_key;
create or replace function wall.change_work() returns trigger language plpgsql as $$
begin
  if not exists (
    select 1 from change c
      join change_implementer i on i.change_id = c.id and i.person_id = new.person_id
      join change_system cs on cs.change_id = c.id and cs.system_id = new.system_id
    where c.id = new.change_id and c.state = 'implementing' and c.suspended_at is null
      and new.at >= c.started_at and new.at < c.ends_at
  ) then
    raise exception 'work is done by a named person, on a named system, inside the window of the change' using errcode = 'check_violation';
  end if;
  return new;
end $$;
create or replace trigger inside_change before insert on change_work for each row execute function wall.change_work();
alter table change_work enable always trigger inside_change;"""
)


def mint(work: Work, change: Change, people: Iterable[UUID], systems: Iterable[UUID], until: datetime) -> int:
    """Give each implementer the right on each system, from now until an end; returns how many rights were given."""
    scopes = list(work.select(select(System.scope).where(col(System.id).in_(list(systems)))))
    given = 0
    for person in people:
        for scope in scopes:
            work.add(
                RoleAssignment(
                    subject_ref=f"person:{person}", role=ROLE, scope=scope, starts_at=work.now, ends_at=until,
                    given_by=change.ref, reason=f"implements {change.number}",
                )
            )  # fmt: skip
            given += 1
    edition.locked_state(work).counter += 1
    work.refreshes_gate()
    change.keys_until = until
    work.note("keys", given)
    return given


def take(work: Work, change: Change, *, person_id: UUID | None = None) -> int:
    """Take back what is left of the rights of a change, or of one person's; they stop everywhere within a second."""
    rows = select(RoleAssignment).where(
        RoleAssignment.given_by == change.ref, RoleAssignment.role == ROLE, col(RoleAssignment.taken_at).is_(None)
    )
    if person_id is not None:
        rows = rows.where(RoleAssignment.subject_ref == f"person:{person_id}")
    held = [one for one in work.select(rows) if one.ends_at is None or one.ends_at > work.now]
    for one in held:
        one.taken_at, one.taken_by = work.now, work.actor.ref
    if held:
        edition.locked_state(work).counter += 1
        work.refreshes_gate()
    if person_id is None:
        change.keys_until = None
    work.note("keys_taken", len(held))
    return len(held)

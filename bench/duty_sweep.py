"""The deadlines clerk's sweep among 1,000,000 duties and timers, of which 100 are due: found, marked late, told, written down.

The whole sweep as the worker runs it: calendars, duties to remind of and duties to mark, waivers, approvals; each action with its ledger
entry and its commit on the disk. Most rows are open and due later, as in a house that keeps its time; the others are long closed.
"""

import statistics
from typing import Any

from bench import bulk
from bench.harness import Measured, figure
from kernel.clock import monotonic

ROWS = 1_000_000
DUE = 100
RUNS = 9


@figure("duty_sweep", unit="ms", bar="<= 100", against="the same sweep with nothing due")
def measure(options: Any) -> Measured:
    """Milliseconds of a sweep that finds 100 due, the median of nine."""
    from bench.web import database

    with database():
        prepare(options.size(ROWS))
        idle = [swept(0) for _ in range(RUNS)]
        busy = [swept(make_due(DUE)) for _ in range(RUNS)]
    median = statistics.median(busy)
    note = f"with nothing due {statistics.median(idle):.1f} ms; slowest {max(busy):.0f} ms"
    return Measured(median, median / statistics.median(idle), busy, note)


def prepare(rows: int) -> None:
    """Found a house and put so many rows in: eight tenths duties, the rest approvals and waivers."""
    from api import (
        fields,  # noqa: F401
        house,
        schema,
    )
    from kernel import db, fresh
    from policy import deadlines
    from tests import world

    schema.migrate(db.settings.database_url)
    house.found()
    world.person(role="it-admin")
    world.person(role="technical-director")
    fresh.refresh(force=True)
    deadlines.sweep()  # the calendars' first periods
    with bulk.loading("duty", "approval", "waiver") as conn:
        conn.execute(DUTIES, [rows * 8 // 10])
        conn.execute(APPROVALS, [rows // 10])
        conn.execute(WAIVERS, [rows // 10])
        conn.execute("vacuum analyze duty, approval, waiver")


def make_due(count: int) -> int:
    """Have the time of so many open duties be over since a minute, as if it had passed."""
    with bulk.loading("duty") as conn:
        conn.execute(OVERDUE, [count])
    return count


def swept(expected: int) -> float:
    """Sweep once; returns the milliseconds it took."""
    from policy import deadlines

    begin = monotonic()
    done = deadlines.sweep()
    spent = (monotonic() - begin) * 1000
    if done.marked != expected or done.waivers or done.approvals:
        raise AssertionError(f"{expected} were due, and the sweep did {done}")
    return spent


DUTIES = """
insert into duty (id, version, rule, clause, title, scope, about_ref, period, holder_role, escalates_to, opened_at, warn_at, due_at,
                  state, closed_at, closed_by)
select gen_random_uuid(), 1, 'patch-due', 'CC-9', 'Put a security patch in by its day', 'house', 'patch:' || gen_random_uuid(),
       n::text, 'it-admin', 'technical-director', now() - interval '20 days', now() + n %% 400 * interval '1 hour' + interval '1 day',
       now() + n %% 400 * interval '1 hour' + interval '10 days',
       case when n %% 4 = 0 then 'fulfilled' else 'open' end,
       case when n %% 4 = 0 then now() - interval '1 day' end, case when n %% 4 = 0 then 'clerk:setup' end
from generate_series(1, %s) as n"""
APPROVALS = """
insert into approval (id, version, subject_ref, requirement, scope, requested_by, requested_at, revision, digest, answer_by, state,
                      settled_at, valid_until)
select gen_random_uuid(), 1, 'change-authorisation:' || gen_random_uuid(), 'change.authorise', 'house', gen_random_uuid(),
       now() - interval '5 days', 1, repeat('0', 64), now() + interval '9 days' + n %% 100 * interval '1 hour',
       (array['open', 'granted', 'used', 'refused'])[1 + n %% 4], case when n %% 4 > 0 then now() - interval '1 day' end,
       case when n %% 4 in (1, 2) then now() + interval '40 days' end
from generate_series(1, %s) as n"""
WAIVERS = """
insert into waiver (id, version, clause, about_ref, scope, reason, compensation, note, asked_by, asked_at, starts_at, ends_at, state)
select gen_random_uuid(), 1, 'CC-1', 'change:' || gen_random_uuid(), 'house', 'for the figure', 'for the figure', '', gen_random_uuid(),
       now() - interval '5 days', now() - interval '4 days', now() + interval '1 day' + n %% 100 * interval '1 hour',
       (array['asked', 'granted', 'ended', 'expired'])[1 + n %% 4]
from generate_series(1, %s) as n"""
OVERDUE = """
update duty set warn_at = now() - interval '1 day', warned_at = now() - interval '1 day', due_at = now() - interval '1 minute'
where id in (select id from duty where state = 'open' and fired_at is null and rule = 'patch-due' order by due_at limit %s)"""

"""Pages of changes in a house of 100,000 changes and 1,000,000 approvals, and in one of 1,000 changes: ten years beside five weeks.

The readings behind the pages, whole: gate, transaction, queries, answers. The list and its later pages, by state and by system; a search by
number, by a common and by a rare word; a month of the calendar; one change with all it rests on. Asked by the technical director, by an
engineer, by a member who sees only what he carries out, and by a client's representative. Changes lie as close in time in both houses, so a
month shows as many; what differs is how much lies around them.
"""

import random
import statistics
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bench import bulk
from bench.harness import Measured, figure
from kernel.clock import monotonic

CHANGES, FEW = 100_000, 1_000
SYSTEMS, PEOPLE = 200, 40
ROUNDS = 25
TABLES = (
    "change", "change_revision", "change_system", "change_implementer", "change_authorisation", "approval",
    "approval_revision", "approval_vote",
)  # fmt: skip
Pages = dict[str, Callable[[], Any]]


@figure("change_pages", unit="ms", bar="<= 200", against="the slowest kind of page, over itself at 1,000 changes")
def measure(options: Any) -> Measured:
    """The largest p95 of all kinds of pages at the full size; the ratio is the largest of each kind over itself in the small house."""
    from bench.web import database

    with database():
        people, scope = prepare()
        fill(1, FEW, scope)
        few = asked(people)
        fill(FEW + 1, max(FEW + 1, options.size(CHANGES)), scope)
        many = asked(people)
    ratios = {kind: many[kind] / few[kind] for kind in many}
    slowest = max(many, key=lambda kind: many[kind])
    steepest = max(ratios, key=lambda kind: ratios[kind])
    told = ", ".join(f"{kind} {few[kind]:.0f} to {many[kind]:.0f} ms" for kind in many)
    note = f"p95 of {slowest}; the ratio is of {steepest} (bar 1.5); {told}"
    return Measured(many[slowest], ratios[steepest], list(many.values()), note)


def prepare() -> tuple[dict[str, Any], str]:
    """Found a house with a client, and those who ask; returns them by role, and the client's scope."""
    from api import (
        fields,  # noqa: F401
        house,
        schema,
    )
    from kernel import clock, db, fresh
    from kernel.action import ACTIONS
    from tests import world

    schema.migrate(db.settings.database_url)
    house.found()
    scope = ACTIONS["client.add"](world.SETUP, slug="soleil", label="Soleil").scope
    people = {role: world.person(role=role) for role in ("technical-director", "it-admin", "agent")}
    people["client-representative"] = world.person(role="client-representative", scope=scope)
    names = {
        "base": clock.now().isoformat(), "member": people["agent"].id, "owner": people["it-admin"].id, "scope": scope,
        "systems": SYSTEMS,
    }  # fmt: skip
    with bulk.loading("system", "system_use") as conn:
        conn.execute(HOUSE_SQL.format(**names))
    fresh.refresh(force=True)
    return {role: one.actor for role, one in people.items()}, scope


def fill(first: int, last: int, scope: str) -> None:
    """Put changes in, the newest first, each with its revision, systems, implementers and ten approvals, of which one stands."""
    told = {"first": first, "last": last, "systems": SYSTEMS, "people": PEOPLE, "scope": scope}
    with bulk.loading(*TABLES) as conn:
        for statement in (CHANGE, REVISION, TOUCHED, IMPLEMENTED, APPROVAL, AUTHORISATION, SEALED, VOTE):
            conn.execute(statement, told)
        conn.execute(f"vacuum analyze {', '.join(TABLES)}")


def asked(people: dict[str, Any]) -> dict[str, float]:
    """Ask every page many times in a shuffled order; returns the 95th percentile of each kind in milliseconds."""
    pick, spent = random.Random(5), dict[str, list[float]]()
    calls = [(kind, call) for role, actor in people.items() for kind, call in pages_of(role, actor).items()]
    for _, call in calls:
        call()  # statements are prepared, caches are warm
    for kind, call in pick.sample(calls * ROUNDS, len(calls) * ROUNDS):
        begin = monotonic()
        call()
        spent.setdefault(kind, []).append((monotonic() - begin) * 1000)
    return {kind: statistics.quantiles(times, n=20)[-1] for kind, times in spent.items()}


def pages_of(role: str, actor: Any) -> Pages:
    """Give the pages that somebody opens; each must show something to those who see everything."""
    from changecontrol.readings import list_changes, read_change
    from changecontrol.schedule import calendar
    from kernel import clock

    def shown(found: list[Any]) -> list[Any]:
        if not found and role in {"technical-director", "it-admin"}:
            raise AssertionError("a page showed nothing")
        return found

    newest = list_changes(actor, limit=50)
    now = clock.now()
    pages: Pages = {
        "list": lambda: shown(list_changes(actor)),
        "next page": lambda: list_changes(actor, before=newest[-1].id if newest else None),
        "by state": lambda: shown(list_changes(actor, state="scheduled")),
        "by system": lambda: shown(list_changes(actor, system="system-7")),
        "number": lambda: shown(list_changes(actor, search="ch-2026-000700")),
        "common word": lambda: shown(list_changes(actor, search="switch")),
        "rare word": lambda: shown(list_changes(actor, search="rare 700")),
        "calendar": lambda: calendar(actor, starts_at=now - timedelta(days=15), ends_at=now + timedelta(days=16)),
    }
    if newest:
        pages["change"] = lambda: read_change(actor, newest[0].id)
    return pages


HOUSE_SQL = """
create function bench_at(k bigint) returns timestamptz language sql immutable
  as $$ select timestamptz '{base}' + interval '14 days' - k * interval '54 minutes' $$;
create function bench_key(kind text, k bigint, part bigint default 0) returns uuid language sql immutable as $$
  select (lpad(to_hex((extract(epoch from bench_at(k) - interval '20 days') * 1000)::bigint + part), 12, '0') || '7'
    || substr(md5(concat(kind, k, ':', part)), 1, 3) || '8' || substr(md5(concat(kind, k, ':', part)), 5, 15))::uuid $$;
create function bench_state(k bigint) returns text language sql immutable as $$
  select case when bench_at(k) > timestamptz '{base}' then (array['draft', 'assess', 'authorise', 'scheduled'])[1 + k % 4]
    when k % 20 = 0 then 'cancelled' when k % 20 = 1 then 'rejected' else 'closed' end $$;
create function bench_person(n bigint) returns uuid language sql immutable as $$
  select case when n = 7 then '{member}'::uuid else md5(concat('person', n))::uuid end $$;
insert into system (id, version, slug, label, kind, environment, function, owner_id, scope, added_at)
select bench_key('system', n), 1, 'system-' || n, 'System ' || n, 'component', 'production', 'answers calls', '{owner}', 'house',
       timestamptz '{base}' from generate_series(0, {systems} - 1) as n;
insert into system_use (id, version, system_id, scope)
select bench_key('use', n), 1, bench_key('system', n), '{scope}' from generate_series(0, {systems} - 1, 20) as n"""
CHANGE = """
insert into change (id, version, scope, number, model, kind, state, title, risk, revision, digest, requester_id, opened_at, starts_at,
                    ends_at, authorised_at, started_at, finished_at, outcome, report, review, ended_at)
select bench_key('change', k), 1, 'house', 'CH-2026-' || lpad(k::text, 6, '0'), 'normal',
       (array['change', 'maintenance', 'patch', 'release'])[1 + k %% 4], state,
       case when k %% 3 = 0 then 'Another version of the switch of hall ' || k %% 90 when k %% 700 = 0 then 'Rare ' || k
       else 'New rules for the mail of floor ' || k %% 70 end,
       'low', 1, md5(k::text), bench_person(k %% %(people)s::bigint + 100), at - interval '20 days', at, at + (1 + k %% 6) * interval '1 hour',
       case when state in ('closed', 'scheduled') then at - interval '2 days' end, case when state = 'closed' then at end,
       case when state = 'closed' then at + interval '1 hour' end, case when state = 'closed' then 'done' end, '', '',
       case when state = 'closed' then at + interval '1 day' end
from generate_series(%(first)s::bigint, %(last)s::bigint) as k, bench_at(k) as at, bench_state(k) as state"""
REVISION = """
insert into change_revision (id, version, change_id, number, content, digest, edit, made_by, made_at)
select bench_key('revision', k), 1, bench_key('change', k), 1,
       jsonb_build_object('title', 'A change', 'summary', repeat('What it is about. ', 20), 'plan', repeat('Step by step. ', 30)),
       md5(k::text), 'first', bench_person(k %% %(people)s::bigint + 100), bench_at(k) - interval '20 days'
from generate_series(%(first)s::bigint, %(last)s::bigint) as k"""
TOUCHED = """
insert into change_system (id, version, change_id, system_id)
select bench_key('touched', k, n), 1, bench_key('change', k), bench_key('system', (k * 7 + n * 31) %% %(systems)s::bigint)
from generate_series(%(first)s::bigint, %(last)s::bigint) as k, generate_series(0, 1) as n"""
IMPLEMENTED = """
insert into change_implementer (id, version, change_id, person_id)
select bench_key('hands', k), 1, bench_key('change', k), bench_person(k %% %(people)s::bigint)
from generate_series(%(first)s::bigint, %(last)s::bigint) as k"""
APPROVAL = """
insert into approval (id, version, subject_ref, requirement, scope, requested_by, requested_at, revision, digest, answer_by, state,
                      settled_at, valid_until)
select bench_key('approval', k, n * 5 + round), 1, 'change-authorisation:' || bench_key('asked', k, n),
       case when n = 0 then 'change.authorise' when k %% 10 = 0 then 'change.client-consent' else 'change.consent' end,
       case when n = 1 and k %% 10 = 0 then %(scope)s::text else 'house' end, bench_person(k %% %(people)s::bigint + 100),
       bench_at(k) - interval '20 days' + round * interval '1 day', 1, md5(k::text), bench_at(k) + interval '20 days',
       case when round < 5 then 'withdrawn' when state = 'authorise' then 'open' when state = 'scheduled' then 'granted' else 'used' end,
       case when round < 5 or state <> 'authorise' then bench_at(k) - interval '3 days' end, bench_at(k) + interval '30 days'
from generate_series(%(first)s::bigint, %(last)s::bigint) as k, generate_series(0, 1) as n, generate_series(1, 5) as round, bench_state(k) as state"""
AUTHORISATION = """
insert into change_authorisation (id, version, change_id, requirement, scope, approval_id, revision, digest)
select bench_key('asked', k, n), 1, bench_key('change', k),
       case when n = 0 then 'change.authorise' when k %% 10 = 0 then 'change.client-consent' else 'change.consent' end,
       case when n = 1 and k %% 10 = 0 then %(scope)s::text else 'house' end, bench_key('approval', k, n * 5 + 5), 1, md5(k::text)
from generate_series(%(first)s::bigint, %(last)s::bigint) as k, generate_series(0, 1) as n"""
SEALED = """
insert into approval_revision (id, version, approval_id, number, digest, sealed, edit, made_by, made_at)
select bench_key('sealed', k, n), 1, bench_key('approval', k, n * 5 + 5), 1, md5(k::text),
       '{"content":{},"implementers":[],"requirement":"change.authorise","subject_ref":"","subjects":[]}', 'first',
       bench_person(k %% %(people)s::bigint + 100), bench_at(k) - interval '15 days'
from generate_series(%(first)s::bigint, %(last)s::bigint) as k, generate_series(0, 1) as n"""
VOTE = """
insert into approval_vote (id, version, approval_id, revision, digest, voter_id, principal_id, role, yes, comment, cast_at)
select bench_key('vote', k, n), 1, bench_key('approval', k, n * 5 + 5), 1, md5(k::text), bench_person(500 + n), bench_person(500 + n),
       case when n = 0 then 'technical-director' else 'customer-operations-director' end, true, '', bench_at(k) - interval '10 days'
from generate_series(%(first)s::bigint, %(last)s::bigint) as k, generate_series(0, 1) as n where bench_state(k) <> 'authorise'"""

"""Growing delays after wrong tries, counted in PostgreSQL for all processes together. [ID-1, PW-5]

A try is counted before it is looked at and forgiven when it was right, so a hundred tries at once count as a hundred.
Keys are fingerprints: of account and source together, of a source alone, or of a known device and its account. A stranger's
tries never count against a known device of the owner; and an unknown name is counted exactly like a known one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg

from kernel.db import ungoverned_session
from kernel.errors import Busy, Unavailable
from kernel.sealing import fingerprint
from policy import book

SAME_ANSWER = "Too many tries. Wait a little, then try again."


@dataclass(frozen=True, slots=True)
class Key:
    """What is counted: a fingerprint, and how many tries are free before delays grow."""

    digest: bytes
    free: int


# The counter of a crash's last second may be lost; waiting for the disk at each try would cost every honest sign-in.
# Plain driver SQL in one message each, since every honest sign-in passes here.
_ASKED = """
    quick as (select set_config('synchronous_commit', 'off', true) as o),
    asked as (select * from quick, unnest(%(keys)s::bytea[], %(free)s::int[]) as k(key, free)),
    barred as (
      select max(t.blocked_until) as until from throttle t join asked on asked.key = t.key where t.blocked_until > %(now)s)
    """
_COUNTED = """
    counted as (
      insert into throttle as t (key, tries, last_at, blocked_until)
      select key, 1, %(now)s, null from asked where {when} order by key
      on conflict (key) do update set
        tries = case when t.last_at < %(forget)s then 1 else t.tries + 1 end,
        last_at = %(now)s,
        blocked_until = case
          when t.last_at >= %(forget)s and t.tries + 1 > (select free from asked where asked.key = excluded.key)
          then %(now)s::timestamptz + interval '1 second' * least(%(longest)s::int, %(first)s::int
               * power(2, least(t.tries - (select free from asked where asked.key = excluded.key), 20))) end
      where t.blocked_until is null or t.blocked_until <= %(now)s
      returning 1)
    """
_FORGIVEN = """
    held as (
      select t.key from throttle t, quick
       where {when} and (t.key = any(%(own)s::bytea[]) or t.key = any(%(shared)s::bytea[])) order by t.key for update of t),
    gone as (delete from throttle t using held where t.key = held.key and t.key = any(%(own)s::bytea[])),
    one_less as (update throttle t set tries = greatest(t.tries - 1, 0), blocked_until = null from held
                 where t.key = held.key and t.key = any(%(shared)s::bytea[]))
    """
_FREE = "not exists (select 1 from barred where until is not null)"
_COUNT = f"""
    with {_ASKED}, {_COUNTED.format(when=_FREE)}
    select (select until from barred), (select count(*) from counted)
    """
_FORGIVE = f"""
    with quick as (select set_config('synchronous_commit', 'off', true) as o), {_FORGIVEN.format(when="true")}
    select count(*) from held
    """
# Two who show the same code meet at the row of its authenticator: the second finds the step taken.
_USE = f"""
    with {_ASKED},
    taken as (
      insert into otp_step as s (totp_id, step) select %(totp)s, %(step)s::bigint from quick
       where %(step)s::bigint is not null and {_FREE}
      on conflict (totp_id) do update set step = excluded.step where s.step < excluded.step
      returning 1),
    {_COUNTED.format(when=_FREE + " and not exists (select 1 from taken)")},
    {_FORGIVEN.format(when="exists (select 1 from taken)")}
    select (select until from barred), (select count(*) from counted), (select count(*) from taken)
    """
_PURGE = "delete from throttle where last_at < %(before)s"


def ask(statement: str, parameters: dict[str, object]) -> Any:
    """Run one statement that is its own transaction, on the driver itself; returns its row, if it has one."""
    with ungoverned_session() as conn:
        raw = conn.connection.driver_connection
        assert raw is not None  # noqa: S101 - tells the type
        try:
            cursor = raw.execute(statement, parameters)
            return cursor.fetchone() if cursor.description else None
        except psycopg.OperationalError as lost:
            conn.invalidate()
            raise Unavailable("The database does not answer; nothing was done.") from lost


def key(kind: str, *parts: str) -> Key:
    """Return the key for what is counted; `kind` is one of the book's: account, source, device, factor."""
    return Key(fingerprint("throttle", "\x1f".join((kind, *parts))), book.number("ID-1", f"free_tries_{kind}"))


def _asked(keys: list[Key], now: datetime) -> dict[str, object]:
    return {
        "keys": [k.digest for k in keys],
        "free": [k.free for k in keys],
        "now": now,
        "forget": now - timedelta(minutes=book.number("ID-1", "forget_minutes")),
        "first": book.number("ID-1", "first_delay_seconds"),
        "longest": book.number("ID-1", "longest_delay_seconds"),
    }


def _held_back(until: datetime | None, now: datetime) -> Busy:
    wait = 1 if until is None else max(1, round((until - now).total_seconds()))
    return Busy(SAME_ANSWER, retry_after=wait)


def count(keys: Iterable[Key], now: datetime) -> None:
    """Count one try under each key. Raises Busy, with the seconds to wait, while any of them is held back."""
    asked = list(keys)
    until, counted = ask(_COUNT, _asked(asked, now))
    if until is not None or counted < len(asked):
        raise _held_back(until, now)


def use(
    totp_id: UUID, step: int | None, tries: Key, now: datetime, own: Iterable[Key] = (), shared: Iterable[Key] = ()
) -> bool:
    """Use up the time step of a one-time code and forgive `tries`, `own` and `shared`; False counts a wrong try.

    A step passes once, and only forwards (RFC 6238 section 5.2). Raises Busy while `tries` is held back.
    """
    forgiven = {"own": [tries.digest, *(k.digest for k in own)], "shared": [k.digest for k in shared]}
    until, counted, taken = ask(_USE, {**_asked([tries], now), **forgiven, "totp": totp_id, "step": step})
    if until is not None or not (taken or counted):
        raise _held_back(until, now)
    return bool(taken)


def forgive(own: Iterable[Key], shared: Iterable[Key] = ()) -> None:
    """Take back a try that was right: `own` counters are cleared, a `shared` one (a source's) is one try lower."""
    ask(_FORGIVE, {"own": [k.digest for k in own], "shared": [k.digest for k in shared]})


def purge(now: datetime) -> None:
    """Delete counters that nobody will ask for again."""
    ask(_PURGE, {"before": now - timedelta(days=1)})

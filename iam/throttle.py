"""Growing delays after wrong tries, counted in PostgreSQL for all processes together. [ID-1, PW-5]

A try is counted before it is looked at and forgiven when it was right, so a hundred tries at once count as a hundred.
Keys are fingerprints: of account and source together, of a source alone, or of a known device and its account. A stranger's
tries never count against a known device of the owner; and an unknown name is counted exactly like a known one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA

from iam.keys import fingerprint
from kernel.db import ungoverned_session
from kernel.errors import Busy
from policy import book

SAME_ANSWER = "Too many tries. Wait a little, then try again."


@dataclass(frozen=True, slots=True)
class Key:
    """What is counted: a fingerprint, and how many tries are free before delays grow."""

    digest: bytes
    free: int


# The counter of a crash's last second may be lost; waiting for the disk at each try would cost every honest sign-in.
_COUNT = text(
    """
    with quick as (select set_config('synchronous_commit', 'off', true) as o),
    asked as (select * from quick, unnest(:keys, cast(:free as int[])) as k(key, free)),
    barred as (select max(t.blocked_until) as until from throttle t join asked on asked.key = t.key where t.blocked_until > :now),
    counted as (
      insert into throttle as t (key, tries, last_at, blocked_until)
      select key, 1, :now, null from asked where not exists (select 1 from barred where until is not null) order by key
      on conflict (key) do update set
        tries = case when t.last_at < :forget then 1 else t.tries + 1 end,
        last_at = :now,
        blocked_until = case
          when t.last_at >= :forget and t.tries + 1 > (select free from asked where asked.key = excluded.key)
          then cast(:now as timestamptz) + least(:longest, :first * power(2, least(t.tries - (select free from asked where asked.key = excluded.key), 20)))
               * interval '1 second' end
      where t.blocked_until is null or t.blocked_until <= :now
      returning 1)
    select (select until from barred) as until, (select count(*) from counted) as counted, (select count(*) from asked) as asked
    """
).bindparams(bindparam("keys", type_=ARRAY(BYTEA)))
_FORGIVE = text(
    """
    with quick as (select set_config('synchronous_commit', 'off', true) as o),
    held as (select t.key from throttle t, quick where t.key = any(:own) or t.key = any(:shared) order by t.key for update of t),
    gone as (delete from throttle t using held where t.key = held.key and t.key = any(:own)),
    one_less as (update throttle t set tries = greatest(t.tries - 1, 0), blocked_until = null from held
                 where t.key = held.key and t.key = any(:shared))
    select count(*) from held
    """
).bindparams(bindparam("own", type_=ARRAY(BYTEA)), bindparam("shared", type_=ARRAY(BYTEA)))
_PURGE = text("delete from throttle where last_at < :before")


def key(kind: str, *parts: str) -> Key:
    """Return the key for what is counted; `kind` is one of the book's: account, source, device, factor."""
    return Key(fingerprint("throttle", "\x1f".join((kind, *parts))), book.number("ID-1", f"free_tries_{kind}"))


def count(keys: Iterable[Key], now: datetime) -> None:
    """Count one try under each key. Raises Busy, with the seconds to wait, while any of them is held back."""
    asked = list(keys)
    with ungoverned_session() as conn:
        row = conn.execute(
            _COUNT,
            {
                "keys": [k.digest for k in asked],
                "free": [k.free for k in asked],
                "now": now,
                "forget": now - timedelta(minutes=book.number("ID-1", "forget_minutes")),
                "first": book.number("ID-1", "first_delay_seconds"),
                "longest": book.number("ID-1", "longest_delay_seconds"),
            },
        ).one()
    if row.until is not None:
        raise Busy(SAME_ANSWER, retry_after=max(1, round((row.until - now).total_seconds())))
    if row.counted < row.asked:
        raise Busy(SAME_ANSWER, retry_after=1)


def forgive(own: Iterable[Key], shared: Iterable[Key] = ()) -> None:
    """Take back a try that was right: `own` counters are cleared, a `shared` one (a source's) is one try lower."""
    with ungoverned_session() as conn:
        conn.execute(_FORGIVE, {"own": [k.digest for k in own], "shared": [k.digest for k in shared]})


def purge(now: datetime) -> None:
    """Delete counters that nobody will ask for again."""
    with ungoverned_session() as conn:
        conn.execute(_PURGE, {"before": now - timedelta(days=1)})

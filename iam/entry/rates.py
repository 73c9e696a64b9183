"""How often one who is not known may ask, counted in PostgreSQL for all processes together: the generic cell rate algorithm. [ID-1]

A key has one time in the table of wrong tries (`blocked_until`): when its bucket will be full again. Each request moves it on by what
one costs; a request that would move it further ahead than the whole bucket is turned away. Two processes meet at the row, so the
house gives no more than one would. (ITU-T I.371, Annex A: a virtual scheduling algorithm.)
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from iam.entry.throttle import ask
from kernel.sealing import fingerprint

# What a clock that went back left far ahead is drawn in: nobody waits longer than for one request. `tries` says whether the last was let in.
_FULL = "least(greatest(t.blocked_until, %(now)s), %(limit)s)"
_TAKE = f"""
    with quick as (select set_config('synchronous_commit', 'off', true) as o)
    insert into throttle as t (key, tries, last_at, blocked_until)
    select %(key)s, 1, %(now)s, %(now)s::timestamptz + %(each)s from quick
    on conflict (key) do update set
      last_at = excluded.last_at,
      tries = case when {_FULL} + %(each)s <= %(limit)s then 1 else 0 end,
      blocked_until = {_FULL} + case when {_FULL} + %(each)s <= %(limit)s then %(each)s else interval '0' end
    returning tries, blocked_until
    """


@dataclass(frozen=True, slots=True)
class Rate:
    """What one key may ask: `burst` at once (1 or more), and `per_second` more as time goes by."""

    burst: int
    per_second: float

    @property
    def each(self) -> timedelta:
        """How long one request takes to be forgotten."""
        return timedelta(seconds=1 / self.per_second)


def take(door: str, key: str, rate: Rate, now: datetime) -> float:
    """Count one request at a door; returns 0 where it may pass, else the seconds until the next may.

    Raises Unavailable when the database does not answer.
    """
    limit = now + rate.each * rate.burst
    digest = fingerprint("rate", f"{door}\x1f{key}")
    passed, full_at = ask(_TAKE, {"key": digest, "now": now, "each": rate.each, "limit": limit})
    return 0.0 if passed else float((full_at + rate.each - limit).total_seconds())

"""Use of a device's rules: by its counters, and by its own log lines joined with the configuration that was valid when they were written. [FW-5]

A line proves the use of a rule only where its name for the rule is that of one rule in the configuration of that time; and the silence of
lines proves something only of a rule that logs, over days of which none is missing. A rule whose words changed begins anew.
"""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

from sqlmodel import col, select

from firewall_audit import place
from firewall_audit.configurations import counters, texts
from firewall_audit.formats.prefixes import named
from firewall_audit.models import ConfigurationVersion, NetworkDevice
from firewall_audit.models.configurations import RuleCounters
from firewall_audit.rulesets.model import DECIDES, Rule, Ruleset
from firewall_audit.rulesets.terms import Usage
from kernel.db import read_session
from policy import book

LOOKED_BACK: Final = 2
"""Times the days after which a rule is called unused."""
MOST_VERSIONS: Final = 50
"""Configurations read again; lines before the oldest of them are not looked at."""
_PREFIX: Final = re.compile(r"""(?:--log-prefix|log prefix|--nflog-prefix) (?:"([^"]{1,128})"|(\S{1,128}))""")
_DAYS: Final = "select distinct cast(moment as date) from events where device = $slug and dated order by 1 desc"
_HITS: Final = """
    select rule, sum(times), max(moment) from events
    where device = $slug and dated and rule <> '' and moment >= $since and moment < $until group by rule
"""
Key = tuple[str, str]


@dataclass(slots=True)
class _Seen:
    """What the lines told of a rule whose words stayed the same."""

    text: str
    quiet: datetime
    hits: int = 0


def usages_of(device: NetworkDevice, version: ConfigurationVersion, now: datetime) -> tuple[Usage, ...]:
    """Give what is known of the use of a device's rules; lines are asked only of rules without counters, which see more."""
    days = book.number("FW-1", "unused_days") * LOOKED_BACK
    with read_session() as session:
        row = session.scalars(select(RuleCounters).where(RuleCounters.device_id == device.id)).first()
        valid = _valid(session, device.id, now - timedelta(days=days))
    counted = counters.usage_by(row.rules, row.since, row.read_at) if row is not None else None
    logged = _by_lines(device.slug, valid, now, days) if valid and valid[-1].id == version.id else None
    if counted is not None and logged is not None:
        hits = {key: count for key, count in logged.hits.items() if key not in counted.hits}
        logged = Usage(logged.since, logged.until, hits, logged.quiet, "logs")
    return tuple(one for one in (counted, logged) if one is not None and one.hits)


def _valid(session: Any, device_id: UUID, since: datetime) -> list[ConfigurationVersion]:
    """Give the configurations that were valid since then, the oldest first."""
    newest = (
        select(ConfigurationVersion)
        .where(ConfigurationVersion.device_id == device_id)
        .order_by(col(ConfigurationVersion.number).desc())
        .limit(MOST_VERSIONS)
    )
    found: list[ConfigurationVersion] = []
    for one in session.scalars(newest):
        found.append(one)
        if one.taken_at <= since:
            break
    return found[::-1]


def _by_lines(slug: str, valid: list[ConfigurationVersion], now: datetime, days: int) -> Usage | None:
    from firewall_audit.store import Window  # noqa: PLC0415 - a large library, for who asks for lines

    with Window(place.store(), now - timedelta(days=days), now, devices=[slug], threads=1) as window:
        if not window.manifests:
            return None
        covered = _unbroken([row[0] for row in window.ask(_DAYS, slug=slug)])
        if covered is None:
            return None
        since, until = max(covered[0], valid[0].taken_at), min(covered[1], now)
        seen: dict[Key, _Seen] = {}
        for one, following in zip(valid, [*valid[1:], None], strict=True):
            begin, end = max(since, one.taken_at), min(until, following.taken_at if following else until)
            if end <= begin and following is not None:
                continue
            ruleset = texts.read(one.text, one.kind)
            seen = _carried(seen, ruleset, begin)
            _add(seen, names_of(ruleset), window.ask(_HITS, slug=slug, since=_plain(begin), until=_plain(end)))
    if until <= since:
        return None
    return Usage(
        since,
        until,
        {key: one.hits for key, one in seen.items()},
        {key: one.quiet for key, one in seen.items()},
        "logs",
    )


def _unbroken(days: list[Any]) -> tuple[datetime, datetime] | None:
    """Give the beginning and the end of the last days of which none is without a line; `days` from the newest."""
    if not days:
        return None
    first = days[0]
    for day in days[1:]:
        if day != first - timedelta(days=1):
            break
        first = day
    return datetime.combine(first, time(), UTC), datetime.combine(days[0], time(), UTC) + timedelta(days=1)


def _carried(seen: dict[Key, _Seen], ruleset: Ruleset, begin: datetime) -> dict[Key, _Seen]:
    """Give what is known of the rules of a configuration that log: of one with the same words as before, what was known before."""
    known = {}
    for key, rule in _logging(ruleset):
        before = seen.get(key)
        known[key] = before if before is not None and before.text == rule.text else _Seen(rule.text, begin)
    spoken_of = set(names_of(ruleset).values())
    return {key: one for key, one in known.items() if key in spoken_of}


def _add(seen: dict[Key, _Seen], names: dict[str, Key], rows: list[tuple[Any, ...]]) -> None:
    for name, times, last in rows:
        one = seen.get(names[name]) if name in names else None
        if one is not None:
            one.hits += int(times)
            one.quiet = max(one.quiet, last.replace(tzinfo=UTC))


def names_of(ruleset: Ruleset) -> dict[str, Key]:
    """Give what lines call the rules that log; a name that two of all rules share is of neither."""
    shared = Counter(name for one in ruleset.filters for rule in one.rules for name in _names(rule))
    return {name: key for key, rule in _logging(ruleset) for name in _names(rule) if shared[name] == 1}


def _logging(ruleset: Ruleset) -> list[tuple[Key, Rule]]:
    return [
        ((one.name, rule.id), rule)
        for one in ruleset.filters
        for rule in one.rules
        if rule.enabled and rule.logs and rule.action in DECIDES and rule.exact
    ]


def _names(rule: Rule) -> set[str]:
    prefix = _PREFIX.search(rule.text)
    said = named(prefix[1] or prefix[2])[0] if prefix else ""
    return {name for name in (rule.id, rule.name, said) if name}


def _plain(at: datetime) -> datetime:
    """The store's times are of UTC and do not say so."""
    return at.astimezone(UTC).replace(tzinfo=None)

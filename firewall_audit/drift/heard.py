"""What a device's own log lines say of changes and of who signed in: asked of the store. [FW-2, FW-3]"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from firewall_audit import place

MOST: Final = 2_000
"""Events read at once."""
_CHANGES: Final = """
    select "user", message, detail, moment, sum(times) from events where kind = 'config' and dated and device = $slug
    group by all order by moment limit $most
"""
_SIGN_INS: Final = """
    select "user", message, src, moment, sum(times) from events
    where kind = 'auth' and outcome = 'success' and "user" <> '' and dated and device = $slug
    group by all order by moment limit $most
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that a device told: by which account, of what, when, how often at that moment."""

    account: str
    what: str
    at: datetime
    count: int


def changes_heard(slug: str, since: datetime, until: datetime) -> list[Heard]:
    """List what a device told of its own configuration between two times."""
    return _ask(_CHANGES, slug, since, until)


def sign_ins_heard(slug: str, since: datetime, until: datetime) -> list[Heard]:
    """List who signed in to a device between two times."""
    return _ask(_SIGN_INS, slug, since, until)


def tells(slug: str, until: datetime, days: int) -> bool:
    """Tell whether a device told of any change of its configuration in the days before: only then its silence means something."""
    return bool(_ask(_CHANGES, slug, until - timedelta(days=days), until, most=1))


def _ask(sql: str, slug: str, since: datetime, until: datetime, most: int = MOST) -> list[Heard]:
    if since >= until:
        return []
    from firewall_audit.store import Window  # noqa: PLC0415 - a large library, for who asks for lines

    with Window(place.store(), since, until, devices=[slug], threads=1) as window:
        rows = window.ask(sql, slug=slug, most=most) if window.manifests else []
    return [
        Heard(str(account or ""), f"{message or ''} {detail or ''}".strip()[:500], _aware(moment), int(count))
        for account, message, detail, moment, count in rows
    ]


def _aware(moment: datetime) -> datetime:
    """The store's times are of UTC and do not say so."""
    return moment.replace(tzinfo=UTC)

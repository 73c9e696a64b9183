"""What the devices' log lines say of changes and sign-ins, and the other direction: approved, done, and never seen. Swept by state. [FW-2]"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func
from sqlmodel import col, select

from firewall_audit.drift.differences import check_again
from firewall_audit.drift.found import report_unapproved
from firewall_audit.drift.heard import Heard, changes_heard, sign_ins_heard
from firewall_audit.drift.verdicts import Judge
from firewall_audit.models import LogBatch, NetworkDevice
from firewall_audit.models.configurations import (
    ABSENT,
    ANSWERED,
    DIFFERENCE,
    EVENT,
    NEVER_SEEN,
    SIGN_IN,
    ConfigurationBatch,
    ConfigurationDrift,
    ConfigurationVersion,
)
from firewall_audit.models.devices import IN_SERVICE
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import HOUSE, read_session
from kernel.sweeps import sweep
from policy import book
from policy.changes import ChangeWindow
from policy.rule_texts import digest

CLERK = clerk("configurations")
AT_ONCE = 20
NEVER_SEEN_FACT = "firewall.change-never-seen"


@action("drift.sweep", scope=HOUSE)
def sweep_drift(work: Work) -> int:
    """Match new log lines of changes to what was approved, look at differences again, and note what was approved and never seen. [FW-2]"""
    batches = list(work.select(_new_batches().limit(AT_ONCE)))
    for batch in batches:
        work.add(ConfigurationBatch(batch_id=batch.id, events=_match_batch(work, batch), matched_at=work.now))
    work.session.flush()
    checked = list(work.select(_unchecked(work.now).limit(AT_ONCE).with_for_update(skip_locked=True)))
    for row in checked:
        check_again(work, work.get(NetworkDevice, row.device_id), row)
    missing = [
        _absent(work, window, device)
        for window, device in list(work.session.execute(never_seen(work.now).limit(AT_ONCE)))
    ]
    again = _tell_again(work)
    return len(batches) + len(checked) + len(missing) + again


def _new_batches() -> Any:
    matched = exists().where(col(ConfigurationBatch.batch_id) == col(LogBatch.id))
    return select(LogBatch).where(~matched).order_by(col(LogBatch.id))


def _match_batch(work: Work, batch: LogBatch) -> int:
    """Judge all that a device told on the days of a batch: whole days, so that lines of two batches are one thing."""
    device = work.get(NetworkDevice, batch.device_id)
    if batch.first_at is None or batch.last_at is None:
        return 0
    since = datetime.combine(batch.first_at.astimezone(UTC).date(), time(), UTC)
    until = datetime.combine(batch.last_at.astimezone(UTC).date(), time(), UTC) + timedelta(days=1)
    judge = Judge(work.session, device.thing, since, until)
    changes, sign_ins = changes_heard(device.slug, since, until), sign_ins_heard(device.slug, since, until)
    new = [
        row
        for row in _kept(work, device, judge, EVENT, changes)
        if row.verdict not in ANSWERED and row.found_id is None
    ]
    _kept(work, device, judge, SIGN_IN, sign_ins)
    work.session.flush()
    report_unapproved(work, device, new)
    return len(changes) + len(sign_ins)


@dataclass(frozen=True, slots=True)
class _Same:
    """What makes several lines one thing: the account, the words, the day, and how it was judged."""

    account: str
    what: str
    day: str
    verdict: str
    ref: str | None
    person: str | None


def _kept(
    work: Work, device: NetworkDevice, judge: Judge, kind: str, heard: Iterable[Heard]
) -> list[ConfigurationDrift]:
    """Put what was heard on record; what is there already is brought up to date. Give what is new."""
    grouped: dict[_Same, list[Heard]] = defaultdict(list)
    for one in heard:
        person = judge.person(one.account) if one.account else None
        told = judge.judge(one.at, None, [person])
        what = one.what if kind == EVENT else f"signed in from {one.what.rpartition(' ')[2]}"
        grouped[_Same(one.account, what, one.at.date().isoformat(), told.verdict, told.ref, person)].append(one)
    prints = {
        same: digest("\x1f".join((kind, same.account, same.what, same.day, same.verdict, same.ref or "")))
        for same in grouped
    }
    rows = work.select(
        select(ConfigurationDrift).where(
            ConfigurationDrift.device_id == device.id, col(ConfigurationDrift.fingerprint).in_(list(prints.values()))
        )
    )
    known = {row.fingerprint: row for row in rows}
    new = []
    for same, lines in grouped.items():
        row = known.get(prints[same])
        if row is None:
            new.append(work.add(_row(work, device, kind, same, lines, prints[same])))
            continue
        row.count = max(row.count, sum(one.count for one in lines))
        row.first_at, row.last_at = min(row.first_at, lines[0].at), max(row.last_at, lines[-1].at)
    return new


def _row(
    work: Work, device: NetworkDevice, kind: str, same: _Same, lines: Sequence[Heard], fingerprint: str
) -> ConfigurationDrift:
    return ConfigurationDrift(
        scope=device.scope, device_id=device.id, kind=kind, what=same.what[:500], fingerprint=fingerprint, first_at=lines[0].at, last_at=lines[-1].at,
        count=sum(one.count for one in lines), accounts=[same.account[:100]] if same.account else [],
        person_id=UUID(same.person) if same.person else None, verdict=same.verdict, bound_to=same.ref, seen_at=work.now,
    )  # fmt: skip


def _unchecked(now: datetime) -> Any:
    """Select differences whose log lines must have come in by now."""
    by = now - timedelta(hours=book.number("FW-2", "lines_within_hours"))
    return (
        select(ConfigurationDrift)
        .where(
            ConfigurationDrift.kind == DIFFERENCE,
            col(ConfigurationDrift.checked_at).is_(None),
            col(ConfigurationDrift.seen_at) <= by,
        )
        .order_by(col(ConfigurationDrift.id))
    )


def never_seen(now: datetime) -> Any:
    """Select windows on a device, begun and over, of which nothing was seen though its configuration was looked at afterwards."""
    by = now - timedelta(hours=book.number("CC-4", "seen_within_hours"))
    return (
        select(ChangeWindow, NetworkDevice)
        .join(
            NetworkDevice,
            col(ChangeWindow.things).contains(func.jsonb_build_array(func.concat("device:", NetworkDevice.slug))),
        )
        .where(
            col(ChangeWindow.opened_at).is_not(None),
            col(ChangeWindow.ended_at) <= by,
            ChangeWindow.ended_why == "done",
            NetworkDevice.state == IN_SERVICE,
            exists().where(
                col(ConfigurationVersion.device_id) == NetworkDevice.id,
                col(ConfigurationVersion.seen_at) > col(ChangeWindow.ended_at),
            ),
            ~exists().where(
                col(ConfigurationDrift.bound_to) == ChangeWindow.bound_to,
                col(ConfigurationDrift.device_id) == NetworkDevice.id,
                col(ConfigurationDrift.kind) != SIGN_IN,
            ),
        )
        .order_by(col(ChangeWindow.id))
    )


def _absent(work: Work, window: ChangeWindow, device: NetworkDevice) -> ConfigurationDrift:
    done = window.ended_at or window.ends_at
    row = work.add(
        ConfigurationDrift(
            scope=device.scope, device_id=device.id, kind=ABSENT, what=window.bound_to.removeprefix("change:"), fingerprint=f"{window.id}",
            since=window.opened_at, first_at=done, last_at=done, verdict=NEVER_SEEN, bound_to=window.bound_to, checked_at=work.now, seen_at=work.now,
        )
    )  # fmt: skip
    work.session.flush()
    seen = {
        "id": row.id,
        "what": row.what,
        "since": row.since,
        "first_at": done,
        "last_at": done,
        "account": "",
        "person_id": None,
        "bound_to": row.bound_to,
    }
    work.fact(
        NEVER_SEEN_FACT, device_id=device.id, thing=device.thing, label=device.name, scope=device.scope, seen=[seen]
    )
    return row


def _ownerless() -> Any:
    """Select what nobody approved and for which nobody could answer when it was seen."""
    return (
        select(ConfigurationDrift)
        .where(
            col(ConfigurationDrift.found_id).is_(None), col(ConfigurationDrift.kind).in_([DIFFERENCE, EVENT]),
            col(ConfigurationDrift.verdict).not_in(ANSWERED),
        )
        .order_by(col(ConfigurationDrift.id))
    )  # fmt: skip


def _tell_again(work: Work) -> int:
    rows = list(work.select(_ownerless().limit(AT_ONCE).with_for_update(skip_locked=True)))
    mine = [row for row in rows if row.seen_at != work.now]
    for device_id in sorted({row.device_id for row in mine}):
        report_unapproved(work, work.get(NetworkDevice, device_id), [row for row in mine if row.device_id == device_id])
    return len(mine)


@sweep("configurations", seconds=60)
def run(now: datetime) -> None:
    """Do all that is due; where nothing is due nothing is written."""
    with read_session() as session:
        due = any(
            session.execute(asked.limit(1)).first() is not None
            for asked in (_new_batches(), _unchecked(now), never_seen(now), _ownerless())
        )
    if due:
        sweep_drift(CLERK)

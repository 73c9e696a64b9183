"""Two versions that differ: judged as the second comes in, and once more when the device's own lines have come. [FW-2]"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from firewall_audit.configurations.texts import Words
from firewall_audit.drift.found import report_unapproved
from firewall_audit.drift.heard import Heard, changes_heard, tells
from firewall_audit.drift.looks import complete, kept
from firewall_audit.drift.verdicts import Judge, Look
from firewall_audit.models import NetworkDevice
from firewall_audit.models.configurations import (
    ANSWERED,
    DIFFERENCE,
    ConfigurationDrift,
    ConfigurationVersion,
)
from kernel.action import Work
from policy import book

SHOWN, LONGEST = 200, 300


def judge_difference(
    work: Work,
    device: NetworkDevice,
    made: ConfigurationVersion,
    last: ConfigurationVersion,
    words: Words,
    digests: Sequence[str],
    look: Look,
) -> ConfigurationDrift:
    """Hold a difference against the approved changes of its time; what nobody approved opens an unauthorised change at once."""
    heard = changes_heard(device.slug, last.seen_at, work.now)
    judge = Judge(work.session, device.thing, last.seen_at, work.now)
    people = known_people(judge, heard)
    told = judge.judge(work.now, last.seen_at, people, digests, words.digests, look)
    row = work.add(
        ConfigurationDrift(
            scope=device.scope, device_id=device.id, kind=DIFFERENCE, version_id=made.id, what=_said(made), lines=shown(words.lines),
            fingerprint=made.digest, since=last.seen_at, first_at=work.now, last_at=work.now, accounts=accounts(heard),
            person_id=UUID(people[0]) if people else None, verdict=told.verdict, bound_to=told.ref, unapproved=told.unapproved, compared=kept(told.compared), seen_at=work.now,
        )
    )  # fmt: skip
    work.session.flush()
    if told.compared and told.verdict == "matched":
        complete(work, row)
    if told.verdict not in ANSWERED:
        report_unapproved(work, device, [row])
    return row


def _said(made: ConfigurationVersion) -> str:
    return (
        f"version {made.number}: {made.added} rules came, {made.removed} went"
        if made.added or made.removed
        else f"version {made.number}: no rule, but other lines"
    )


def shown(lines: Sequence[str]) -> list[str]:
    """Give the lines as they are kept: shortened, and the rest counted."""
    told = [line[:LONGEST] for line in lines[:SHOWN]]
    return [*told, f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else told


def known_people(judge: Judge, heard: Sequence[Heard]) -> list[str]:
    """The people behind the accounts that the device named."""
    return list(
        dict.fromkeys(person for one in heard if one.account and (person := judge.person(one.account)) is not None)
    )


def accounts(heard: Sequence[Heard]) -> list[str]:
    """The accounts that the device named, as it named them."""
    return list(dict.fromkeys(one.account[:100] for one in heard if one.account))[:20]


def check_again(work: Work, device: NetworkDevice, row: ConfigurationDrift) -> None:
    """Look at a difference once more, when the device's lines of its time have come in: who did it, or that nothing was told. [FW-2]"""
    since = row.since or row.first_at
    margin = timedelta(minutes=book.number("FW-2", "clock_minutes"))
    heard = changes_heard(device.slug, since - margin, row.first_at + margin)
    row.checked_at = work.now
    if not heard:
        row.silent = True if tells(device.slug, since, book.number("FW-2", "tells_days")) else None
        return
    row.silent = False
    row.accounts = accounts(heard)
    judge = Judge(work.session, device.thing, since, row.first_at)
    people = known_people(judge, heard)
    row.person_id = UUID(people[0]) if people else None
    if row.verdict != "matched" or not people:
        return
    told = judge.judge(row.first_at, since, people)
    if told.verdict == "other-person":
        row.verdict, row.bound_to = told.verdict, told.ref
        report_unapproved(work, device, [row])

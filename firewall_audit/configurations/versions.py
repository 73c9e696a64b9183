"""Taking in a device's configuration: masked before anything else, compared with the last, judged; and approving one as the baseline. [FW-2, PW-4]"""

from collections.abc import Sequence
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from sqlmodel import col, select

from firewall_audit.configurations import counters, texts
from firewall_audit.configurations.patience import patiently
from firewall_audit.devices import in_service
from firewall_audit.drift.approved import Version
from firewall_audit.drift.differences import judge_difference
from firewall_audit.drift.looks import look_at
from firewall_audit.models import NetworkDevice
from firewall_audit.models.configurations import (
    ANSWERED,
    ConfigurationDrift,
    ConfigurationVersion,
    RuleCounters,
)
from firewall_audit.rulesets.masking import Masked, mask
from firewall_audit.rulesets.model import Ruleset
from kernel import sealing
from kernel.action import Work, action
from kernel.db import Answer
from kernel.errors import Conflict, Malformed, Refused
from policy import rule_texts
from policy.approvals import person_of

MOST_BYTES = 16 << 20
MOST_RULES = 20_000
CLAUSE = "FW-2"
Text = Annotated[str, Field(min_length=1, max_length=MOST_BYTES)]
Kind = Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,39})?$", description="how it is written; empty: found out")]


class Taken(Answer):
    """What became of a configuration that was handed in."""

    id: UUID
    number: int
    new: bool
    """False: the same text was seen before."""
    kind: str
    rules: int
    unmodelled: int
    secrets: int
    added: int
    removed: int
    verdict: str | None
    """None: nothing to compare with, or nothing changed."""
    bound_to: str | None


@action("configuration.take", on=NetworkDevice, answer=Taken)
def take_configuration(
    work: Work,
    device: NetworkDevice,
    *,
    text: Text,
    kind: Kind = "",
    source: Literal["file", "api", "collector"] = "file",
) -> Taken:
    """Take in a device's configuration: its secrets are masked first; what differs from the last version is held against approved changes. [FW-2]"""
    return take_in(work, device, text=text, kind=kind, source=source)


def take_in(work: Work, device: NetworkDevice, *, text: str, kind: str, source: str) -> Taken:
    """Take a configuration in within an action of whoever brings it. Raises Malformed, Refused."""
    in_service(device)
    if len(text.encode("utf-8", "surrogatepass")) > MOST_BYTES:
        raise Malformed(f"A configuration has {MOST_BYTES >> 20} MiB at most.")
    came = rule_texts.plain(text)
    masked, ruleset = patiently(work, lambda: _read(texts.steady(came), device, kind))
    if ruleset.size > MOST_RULES:
        raise Refused(CLAUSE, f"A configuration has {MOST_RULES} rules at most; this one has {ruleset.size}.")
    last = latest(work, device.id, lock=True)
    _keep_counters(work, device, came, ruleset)
    digest = rule_texts.digest(masked.text)
    work.note("digest", digest)
    if last is not None and digest in (last.digest, rule_texts.digest(texts.steady(last.text))):
        last.seen_at, last.seen = work.now, last.seen + 1
        return _told(last, None, new=False)
    made = work.add(
        ConfigurationVersion(
            scope=device.scope, device_id=device.id, number=last.number + 1 if last else 1, kind=ruleset.vendor, host=ruleset.host[:200],
            digest=digest, handed_in=sealed_digest(device, rule_texts.digest(came)), text=masked.text, size=len(masked.text), rules=ruleset.size,
            unmodelled=texts.inexact(ruleset), secrets=masked.secrets, source=source, taken_by=work.actor.ref, taken_at=work.now, seen_at=work.now,
        )
    )  # fmt: skip
    work.session.flush()
    drift = _compare(work, device, made, last, ruleset, [rule_texts.digest(text), rule_texts.digest(came), digest])
    work.fact("configuration.taken", device_id=device.id, version_id=made.id, number=made.number)
    return _told(made, drift, new=True)


def _read(text: str, device: NetworkDevice, kind: str) -> tuple[Masked, Ruleset]:
    """Mask, then read what is left: nothing after this line has seen a secret."""
    masked = mask(text, sealing.fingerprint("configuration", device.slug))
    return masked, texts.read(masked.text, kind)


def _keep_counters(work: Work, device: NetworkDevice, came: str, ruleset: Ruleset) -> None:
    """Add what the device has counted to what is known of the use of its rules; what a version keeps has no counts. [FW-5]"""
    if texts.steady(came) == came:
        return
    told = patiently(work, lambda: _read(came, device, ruleset.vendor)[1])
    if not counters.counted(told):
        return
    row = work.select(select(RuleCounters).where(RuleCounters.device_id == device.id).with_for_update()).first()
    rules, reset = counters.add_reading(row.rules if row else {}, told, work.now)
    if row is None:
        work.add(RuleCounters(scope=device.scope, device_id=device.id, since=work.now, read_at=work.now, rules=rules))
        return
    row.rules, row.read_at, row.resets = rules, work.now, row.resets + reset
    work.note("counters_reset", reset)


def _compare(
    work: Work,
    device: NetworkDevice,
    made: ConfigurationVersion,
    last: ConfigurationVersion | None,
    ruleset: Ruleset,
    digests: Sequence[str],
) -> ConfigurationDrift | None:
    if last is None:
        return None
    before = patiently(work, lambda: texts.read(last.text, last.kind))
    words = texts.words_between(before, ruleset)
    made.added, made.removed = len(words.added), len(words.removed)
    look = look_at(work, device.id, Version(last.text, before), Version(made.text, ruleset))
    return judge_difference(work, device, made, last, words, digests, look)


def sealed_digest(device: NetworkDevice, digest: str) -> str:
    """Give what is kept of the digest of a text with its secrets in it."""
    return sealing.fingerprint("configuration-text", f"{device.slug}:{digest}").hex()


def latest(work: Work, device_id: UUID, *, lock: bool = False) -> ConfigurationVersion | None:
    """Give the last version of a device's configuration; None where there is none."""
    rows = (
        select(ConfigurationVersion)
        .where(ConfigurationVersion.device_id == device_id)
        .order_by(col(ConfigurationVersion.number).desc())
        .limit(1)
    )
    found: ConfigurationVersion | None = work.select(rows.with_for_update() if lock else rows).first()
    return found


def _told(row: ConfigurationVersion, drift: ConfigurationDrift | None, *, new: bool) -> Taken:
    return Taken(
        id=row.id, number=row.number, new=new, kind=row.kind, rules=row.rules, unmodelled=row.unmodelled, secrets=row.secrets,
        added=row.added if new else 0, removed=row.removed if new else 0, verdict=drift.verdict if drift else None,
        bound_to=drift.bound_to if drift else None,
    )  # fmt: skip


@action("configuration.baseline", on=ConfigurationVersion)
def approve_baseline(work: Work, version: ConfigurationVersion) -> None:
    """Approve a version, as technical director, as what the device is to be: what differs from now on is held against it. [FW-2]"""
    why = why_no_baseline(version.taken_by, str(person_of(work)))
    if why is not None:
        raise Refused(CLAUSE, why)
    if version.baseline_at is not None:
        raise Conflict("This version is approved already.")
    newest = latest(work, version.device_id)
    if newest is None or newest.id != version.id:
        raise Refused(CLAUSE, "Only the version that the device runs now is approved.")
    open_rows = select(ConfigurationDrift.id).where(
        ConfigurationDrift.device_id == version.device_id,
        col(ConfigurationDrift.kind).in_(["difference", "event"]),
        col(ConfigurationDrift.verdict).not_in(ANSWERED),
        col(ConfigurationDrift.settled_at).is_(None),
    )
    if work.select(open_rows.limit(1)).first() is not None:
        raise Refused(CLAUSE, "A change that nobody authorised is still open on this device; it is settled first.")
    version.baseline_at, version.baseline_by = work.now, person_of(work)
    work.fact("configuration.approved", device_id=version.device_id, version_id=version.id)


def why_no_baseline(taken_by: str, approver: str) -> str | None:
    """Say why somebody may not approve a version; None where he may: nobody approves what he handed in himself."""
    return "Nobody approves the configuration that he handed in himself." if taken_by == f"person:{approver}" else None

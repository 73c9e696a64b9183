"""Everything that is found in one window: by every detection, less what is known, with the lines that prove it. [FW-3]"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from firewall_audit.detections import (
    administrators,
    first_seen,
    flags,
    forbidden,
    health,
    imported,
    logins,
    outbound,
    persistence,
    scans,
    signatures,
    threats,
)  # fmt: skip
from firewall_audit.detections.finding import Finding, rank
from firewall_audit.detections.parameters import Known, Parameters
from firewall_audit.detections.proof import prove
from firewall_audit.detections.tallies import Country, History, Tally, take
from firewall_audit.networks import Networks
from firewall_audit.store import Window

PLAIN: Final[tuple[Callable[[Window, Parameters], list[Finding]], ...]] = (
    scans.detect, persistence.detect, logins.detect, outbound.detect, forbidden.detect, flags.detect, signatures.detect, administrators.detect,
    imported.detect,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Review:
    """What a window showed. `suppressed`: what is known, with the reason that is given for it: counted and shown, never lost."""

    findings: tuple[Finding, ...]
    suppressed: tuple[tuple[Finding, Known], ...]
    tally: Tally
    """For the weeks that come."""


def review(
    window: Window, parameters: Parameters, history: History | None = None, country: Country | None = None
) -> Review:
    """Return all findings of a window, the gravest first."""
    behind = history or History()
    tally = take(window, parameters, country)
    found = [finding for detect in PLAIN for finding in detect(window, parameters)]
    found += threats.detect(window, parameters, country)
    found += first_seen.detect(window, parameters, behind, tally)
    found += health.detect(window, parameters, behind, tally)
    found += parameters.noticed
    proved = prove(window, sorted(found, key=lambda one: (*rank(one), one.kind, one.scope)))
    judged = [(one, _known(one, parameters, window)) for one in proved]
    return Review(
        tuple(one for one, known in judged if known is None),
        tuple((one, known) for one, known in judged if known is not None),
        tally,
    )


def _known(finding: Finding, parameters: Parameters, window: Window) -> Known | None:
    """Return why a finding need not be told: an entry that still held when the window ended."""
    last = window.until.astimezone(UTC).date()
    for one in parameters.known:
        if one.until < last or not (one.finding or one.kind or one.network):
            continue
        if one.finding and one.finding != finding.id:
            continue
        if one.kind and finding.kind != one.kind and not finding.kind.startswith(f"{one.kind}."):
            continue
        if one.network and not (
            finding.sources and all(source in Networks([one.network]) for source in finding.sources)
        ):
            continue
        return one
    return None

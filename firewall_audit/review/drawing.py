"""Looking at a period's lines, outside of any transaction; then one action puts on record what was found. [FW-3, FW-4]"""

import dataclasses
import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlmodel import col, select

from firewall_audit import given, place
from firewall_audit.review.models import GATHERING, OPEN, LogFinding, LogReview
from firewall_audit.review.reports import report_found
from firewall_audit.review.states import REVIEW_STEPS
from firewall_audit.review.terms import Terms, terms_of
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import read_session
from kernel.errors import Conflict
from kernel.sweeps import sweep
from policy import book

if TYPE_CHECKING:  # detections and the store are large libraries: only who looks at lines loads them
    from firewall_audit.detections.finding import Finding
    from firewall_audit.detections.tallies import History
    from firewall_audit.store import Manifest, Store, Window

CLERK = clerk("firewall")
SHOWN: Final = (
    "device",
    "kind",
    "action",
    "src",
    "src_port",
    "dst",
    "dst_port",
    "protocol",
    "rule",
    "message",
    "user",
    "outcome",
    "times",
)
"""What the reviewer holds against a line of the sample."""
SAMPLE: Final = """
SELECT string_split(file, '/')[-4] AS batch, place, moment, {columns} FROM events
ORDER BY sha256(concat($seed, ' ', string_split(file, '/')[-4], ' ', place)), batch, place LIMIT {size}"""


class FoundView(BaseModel):
    """A finding as the machine tells it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str
    kind: str
    about: str
    title: str
    reason: str
    danger: str
    persistent: bool
    count: int
    first_at: datetime
    last_at: datetime
    device: str
    sources: list[str]
    figures: dict[str, Any]
    evidence: list[list[Any]]

    @classmethod
    def of(cls, one: "Finding") -> "FoundView":
        """Tell a finding."""
        return cls(
            key=one.id, kind=one.kind, about=one.subject[:500], title=one.title[:500], reason=one.reason[:1000], danger=one.danger,
            persistent=one.persistent, count=one.count, first_at=one.first, last_at=one.last, device=one.scope,
            sources=list(one.sources), figures=dict(one.figures), evidence=[[line.batch, line.place] for line in one.evidence],
        )  # fmt: skip


class Drawn(BaseModel):
    """What the machine found in a period."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    inputs: list[dict[str, Any]]
    inputs_digest: str
    pack: str
    suppressed: int
    figures: dict[str, Any]
    seed: str
    sample: list[dict[str, Any]]
    tally: dict[str, dict[str, int]]
    findings: list[FoundView]


def look(store: "Store", review: LogReview, terms: Terms, history: "History", size: int) -> Drawn:
    """Look at the lines of a review's period; nothing is written."""
    from firewall_audit.detections.review import review as detect  # noqa: PLC0415
    from firewall_audit.review.pictures import pictures_of, totals_of  # noqa: PLC0415
    from firewall_audit.store import Window  # noqa: PLC0415

    with Window(store, review.since, review.until, decided=terms.decided) as window:
        parameters = dataclasses.replace(terms.parameters, threats=given.threats_of(terms.given))
        found = detect(window, parameters, history, given.country_of(terms.given))
        pictures, counts = pictures_of(window), totals_of(window)
        seed = review.seed or secrets.token_hex(16)
        sample = draw_lines(window, seed, size)
        inputs = inputs_of(window.manifests, review.since, review.until)
        digest = inputs_digest(window.manifests)
    with Window(store, review.since - (review.until - review.since), review.since, decided=terms.decided) as before:
        past = totals_of(before) if before.manifests else {}
    known = [[one.id, one.title, why.reason, why.until.isoformat()] for one, why in found.suppressed]
    return Drawn(
        inputs=inputs, inputs_digest=digest, pack=terms.pack(), suppressed=len(known),
        figures={**pictures, "totals": counts, "before": past, "known": known}, seed=seed, sample=sample,
        tally={name: dict(seen) for name, seen in found.tally.seen.items()}, findings=[FoundView.of(one) for one in found.findings],
    )  # fmt: skip


def history_of(session: Any, review: LogReview, weeks: int) -> "History":
    """Give what the periods before left behind, so many weeks back."""
    from firewall_audit.detections.tallies import History, Tally  # noqa: PLC0415

    rows = session.execute(
        select(LogReview.since, LogReview.until, LogReview.tally).where(
            LogReview.until <= review.since,
            LogReview.since >= review.since - timedelta(weeks=weeks),
            col(LogReview.drawn_at).is_not(None),
        )
    )
    return History(tuple(Tally(since, until, seen) for since, until, seen in rows))


def draw_lines(window: "Window", seed: str, size: int) -> list[dict[str, Any]]:
    """Draw lines at random, such that anybody who knows the seed draws the same."""
    rows = window.ask(SAMPLE.format(columns=", ".join(f'"{name}"' for name in SHOWN), size=int(size)), seed=seed)
    return [
        {"batch": batch, "place": place, "at": moment.isoformat(), "read": dict(zip(SHOWN, read, strict=True))}
        for batch, place, moment, *read in rows
    ]


def inputs_of(manifests: "Iterable[Manifest]", since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Count, device by device, what a review rests on; lines that nobody could read count with the device they came for."""
    found: dict[str, dict[str, Any]] = {}

    def of(device: str) -> dict[str, Any]:
        return found.setdefault(
            device, {"device": device, "batches": 0, "rows": 0, "unparsed": 0, "first": "", "last": ""}
        )

    for manifest in manifests:
        pieces = [one for _, one in manifest.pieces if one.last >= since and one.first < until]
        for device in {one.device for one in pieces}:
            of(device)["batches"] += 1
        for one in pieces:
            told = of(one.device)
            told["rows"] += one.rows
            told["first"] = min(filter(None, (told["first"], one.first.isoformat())))
            told["last"] = max(told["last"], one.last.isoformat())
        of(manifest.device)["unparsed"] += manifest.unparsed
    return [found[device] for device in sorted(found)]


def inputs_digest(manifests: "Iterable[Manifest]") -> str:
    """Give the SHA-256 over every batch looked at: its name, the digest of its lines, and which reading of them."""
    told = sorted(f"{one.batch} {one.digest} {one.edition}" for one in manifests)
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


@action("log-review.draw", on=LogReview)
def draw_review(work: Work, review: LogReview, *, drawn: Drawn) -> None:
    """Put on record what the machine found in a period; what was said of a finding before stays said. [FW-3, FW-4]"""
    if review.state not in {GATHERING, OPEN}:
        raise Conflict("This review is signed and stays as it is.", "FW-3")
    REVIEW_STEPS.advance(work, review, "draw")
    review.drawn_at, review.inputs, review.inputs_digest = work.now, drawn.inputs, drawn.inputs_digest
    review.pack, review.suppressed, review.figures = drawn.pack, drawn.suppressed, drawn.figures
    review.tally = drawn.tally
    if not review.answers:
        review.seed, review.sample = drawn.seed, drawn.sample
    known = {row.key: row for row in work.select(select(LogFinding).where(LogFinding.review_id == review.id))}
    earlier = _earlier(work, review, [one.key for one in drawn.findings])
    for one in drawn.findings:
        row = known.pop(one.key, None)
        told = one.model_dump(exclude={"key"})
        if row is None:
            seen = earlier.get(one.key)
            row = work.add(LogFinding(
                review_id=review.id, key=one.key, new=seen is None, periods=1 + (seen.periods if seen and _follows(work, seen, review) else 0), **told,
            ))  # fmt: skip
            work.session.flush()
        else:
            row.gone = False
            for name, value in told.items():
                setattr(row, name, value)
        report_found(work, row)
    for row in known.values():
        row.gone = True
    work.note("inputs", drawn.inputs_digest)
    work.note("findings", len(drawn.findings))
    work.cite("FW-3")


def _earlier(work: Work, review: LogReview, keys: list[str]) -> dict[str, LogFinding]:
    """Give the last finding of each key in an earlier period."""
    rows = work.select(
        select(LogFinding)
        .join(LogReview, col(LogReview.id) == LogFinding.review_id)
        .where(col(LogFinding.key).in_(keys), LogReview.since < review.since, col(LogFinding.gone).is_(False))
        .order_by(col(LogReview.since))
    )
    return {row.key: row for row in rows}


def _follows(work: Work, seen: LogFinding, review: LogReview) -> bool:
    """Tell whether the period of an earlier finding ends where that of a review begins."""
    return work.get(LogReview, seen.review_id).until == review.since


@sweep("firewall-review", seconds=60)
def run(now: datetime) -> None:  # noqa: ARG001 - the frame's own form
    """Look at every period that waits to be signed and has lines that were not looked at yet. [FW-3]"""
    with read_session() as session:
        unsigned = select(LogReview).where(col(LogReview.state).in_([GATHERING, OPEN])).order_by(col(LogReview.since))
        waiting = list(session.scalars(unsigned))
    if not waiting:
        return
    store = place.store()
    for review in waiting:
        with read_session() as session:
            terms = terms_of(session, review)
            history = history_of(session, review, book.number("FW-3", "history_weeks"))
        if stirred(store, review, terms):
            _record(review.id, look(store, review, terms, history, book.number("FW-3", "sample_size")))


def stirred(store: "Store", review: LogReview, terms: Terms) -> bool:
    """Tell whether there is something to look at that a review does not rest on yet: other lines, other terms, or none looked at."""
    if review.state == GATHERING or review.pack != terms.pack():
        return True
    from firewall_audit.store import Window  # noqa: PLC0415

    with Window(store, review.since, review.until, decided=terms.decided) as window:
        return inputs_digest(window.manifests) != review.inputs_digest


def _record(review_id: UUID, drawn: Drawn) -> None:
    try:
        draw_review(CLERK, review_id, drawn=drawn)
    except Conflict:
        return  # another process was quicker, or it was signed meanwhile: the next sweep sees which

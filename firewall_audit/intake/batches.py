"""Batches of lines: what was taken in stands on the ledger with its digest and counts, so that a review proves what it looked at. [FW-3]"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from sqlmodel import col, select

from firewall_audit.intake.noting import note
from firewall_audit.models import LogBatch, NetworkDevice, SenderCount, UnparsedSample
from kernel.action import Work, action
from kernel.actor import clerk
from kernel.db import HOUSE, Answer
from kernel.errors import Conflict
from kernel.reading import reading

CLERK = clerk("intake")
SAMPLES = 100
LONGEST_SAMPLE = 2000
AHEAD = "The clock runs ahead of ours."
Count = Annotated[int, Field(ge=0)]
BatchName = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Packs = Annotated[dict[str, int], Field(max_length=100)]
Days = Annotated[list[str], Field(max_length=4000)]
Sample = tuple[int, str]
Samples = Annotated[list[Sample], Field(max_length=SAMPLES)]


class Followed(BaseModel):
    """How far one sender of a batch has counted its lines, and what that shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    host: str
    highest: int
    waited: list[list[int]]
    behind: list[int]
    lost: Count = 0
    missing: Annotated[str, StringConstraints(max_length=300)] = ""
    """The numbers that never came, as people write them."""
    twice: Count = 0
    restarts: Count = 0
    goes_on: bool
    """Lines that come live: the next batch counts on from here. A file of an old week does not."""


Counts = Annotated[list[Followed], Field(max_length=500)]


class BatchView(Answer):
    """A batch as a list shows it."""

    id: UUID
    device_id: UUID
    source: str
    name: str
    batch: str
    digest: str
    size: int
    lines: int
    events: int
    unparsed: int
    repeated: int
    cut: int
    backwards: int
    partial: bool
    first_at: datetime | None
    last_at: datetime | None
    packs: dict[str, int]
    days: list[str]
    taken_at: datetime
    read_again_at: datetime | None

    @classmethod
    def of(cls, row: LogBatch) -> "BatchView":
        """Show a row."""
        return cls.model_validate(row, from_attributes=True)


class UnparsedView(Answer):
    """The first lines of a batch that no format could read."""

    batch: BatchView
    lines: list[Sample]


@action("log-batch.take", on=NetworkDevice, answer=BatchView)
def take_batch(
    work: Work,
    device: NetworkDevice,
    *,
    source: Literal["syslog", "file", "upload"],
    name: Annotated[str, StringConstraints(max_length=300)],
    batch: BatchName,
    digest: Digest,
    size: Count,
    lines: Count,
    events: Count,
    unparsed: Count,
    repeated: Count,
    cut: Count,
    backwards: Count,
    partial: bool,
    first_at: AwareDatetime | None,
    last_at: AwareDatetime | None,
    packs: Packs,
    days: Days,
    samples: Samples,
    counts: Counts = [],  # noqa: B006 - pydantic copies it
    ahead: bool = False,
) -> LogBatch:
    """Put a batch of lines on record: its digest, its counts, from when to when, by which formats it was read. [FW-3]"""
    held: LogBatch | None = work.select(select(LogBatch).where(LogBatch.batch == batch)).first()
    if held is not None:
        raise Conflict(f"These lines were taken in already, as batch {batch[:12]} on {held.taken_at:%Y-%m-%d}.")
    made = work.add(
        LogBatch(
            scope=device.scope, device_id=device.id, source=source, name=name, batch=batch, digest=digest, size=size,
            lines=lines, events=events, unparsed=unparsed, repeated=repeated, cut=cut, backwards=backwards,
            partial=partial, first_at=first_at, last_at=last_at, packs=packs, days=days, taken_at=work.now,
        )
    )  # fmt: skip
    work.session.flush()
    if samples:
        work.add(UnparsedSample(batch_id=made.id, lines=[list(one) for one in samples]))
    _tell_amiss(work, device, made, counts, ahead=ahead)
    work.fact("log-batch.taken", batch_id=made.id, device_id=device.id, slug=device.slug, batch=batch)
    return made


def _tell_amiss(work: Work, device: NetworkDevice, batch: LogBatch, counts: list[Followed], *, ahead: bool) -> None:
    """Put down what the senders' own counts and clocks say was amiss with a batch. [FW-6]"""
    since, until = batch.first_at or work.now, batch.last_at or work.now
    for one in counts:
        named = f"{one.host}: " if one.host else ""
        if one.lost:
            note(work, device, "missing", since, until, count=one.lost, detail=f"{named}{one.missing}"[:300])
        if one.twice:
            note(work, device, "twice", since, until, count=one.twice, detail=one.host[:300])
        if one.restarts:
            note(work, device, "restarted", since, until, count=one.restarts, detail=one.host[:300])
        if one.goes_on:
            _count_on(work, device, one)
    if batch.backwards or ahead:
        note(work, device, "clock", since, until, count=batch.backwards, detail=AHEAD if ahead else "")


def _count_on(work: Work, device: NetworkDevice, told: Followed) -> None:
    rows = select(SenderCount).where(SenderCount.device_id == device.id, SenderCount.host == told.host)
    held: SenderCount | None = work.select(rows.with_for_update()).first()
    if held is None:
        held = work.add(
            SenderCount(scope=device.scope, device_id=device.id, host=told.host, highest=0, counted_at=work.now)
        )
    held.highest, held.waited, held.behind, held.counted_at = told.highest, told.waited, told.behind, work.now


@action("log-batch.read-again", on=LogBatch, answer=BatchView)
def note_read_again(
    work: Work,
    batch: LogBatch,
    *,
    events: Count,
    unparsed: Count,
    repeated: Count,
    backwards: Count,
    first_at: AwareDatetime | None,
    last_at: AwareDatetime | None,
    packs: Packs,
    days: Days,
    samples: Samples,
) -> LogBatch:
    """Put on record that a batch was read again by newer formats, and what they found in the same lines. [FW-3]"""
    batch.events, batch.unparsed, batch.repeated, batch.backwards = events, unparsed, repeated, backwards
    batch.first_at, batch.last_at, batch.packs, batch.days = first_at, last_at, packs, days
    batch.read_again_at = work.now
    held: UnparsedSample | None = work.select(select(UnparsedSample).where(UnparsedSample.batch_id == batch.id)).first()
    if held is not None:
        held.lines = [list(one) for one in samples]
    elif samples:
        work.add(UnparsedSample(batch_id=batch.id, lines=[list(one) for one in samples]))
    work.fact("log-batch.read-again", batch_id=batch.id, device_id=batch.device_id, batch=batch.batch)
    return batch


@action("log-batch.ask-again", on=LogBatch, answer=BatchView)
def ask_again(work: Work, batch: LogBatch) -> LogBatch:
    """Have a batch read again by the formats of this release; what was read before holds until that is done. [FW-3]"""
    work.later("firewall.read-again", batch_id=batch.id)
    return batch


@reading("log-batch.list", scope=HOUSE)
def list_batches(
    work: Work,
    *,
    device_id: UUID | None = None,
    unparsed: bool = False,
    before: AwareDatetime | None = None,
    limit: Annotated[int, Field(ge=1, le=500)] = 50,
) -> list[BatchView]:
    """List batches, the newest first; `unparsed`: only those with lines that no format could read. [FW-3]"""
    rows = select(LogBatch).order_by(col(LogBatch.taken_at).desc(), col(LogBatch.id).desc()).limit(limit)
    if device_id is not None:
        rows = rows.where(LogBatch.device_id == device_id)
    if unparsed:
        rows = rows.where(LogBatch.unparsed > 0)
    if before is not None:
        rows = rows.where(LogBatch.taken_at < before)
    return [BatchView.of(row) for row in work.select(rows)]


@reading("log-batch.unparsed", on=LogBatch, watched=True)
def read_unparsed(work: Work, batch: LogBatch) -> UnparsedView:
    """Show the first lines of a batch that no format could read, as they came. [FW-3]"""
    held: Any = work.select(select(UnparsedSample).where(UnparsedSample.batch_id == batch.id)).first()
    return UnparsedView(batch=BatchView.of(batch), lines=[tuple(one) for one in held.lines] if held else [])

"""Lines go into the store, then what they are goes on record; killed in between, the same is done once more and nothing is there twice. [FW-3]"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID

from sqlmodel import select

from firewall_audit import place
from firewall_audit.formats import BY_NAME
from firewall_audit.formats.envelope import decode
from firewall_audit.intake import batches
from firewall_audit.intake.batches import CLERK, LONGEST_SAMPLE, SAMPLES, BatchView, note_read_again, take_batch
from firewall_audit.intake.counts import Count
from firewall_audit.intake.counts import told as written
from firewall_audit.intake.whole import Whole
from firewall_audit.models import LogBatch, NetworkDevice, SenderCount
from kernel.actor import Actor
from kernel.db import read_session
from kernel.errors import NotFound
from kernel.outbox import effect

if TYPE_CHECKING:  # the columns of the store are a large library: only who takes lines in loads it
    from firewall_audit.store import Manifest, Reading

AHEAD: Final = timedelta(minutes=5)
"""A clock that runs ahead by more is told."""
MOST_SENDERS: Final = 200
"""Senders in one batch whose own counts are followed: names in lines are anybody's words."""


@dataclass(slots=True)
class Counted:
    """What whoever hands lines over counts meanwhile."""

    size: int = 0
    cut: int = 0
    partial: bool = False


def known(batch: str) -> BatchView | None:
    """Return what the record says of a batch of the store; None where it says nothing yet."""
    with read_session() as session:
        row = session.scalars(select(LogBatch).where(LogBatch.batch == batch)).first()
        return None if row is None else BatchView.of(row)


def device_by_slug(slug: str) -> NetworkDevice:
    """Return a device of the register by its short name. Raises NotFound."""
    with read_session() as session:
        row = session.scalars(select(NetworkDevice).where(NetworkDevice.slug == slug)).first()
    if row is None:
        raise NotFound("There is no such device on the register.")
    return row


def reading_of(device: NetworkDevice, arrived: datetime, *, sender: str = "", zone: str = "") -> "Reading":
    """Return how the lines of a device are read: by its formats, of its zone unless another is declared."""
    from firewall_audit.store import Reading  # noqa: PLC0415

    formats = tuple(name for name in device.formats if name in BY_NAME)
    return Reading(device.slug, arrived, formats, zone or device.time_zone, sender)


def take(
    actor: Actor,
    device: NetworkDevice,
    blocks: Iterable[Whole],
    reading: "Reading",
    counted: Counted,
    *,
    source: Literal["syslog", "file", "upload"],
    name: str,
    workers: int = 0,
    seen: Callable[[int, int], None] | None = None,
) -> BatchView:
    """Keep lines and put them on record; `counted` is filled by whoever yields them, `seen` told how many are done and unread.

    Raises Conflict where the same lines of this device are on record, naming the batch; and what the store and the lines raise.
    """
    kept = place.store().write_batch(blocks, reading, source=name, workers=workers, seen=seen).manifest
    live = source == "syslog"
    told = take_batch(
        actor, device.id, source=source, name=name, batch=kept.batch, digest=kept.digest, size=counted.size,
        lines=kept.lines, cut=counted.cut, partial=counted.partial, counts=counts_of(device, kept, live=live),
        ahead=kept.last is not None and kept.last > kept.arrived + AHEAD, **_found(kept),
    )  # fmt: skip
    return BatchView.of(told)


@effect("firewall.read-again")
def read_again(batch_id: str) -> None:
    """Read a batch again by the formats of this release; run twice, it says the same."""
    with read_session() as session:
        row = session.get(LogBatch, UUID(batch_id))
        device = session.get(NetworkDevice, row.device_id) if row else None
    if row is None or device is None:
        raise NotFound("There is no such batch.")
    store = place.store()
    before = store.find(row.batch)
    kept = store.rebuild(row.batch, reading_of(device, before.arrived, sender=before.sender, zone=before.zone))
    note_read_again(CLERK, row.id, **_found(kept))


def counts_of(device: NetworkDevice, kept: "Manifest", *, live: bool) -> list[batches.Followed]:
    """Return what the senders' own numbers say of a batch; those of live lines count on from the batch before."""
    from firewall_audit.store import numbers  # noqa: PLC0415

    before: dict[str, Count] = {}
    if live:
        with read_session() as session:
            rows = session.scalars(select(SenderCount).where(SenderCount.device_id == device.id))
            before = {row.host: Count(row.highest, [*map(list, row.waited)], list(row.behind)) for row in rows}
    followed: dict[str, Count] = {}
    for host, told in numbers(place.store(), kept):
        name = (host or kept.sender.partition(" ")[0])[:253]
        if name not in followed and len(followed) >= MOST_SENDERS:
            continue
        followed.setdefault(name, before.get(name) or Count()).follow(told)
    return [_counted(host, one, live=live) for host, one in sorted(followed.items())]


def _counted(host: str, count: Count, *, live: bool) -> batches.Followed:
    gaps = count.missing if live else [*count.missing, *count.waited]
    lost = sum(last - first + 1 for first, last in gaps)
    return batches.Followed(
        host=host, highest=count.highest or 0, waited=count.waited, behind=count.behind, lost=lost,
        missing=written(gaps), twice=count.twice, restarts=count.restarts, goes_on=live,
    )  # fmt: skip


def _found(kept: "Manifest") -> dict[str, Any]:
    """Return what was found in the lines of a batch, as its record tells it."""
    from firewall_audit.store import unparsed  # noqa: PLC0415

    samples = unparsed(place.store(), kept.batch, SAMPLES) if kept.unparsed else []
    return {
        "events": kept.read, "unparsed": kept.unparsed, "repeated": kept.repeated, "backwards": kept.jumps,
        "first_at": kept.first, "last_at": kept.last, "packs": dict(kept.formats),
        "days": sorted({piece.day.isoformat() for _, piece in kept.pieces})[:4000],
        "samples": [
            (one.line.place, decode(one.raw or b"").replace("\x00", "\ufffd")[:LONGEST_SAMPLE]) for one in samples
        ],
    }  # fmt: skip

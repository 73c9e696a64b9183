"""Verification: is everything as it was signed? From the database, from an export, or for one entry.

Signature, consistency with a checkpoint kept elsewhere, leaf hashes, tiles, roots, columns against bytes, entries that
were passed over. What differs is named by index and entry id. Exit codes and words for people are the caller's.
"""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg

from kernel.errors import OmniError
from kernel.ledger.audit import Finding, Progress, Report, TreeAudit, check_trusted, open_head
from kernel.ledger.lookup import checkpoint_note, tile_reader
from kernel.ledger.merkle import HASH, TILE_HEIGHT, TILE_WIDTH, TileReader, edge_widths, leaf_hash, tile_path
from kernel.ledger.notes import Verifier
from kernel.ledger.proofs import Proof, check_proof, prove_entry
from kernel.ledger.scan import CHUNK, Connect, parts

__all__ = ["Finding", "Report", "verify_database", "verify_entry", "verify_export", "verify_selection"]

_HEAD = "SELECT size, root, last_epoch, last_xid::text, last_id, min_index FROM ledger.log_state"
_LATE = """
SELECT id FROM ledger.entry WHERE (epoch, xid, id) > (%s, %s::xid8, %s) AND at < clock_timestamp() - %s::interval
ORDER BY id LIMIT 5"""
_UP_TO = "SELECT count(*) FROM ledger.entry WHERE (epoch, xid, id) <= (%s, %s::xid8, %s)"
_PASSED = """
SELECT id FROM ledger.entry e WHERE (epoch, xid, id) <= (%s, %s::xid8, %s)
AND NOT EXISTS (SELECT FROM ledger.leaf l WHERE l.entry_id = e.id) ORDER BY id LIMIT 5"""


def verify_database(
    connection: psycopg.Connection[Any],
    verifiers: Sequence[Verifier],
    *,
    origin: str | None = None,
    since: int = 0,
    trusted: str | None = None,
    patience: timedelta = timedelta(minutes=1),
    progress: Progress | None = None,
    connect: Connect | None = None,
) -> Report:
    """Verify the log in the database, whole or from an index on (rounded down to a tile).

    `connection` is autocommit in the role omniwarden_auditor; `verifiers` are the log's keys, known from elsewhere; `trusted`
    is a checkpoint note kept elsewhere; entries may wait `patience` for their place in the tree; `connect` gives another
    such connection to each process that may help. Constant memory.
    """
    report = Report()
    tiles = tile_reader(connection)
    checkpoint = open_head(report, checkpoint_note(connection), verifiers, origin)
    row = connection.execute(_HEAD).fetchone()
    if checkpoint is None or row is None:
        return report
    size, root, *cursor, min_index = row
    if checkpoint.size > size:
        report.add(f"the log has {size} entries, but {checkpoint.size} have been signed: an older state was restored")
        return report
    if trusted is not None:
        check_trusted(report, trusted, checkpoint, verifiers, tiles)
    start = min(since, checkpoint.size) // TILE_WIDTH * TILE_WIDTH
    try:
        audit = TreeAudit(report, tiles, start)
    except ValueError as error:
        report.add(f"the tiles before index {start} are damaged: {error}")
        return report
    present, stops = 0, _stops(start, checkpoint.size, size)
    for part, stop in zip(parts(connection, list(pairwise([start, *stops])), min_index, connect), stops, strict=True):
        present += part.present
        for finding in part.findings:
            report.add(finding.what, finding.index, finding.entry_id)
        audit.extend(part.leaves)
        if stop == checkpoint.size:
            audit.check_root(checkpoint.root, "the signed checkpoint")
        report.checked = stop - start
        if progress:
            progress(stop - start, size - start)
    audit.compare_edge()
    audit.check_root(root, "the head on record")
    _check_waiting(connection, report, cursor, patience, present if start == 0 else None)
    return report


def verify_entry(
    connection: psycopg.Connection[Any], entry_id: int, verifiers: Sequence[Verifier], origin: str | None = None
) -> Report:
    """Verify one entry by its inclusion proof under the latest checkpoint."""
    report = Report()
    row = connection.execute("SELECT body FROM ledger.entry WHERE id = %s", [entry_id]).fetchone()
    if row is None:
        report.add("there is no such entry", entry_id=entry_id)
        return report
    try:
        proof = prove_entry(connection, entry_id)
        report.checkpoint = check_proof(proof, row[0], verifiers, origin)
        report.checked = 1
    except (OmniError, ValueError) as error:
        report.add(str(error), entry_id=entry_id)
    return report


def verify_export(
    folder: Path,
    verifiers: Sequence[Verifier],
    *,
    origin: str | None = None,
    trusted: str | None = None,
    progress: Progress | None = None,
) -> Report:
    """Verify an exported log (tiles, entry bundles, checkpoint) without any database.

    Bundles that retention has removed, all at the beginning, are passed over; their tiles stand for them.
    """
    report = Report()
    note = folder / "checkpoint"
    checkpoint = open_head(report, note.read_text() if note.exists() else None, verifiers, origin)
    if checkpoint is None:
        return report

    tiles = _exported_tiles(folder, checkpoint.size)
    if trusted is not None:
        check_trusted(report, trusted, checkpoint, verifiers, tiles)
    audit = TreeAudit(report, tiles)
    while audit.frontier.size < checkpoint.size:
        start = audit.frontier.size
        width = min(TILE_WIDTH, checkpoint.size - start)
        leaves = _bundle_leaves(folder / tile_path("entries", start // TILE_WIDTH, width), report, start, width)
        report.checked += len(leaves)
        if not leaves and not report.checked:
            hashes = tiles(0, start // TILE_WIDTH)
            leaves = [hashes[at : at + HASH] for at in range(0, len(hashes), HASH)]
        if len(leaves) != width:
            report.add("entries are missing from the export", start + len(leaves))
            return report
        audit.extend(leaves)
        if progress:
            progress(audit.frontier.size, checkpoint.size)
    audit.compare_edge()
    audit.check_root(checkpoint.root, "the signed checkpoint")
    return report


def verify_selection(folder: Path, verifiers: Sequence[Verifier], origin: str | None = None) -> Report:
    """Verify exported entries, each by the proof beside it, without any database."""
    report = Report()
    for path in sorted(folder.glob("*.json")):
        proof_file = path.with_suffix(".tlog-proof")
        try:
            proof = Proof.parse(proof_file.read_text())
            report.checkpoint = check_proof(proof, path.read_bytes(), verifiers, origin)
        except FileNotFoundError:
            report.add(f"{path.name} has no proof beside it")
        except OmniError as error:
            report.add(f"{path.name}: {error.why}")
        report.checked += 1
    if not report.checked:
        report.add("there is no entry in the folder")
    return report


def _exported_tiles(folder: Path, size: int) -> TileReader:
    """Read tiles of a tree of this size from an export; a missing tile is empty."""
    widths = edge_widths(size)

    def read(level: int, n: int) -> bytes:
        partial = level < len(widths) and n == size >> TILE_HEIGHT * (level + 1)
        path = folder / tile_path(level, n, widths[level] if partial else TILE_WIDTH)
        return path.read_bytes() if path.exists() else b""

    return read


def _stops(start: int, signed: int, size: int) -> list[int]:
    """Where to stop on the way: at whole chunks, at the signed size (were it the start itself), and at the end."""
    return sorted({*range(start + CHUNK, size, CHUNK), signed, size})


def _check_waiting(
    connection: psycopg.Connection[Any], report: Report, cursor: list[Any], patience: timedelta, present: int | None
) -> None:
    """Look for entries that wait too long, and (in a full verification) for entries the tree has passed over."""
    for (entry_id,) in connection.execute(_LATE, [*cursor, patience]).fetchall():
        report.add(f"an entry has waited more than {patience} for its place in the tree", entry_id=entry_id)
    if present is None:
        return
    row = connection.execute(_UP_TO, cursor).fetchone()
    if row is not None and row[0] > present:
        for (entry_id,) in connection.execute(_PASSED, cursor).fetchall():
            report.add("the tree has passed over an entry", entry_id=entry_id)


def _bundle_leaves(path: Path, report: Report, start: int, width: int) -> list[bytes]:
    """The leaf hashes of a bundle's entries; none when there is no bundle."""
    if not path.exists():
        return []
    raw, at, leaves = path.read_bytes(), 0, list[bytes]()
    while at + 2 <= len(raw):
        length = int.from_bytes(raw[at : at + 2], "big")
        if at + 2 + length > len(raw):
            break
        leaves.append(leaf_hash(raw[at + 2 : at + 2 + length]))
        at += 2 + length
    if at != len(raw) or len(leaves) != width:
        report.add(f"the bundle {path.name} is cut or too long", start + min(len(leaves), width))
    return leaves[:width]

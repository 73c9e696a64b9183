"""Exports that stand alone: the whole log as static files (C2SP tlog-tiles), or chosen entries with their proofs.

The files of the whole log never change once written (only `checkpoint` does) and may be served, cached or locked as they
are; exporting again adds what is new.
"""

import os
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import psycopg

from kernel.errors import NotFound
from kernel.ledger.audit import Progress
from kernel.ledger.lookup import checkpoint_note, read_entries, tile_reader
from kernel.ledger.merkle import HASH, TILE_HEIGHT, TILE_WIDTH, tile_path
from kernel.ledger.notes import Checkpoint
from kernel.ledger.proofs import prove_index

_BUNDLES = 64  # bundles read from the database at once
_README = """Entries of the log {origin}, each with a proof (C2SP tlog-proof) under the checkpoint signed at {size} entries.

<index>.json        the entry, byte for byte as it was hashed
<index>.tlog-proof  shows, together with the log's public key, that the entry is in the log at this index

The public key must come from somewhere else than this folder.
"""
Write = Callable[[str, bytes], None]


def export_log(connection: psycopg.Connection[Any], folder: Path, progress: Progress | None = None) -> Checkpoint:
    """Write tiles, entry bundles and at last the checkpoint into a folder; files that are there are not written again.

    Returns the checkpoint exported. Raises NotFound before the first one is signed.
    """
    note = checkpoint_note(connection)
    if note is None:
        raise NotFound("No checkpoint has been signed yet.")
    checkpoint = Checkpoint.parse(note)
    row = connection.execute("SELECT min_index FROM ledger.log_state").fetchone()
    _export_tiles(connection, folder, checkpoint.size)
    _export_bundles(connection, folder, checkpoint.size, row[0] if row else 0, progress)
    _place(folder / "checkpoint", note.encode())
    return checkpoint


def export_entries(connection: psycopg.Connection[Any], indexes: Iterable[int], target: Path) -> int:
    """Write chosen entries with their proofs into a folder, or into one file when the target ends in .zip; returns how many.

    Raises NotFound for an index that no checkpoint reaches yet, or whose entry retention has removed.
    """
    if target.suffix != ".zip":
        return _write_entries(connection, indexes, lambda name, content: _place(target / name, content))
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        # A ZipInfo made from a name alone carries no time of day, so the same entries give the same file.
        return _write_entries(
            connection, indexes, lambda name, content: archive.writestr(zipfile.ZipInfo(name), content)
        )


def _write_entries(connection: psycopg.Connection[Any], indexes: Iterable[int], write: Write) -> int:
    count, proof = 0, None
    for index in sorted(set(indexes)):
        entries = read_entries(connection, index, index + 1)
        if not entries:
            raise NotFound(f"There is no entry {index} in the log, or retention has removed it.")
        proof = prove_index(connection, index)
        write(f"{index}.json", entries[0][2])
        write(f"{index}.tlog-proof", proof.text().encode())
        count += 1
    if proof is not None:
        checkpoint = Checkpoint.parse(proof.checkpoint)
        write("README.txt", _README.format(origin=checkpoint.origin, size=checkpoint.size).encode())
    return count


def _export_tiles(connection: psycopg.Connection[Any], folder: Path, size: int) -> None:
    read = tile_reader(connection)
    level = 0
    while hashes := size >> TILE_HEIGHT * level:
        for n in range((hashes + TILE_WIDTH - 1) // TILE_WIDTH):
            width = min(TILE_WIDTH, hashes - n * TILE_WIDTH)
            path = folder / tile_path(level, n, width)
            if not path.exists():
                _place(path, read(level, n)[: HASH * width])
        level += 1


def _export_bundles(
    connection: psycopg.Connection[Any], folder: Path, size: int, min_index: int, progress: Progress | None
) -> None:
    first = -(-min_index // TILE_WIDTH) * TILE_WIDTH
    step = TILE_WIDTH * _BUNDLES
    for start in range(first, size, step):
        stop = min(start + step, size)
        paths = {
            n: folder / tile_path("entries", n // TILE_WIDTH, min(TILE_WIDTH, size - n))
            for n in range(start, stop, TILE_WIDTH)
        }
        missing = {n: path for n, path in paths.items() if not path.exists()}
        if missing:
            bodies = {index: body for index, _, body in read_entries(connection, min(missing), stop)}
            for n, path in missing.items():
                entries = (bodies[index] for index in range(n, min(n + TILE_WIDTH, size)) if index in bodies)
                _place(path, b"".join(len(body).to_bytes(2, "big") + body for body in entries))
        if progress:
            progress(stop - first, size - first)


def _place(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(content)
    fresh.replace(path)

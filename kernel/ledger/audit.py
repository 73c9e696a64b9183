"""What every verification shares: leaf hashes come in, are grown into a tree, and the tree is held against what is on record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from kernel.errors import OmniError
from kernel.ledger.merkle import HASH, TILE_WIDTH, Frontier, Tile, TileReader, Tree, verify_consistency
from kernel.ledger.notes import Checkpoint, Verifier, open_checkpoint

LIMIT = 20
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was signed; index and entry id where they are known."""

    what: str
    index: int | None = None
    entry_id: int | None = None

    def __str__(self) -> str:
        place = "" if self.index is None else f"index {self.index}: "
        entry = "" if self.entry_id is None else f" (entry {self.entry_id})"
        return f"{place}{self.what}{entry}"


@dataclass(slots=True)
class Report:
    """The outcome of a verification: the signed head, how many entries were checked, and up to LIMIT findings."""

    checkpoint: Checkpoint | None = None
    checked: int = 0
    findings: list[Finding] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether everything is as it was signed."""
        return not self.findings

    @property
    def first(self) -> Finding | None:
        """The finding at the lowest index, else the first without one."""
        placed = [finding for finding in self.findings if finding.index is not None]
        return min(placed, key=lambda finding: finding.index or 0) if placed else next(iter(self.findings), None)

    def add(self, what: str, index: int | None = None, entry_id: int | None = None) -> None:
        """Note a finding; of one place only the first, and no more than LIMIT in all."""
        known = index is not None and any(finding.index == index for finding in self.findings)
        if not known and len(self.findings) < LIMIT:
            self.findings.append(Finding(what, index, entry_id))


def open_head(report: Report, note: str | None, verifiers: Sequence[Verifier], origin: str | None) -> Checkpoint | None:
    """The signed head, or None with a finding."""
    if note is None:
        report.add("there is no signed checkpoint")
        return None
    try:
        report.checkpoint = open_checkpoint(note, verifiers, origin)
    except OmniError as error:
        report.add(f"the checkpoint does not hold: {error.why}")
    return report.checkpoint


def check_trusted(
    report: Report, trusted: str, head: Checkpoint, verifiers: Sequence[Verifier], tiles: TileReader
) -> None:
    """Check that the head continues a checkpoint that was kept elsewhere, for example a witness's."""
    try:
        kept = open_checkpoint(trusted, verifiers, head.origin)
        if kept.size > head.size:
            report.add(
                f"the log has {head.size} entries, but a trusted checkpoint has {kept.size}: an older state was restored"
            )
            return
        proof = Tree(head.size, tiles).consistency(kept.size)
    except OmniError as error:
        report.add(f"the trusted checkpoint does not hold: {error.why}")
    except ValueError as error:
        report.add(f"the tiles cannot prove consistency with the trusted checkpoint: {error}")
    else:
        if not verify_consistency(kept.size, head.size, kept.root, head.root, proof):
            report.add(f"the log does not begin with the {kept.size} entries of the trusted checkpoint")


class TreeAudit:
    """Grows the tree again from leaf hashes and compares it, tile by tile, with the tiles on record."""

    def __init__(self, report: Report, tiles: TileReader, start: int = 0) -> None:
        self.report = report
        self._tiles = tiles
        self.frontier = Frontier.load(start, tiles)

    def extend(self, leaves: Sequence[bytes]) -> None:
        """Add the next leaf hashes; every tile they fill is compared."""
        for tile in self.frontier.extend(leaves):
            if tile.width == TILE_WIDTH:
                self._compare(tile)

    def compare_edge(self) -> None:
        """Compare the partial tiles at the right edge as well."""
        for level, hashes in enumerate(self.frontier.edges):
            if hashes:
                self._compare(Tile(level, self.frontier.size >> 8 * (level + 1), hashes))

    def check_root(self, root: bytes, name: str) -> None:
        """Compare the root reached with one on record."""
        if self.frontier.root() != root:
            self.report.add(f"the {self.frontier.size} entries do not give the root of {name}")

    def _compare(self, tile: Tile) -> None:
        recorded = self._tiles(tile.level, tile.n)[: len(tile.hashes)]
        if recorded == tile.hashes:
            return
        at = next(
            (
                i
                for i in range(tile.width)
                if recorded[HASH * i : HASH * (i + 1)] != tile.hashes[HASH * i : HASH * (i + 1)]
            ),
            0,
        )
        if tile.level == 0:
            self.report.add("the entry does not hash to what the tree holds", tile.n * TILE_WIDTH + at)
        elif self.report.sound:
            self.report.add(f"tile {tile.level}/{tile.n} does not follow from the entries: its hash {at} differs")

"""The Merkle tree: RFC 6962 hashing, kept as C2SP tlog-tiles of 256 hashes, with its proofs and their verification.

A tile (level, n) holds up to 256 hashes; hash i of level l is the root of the 256**l entries from (256 n + i) * 256**l on.
Sizes count entries, indexes start at 0, hashes are 32 bytes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH = 32
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
TILE_BYTES = TILE_WIDTH * HASH
EMPTY_ROOT = sha256(b"").digest()

TileReader = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry as a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into the one above them."""
    return sha256(b"\x01" + left + right).digest()


def fold(hashes: bytes) -> bytes:
    """The root over a run of hashes, whose number is a power of two."""
    node, both = sha256, 2 * HASH
    while len(hashes) > HASH:
        hashes = b"".join([node(b"\x01" + hashes[at : at + both]).digest() for at in range(0, len(hashes), both)])
    return hashes


@dataclass(frozen=True, slots=True)
class Tile:
    """Up to 256 neighbouring hashes of one level; partial when fewer."""

    level: int
    n: int
    hashes: bytes

    @property
    def width(self) -> int:
        """How many hashes it holds, 1 to 256."""
        return len(self.hashes) // HASH


class Frontier:
    """The right edge of a tree: all that is needed to grow it and to know its root. `edges[l]` = partial tile of level l."""

    __slots__ = ("edges", "size")

    def __init__(self, size: int = 0, edges: Sequence[bytes] = ()) -> None:
        if [len(edge) // HASH for edge in edges] != edge_widths(size):
            raise ValueError("the edges do not belong to a tree of this size")
        self.size = size
        self.edges = list(edges)

    @classmethod
    def load(cls, size: int, read: TileReader) -> "Frontier":
        """Read the right edge of a tree of this size from its tiles; a wider tile than needed is cut."""
        edges = [
            read(level, size >> TILE_HEIGHT * (level + 1))[: HASH * width] if width else b""
            for level, width in enumerate(edge_widths(size))
        ]
        return cls(size, edges)

    def extend(self, leaves: Sequence[bytes]) -> list[Tile]:
        """Add leaf hashes at the right; returns every tile that is new or wider than before."""
        tiles: list[Tile] = []
        level, coming = 0, b"".join(leaves)
        before, self.size = self.size, self.size + len(leaves)
        while coming:
            if level == len(self.edges):
                self.edges.append(b"")
            n = before >> TILE_HEIGHT * (level + 1)
            run = self.edges[level] + coming
            roots = []
            for at in range(0, len(run), TILE_BYTES):
                tile = Tile(level, n, run[at : at + TILE_BYTES])
                tiles.append(tile)
                if tile.width == TILE_WIDTH:
                    roots.append(fold(tile.hashes))
                    n += 1
            self.edges[level] = run[len(roots) * TILE_BYTES :]
            level, coming = level + 1, b"".join(roots)
        return tiles

    def root(self) -> bytes:
        """The root of the tree."""
        root = b""
        for edge in self.edges:  # from the smallest subtrees, at the right, to the largest, at the left
            end, width = len(edge), len(edge) // HASH
            while width:
                run = HASH * (width & -width)
                node = fold(edge[end - run : end])
                root = node_hash(node, root) if root else node
                end -= run
                width &= width - 1
        return root or EMPTY_ROOT


def edge_widths(size: int) -> list[int]:
    """The widths of the partial tiles of a tree, from level 0 to the highest that has any hash."""
    widths = []
    while size:
        widths.append(size % TILE_WIDTH)
        size >>= TILE_HEIGHT
    return widths


class Tree:
    """A tree read from its tiles, for roots and proofs at its own and at every smaller size. Keeps the tiles it read."""

    def __init__(self, size: int, read: TileReader) -> None:
        self.size = size
        self._read = read
        self._tiles: dict[tuple[int, int], bytes] = {}

    def root(self, size: int | None = None) -> bytes:
        """The root at a size (default: its own)."""
        size = self._within(size)
        return self._range(0, size) if size else EMPTY_ROOT

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The proof that the entry of an index is in the tree of a size, from the leaf's sibling up (RFC 6962, 2.1.1)."""
        size = self._within(size)
        if not 0 <= index < size:
            raise ValueError(f"no entry {index} in a tree of {size}")
        start, end, proof = 0, size, list[bytes]()
        while end - start > 1:
            middle = start + _split(end - start)
            if index < middle:
                proof.append(self._range(middle, end))
                end = middle
            else:
                proof.append(self._range(start, middle))
                start = middle
        return proof[::-1]

    def consistency(self, old: int, size: int | None = None) -> list[bytes]:
        """The proof that the tree of a size begins with the tree of the old size (RFC 6962, 2.1.2)."""
        size = self._within(size)
        if not 0 <= old <= size:
            raise ValueError(f"a tree of {size} cannot begin with one of {old}")
        if old in (0, size):
            return []
        start, end, whole, proof = 0, size, True, list[bytes]()
        while old != end:
            middle = start + _split(end - start)
            if old <= middle:
                proof.append(self._range(middle, end))
                end = middle
            else:
                proof.append(self._range(start, middle))
                start, whole = middle, False
        if not whole:
            proof.append(self._range(start, end))
        return proof[::-1]

    def _within(self, size: int | None) -> int:
        if size is None:
            return self.size
        if not 0 <= size <= self.size:
            raise ValueError(f"this tree has {self.size} entries, not {size}")
        return size

    def _range(self, start: int, end: int) -> bytes:
        length = end - start
        if length & (length - 1):
            middle = start + _split(length)
            return node_hash(self._range(start, middle), self._range(middle, end))
        level, inner = divmod(length.bit_length() - 1, TILE_HEIGHT)
        n, offset = divmod(start >> TILE_HEIGHT * level, TILE_WIDTH)
        run = self._tile(level, n)[HASH * offset : HASH * (offset + (1 << inner))]
        if len(run) != HASH << inner:
            raise ValueError(f"tile {level}/{n} is too narrow for a tree of {self.size}")
        return fold(run)

    def _tile(self, level: int, n: int) -> bytes:
        if (level, n) not in self._tiles:
            self._tiles[level, n] = self._read(level, n)
        return self._tiles[level, n]


def _split(length: int) -> int:
    """The largest power of two below a length of at least 2."""
    return 1 << ((length - 1).bit_length() - 1)


def verify_inclusion(index: int, size: int, leaf: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the proof shows the leaf hash at the index of the tree with this size and root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, reached = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            reached = node_hash(sibling, reached)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            reached = node_hash(reached, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and reached == root


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Tell whether the proof shows that the new tree begins with the old one (RFC 9162, 2.1.4.2)."""
    if old == new:
        return not proof and old_root == new_root
    if old == 0:
        return not proof and old_root == EMPTY_ROOT and new > 0
    if not 0 < old < new or not proof:
        return False
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_reached = new_reached = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            old_reached = node_hash(sibling, old_reached)
            new_reached = node_hash(sibling, new_reached)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new_reached = node_hash(new_reached, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and old_reached == old_root and new_reached == new_root


def tile_path(level: int | str, n: int, width: int = TILE_WIDTH) -> str:
    """Where a tile (or, with "entries" for level, an entry bundle) lies, for example tile/0/x001/x234/067.p/12."""
    parts = [f"{n % 1000:03d}"]
    while n := n // 1000:
        parts.append(f"x{n % 1000:03d}")
    path = f"tile/{level}/{'/'.join(reversed(parts))}"
    return path if width == TILE_WIDTH else f"{path}.p/{width}"

"""The tree against a naive one written straight from RFC 6962."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.ledger.merkle import (
    EMPTY_ROOT,
    Frontier,
    Tree,
    edge_widths,
    leaf_hash,
    node_hash,
    tile_path,
    verify_consistency,
    verify_inclusion,
)

LEAVES = [leaf_hash(str(n).encode()) for n in range(70_000)]


def naive_root(leaves):
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return node_hash(naive_root(leaves[:k]), naive_root(leaves[k:]))


def grow(sizes):
    frontier, tiles = Frontier(), {}
    for size in sizes:
        for tile in frontier.extend(LEAVES[frontier.size : size]):
            tiles[tile.level, tile.n] = tile.hashes
    return frontier, lambda level, n: tiles[level, n]


@given(st.lists(st.integers(0, 1500), min_size=1, max_size=8).map(sorted))
@settings(deadline=None)
def test_growing_in_any_steps_gives_the_root_of_all_leaves(sizes):
    frontier, read = grow(sizes)
    expected = naive_root(LEAVES[: sizes[-1]])
    assert frontier.root() == expected
    assert Tree(frontier.size, read).root() == expected
    assert Frontier.load(frontier.size, read).root() == expected


@given(st.integers(1, 1500).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
@settings(deadline=None)
def test_inclusion_holds_for_this_leaf_at_this_index_and_nothing_else(case):
    size, index = case
    _, read = grow([1500])
    tree = Tree(1500, read)
    proof, root = tree.inclusion(index, size), naive_root(LEAVES[:size])
    assert verify_inclusion(index, size, LEAVES[index], root, proof)
    assert not verify_inclusion(index, size, LEAVES[index + 1], root, proof)
    assert not verify_inclusion(index, size + 1, LEAVES[index], naive_root(LEAVES[: size + 1]), proof)
    assert size == 1 or not verify_inclusion((index + 1) % size, size, LEAVES[index], root, proof)
    assert not verify_inclusion(index, size, LEAVES[index], root, [*proof, proof[0] if proof else root])
    if proof:
        assert not verify_inclusion(index, size, LEAVES[index], root, proof[:-1])


@given(st.integers(0, 1500).flatmap(lambda new: st.tuples(st.integers(0, new), st.just(new))))
@settings(deadline=None)
def test_consistency_holds_between_these_trees_and_no_others(case):
    old, new = case
    _, read = grow([1500])
    proof = Tree(1500, read).consistency(old, new)
    old_root, new_root = naive_root(LEAVES[:old]), naive_root(LEAVES[:new])
    assert verify_consistency(old, new, old_root, new_root, proof)
    other = sha256(b"other").digest()
    assert not verify_consistency(old, new, other, new_root, proof)
    assert old == 0 or not verify_consistency(old, new, old_root, other, proof)
    if proof:
        assert not verify_consistency(old, new, old_root, new_root, proof[:-1])
        assert not verify_consistency(old, new, old_root, new_root, [other, *proof[1:]])


def test_tiles_of_a_tree_of_70000_are_as_the_specification_counts_them():
    tiles = {}
    frontier = Frontier()
    for start in range(0, 70_000, 8192):
        for tile in frontier.extend(LEAVES[start : start + 8192]):
            tiles[tile.level, tile.n] = tile.width
    widths = {level: sorted(width for (found, _), width in tiles.items() if found == level) for level in range(3)}
    assert widths == {0: [112] + [256] * 273, 1: [17, 256], 2: [1]}
    assert edge_widths(70_000) == [112, 17, 1]


def test_tree_of_256_has_a_full_tile_and_one_hash_above():
    frontier, _ = grow([256])
    assert [len(edge) // 32 for edge in frontier.edges] == [0, 1]


def test_tiles_that_do_not_fit_the_size_are_refused():
    with pytest.raises(ValueError, match="edges"):
        Frontier(3, [LEAVES[0]])
    with pytest.raises(ValueError, match="edges"):
        Frontier.load(3, lambda *_: LEAVES[0])
    with pytest.raises(ValueError, match="narrow"):
        Tree(3, lambda *_: LEAVES[0]).root()


def test_proofs_outside_the_tree_are_refused():
    _, read = grow([5])
    tree = Tree(5, read)
    for wrong in (lambda: tree.inclusion(5), lambda: tree.inclusion(0, 6), lambda: tree.consistency(4, 3)):
        with pytest.raises(ValueError, match="tree"):
            wrong()
    assert tree.root(0) == EMPTY_ROOT
    assert not verify_inclusion(5, 5, LEAVES[5], tree.root(), [])
    assert not verify_consistency(6, 5, tree.root(), tree.root(), [])


@pytest.mark.parametrize(
    ("n", "width", "path"),
    [
        (0, 256, "tile/0/000"),
        (1_234_067, 256, "tile/0/x001/x234/067"),
        (5, 12, "tile/0/005.p/12"),
        (1000, 1, "tile/0/x001/000.p/1"),
    ],
)
def test_tile_paths_are_those_of_the_specification(n, width, path):
    assert tile_path(0, n, width) == path

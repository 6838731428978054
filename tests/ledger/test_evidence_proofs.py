"""Proofs over a Merkle tree and the tiles they are read from, against published vectors and against the RFC's text."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from lotse_ledger.domain.entries import leaf_hash
from lotse_ledger.domain.merkle import root_of
from lotse_ledger.domain.proofs import (
    Node,
    consistency_holds,
    consistency_proof,
    consistency_spans,
    inclusion_holds,
    inclusion_proof,
    inclusion_spans,
)
from lotse_ledger.domain.tiles import (
    NotATile,
    Tile,
    bundle,
    entries_of,
    exists,
    hashes,
    numbered,
    parse_tile,
    reader,
    tiles_of,
    widest,
)

VECTORS = json.loads((Path(__file__).parent / "vectors" / "rfc6962_proofs.json").read_text())
# Their authors refuse to prove anything about the empty tree; tlog-witness wants it, and no proof with it. One case has
# roots that are no hashes, since they do not look.
CONSISTENCY = [one for one in VECTORS["consistency"] if one["size1"] > 0 and one["root1"] != "ZG9uJ3QgY2FyZSAy"]
SIZES = st.integers(min_value=1, max_value=700)


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(b"%d" % index) for index in range(size)]


LEAVES = leaves_of(700)


def read(node: Node) -> bytes:
    """A perfect subtree, hashed from its leaves."""
    first = node.number << node.height
    return root_of(LEAVES[first : first + (1 << node.height)])


def raw(texts: list[str] | None) -> list[bytes]:
    return [base64.b64decode(text) for text in texts or ()]


@pytest.mark.parametrize("case", VECTORS["inclusion"], ids=lambda case: case["name"])
def test_a_published_proof_of_inclusion_holds_or_not_as_published(case: dict[str, Any]) -> None:
    held = inclusion_holds(
        raw(case["proof"]),
        leaf=base64.b64decode(case["leafHash"] or ""),
        index=case["leafIdx"],
        size=case["treeSize"],
        root=base64.b64decode(case["root"] or ""),
    )
    assert held is not case["wantErr"]


@pytest.mark.parametrize("case", CONSISTENCY, ids=lambda case: case["name"])
def test_a_published_proof_of_consistency_holds_or_not_as_published(case: dict[str, Any]) -> None:
    held = consistency_holds(
        raw(case["proof"]),
        old=case["size1"],
        old_root=base64.b64decode(case["root1"] or ""),
        new=case["size2"],
        new_root=base64.b64decode(case["root2"] or ""),
    )
    assert held is not case["wantErr"]


@settings(deadline=None)
@for_all(st.data())
def test_every_leaf_is_proven_and_no_other_leaf_index_size_or_root_is(data: st.DataObject) -> None:
    size = data.draw(SIZES)
    index = data.draw(st.integers(0, size - 1))
    root, leaf = root_of(LEAVES[:size]), LEAVES[index]
    proof = inclusion_proof(index, size, read)
    assert inclusion_holds(proof, leaf=leaf, index=index, size=size, root=root)
    assert not inclusion_holds(proof, leaf=leaf_hash(b"another"), index=index, size=size, root=root)
    assert not inclusion_holds(proof, leaf=leaf, index=index, size=size, root=leaf_hash(b"another"))
    if size > 1:
        assert not inclusion_holds(proof, leaf=leaf, index=(index + 1) % size, size=size, root=root)
        assert not inclusion_holds(proof[:-1], leaf=leaf, index=index, size=size, root=root)
        assert not inclusion_holds((*proof, proof[0]), leaf=leaf, index=index, size=size, root=root)
        bent = (bytes([proof[0][0] ^ 1]) + proof[0][1:], *proof[1:])
        assert not inclusion_holds(bent, leaf=leaf, index=index, size=size, root=root)


@settings(deadline=None)
@for_all(st.data())
def test_a_log_is_proven_to_begin_with_each_earlier_one_and_with_no_other(data: st.DataObject) -> None:
    new = data.draw(SIZES)
    old = data.draw(st.integers(0, new))
    old_root, new_root = root_of(LEAVES[:old]), root_of(LEAVES[:new])
    proof = consistency_proof(old, new, read)
    assert consistency_holds(proof, old=old, old_root=old_root, new=new, new_root=new_root)
    other = root_of([leaf_hash(b"rewritten"), *LEAVES[1:new]])
    assert not consistency_holds(proof, old=old, old_root=old_root, new=new, new_root=other) or old == 0
    if 0 < old < new:
        assert not consistency_holds(proof, old=old, old_root=other, new=new, new_root=new_root)
        assert not consistency_holds(proof[:-1], old=old, old_root=old_root, new=new, new_root=new_root)
        assert not consistency_holds((*proof, proof[0]), old=old, old_root=old_root, new=new, new_root=new_root)


def test_the_example_of_the_rfc_takes_the_hashes_that_it_names() -> None:
    """Source: RFC 6962, section 2.1.3, the tree of seven leaves."""
    assert [(one.first, one.last) for one in inclusion_spans(0, 7)] == [(1, 2), (2, 4), (4, 7)]
    assert [(one.first, one.last) for one in inclusion_spans(3, 7)] == [(2, 3), (0, 2), (4, 7)]
    assert [(one.first, one.last) for one in inclusion_spans(6, 7)] == [(4, 6), (0, 4)]
    assert [(one.first, one.last) for one in consistency_spans(3, 7)] == [(2, 3), (3, 4), (0, 2), (4, 7)]
    assert [(one.first, one.last) for one in consistency_spans(4, 7)] == [(4, 7)]
    assert [(one.first, one.last) for one in consistency_spans(6, 7)] == [(4, 6), (6, 7), (0, 4)]


@pytest.mark.parametrize("given", [(-1, 3), (3, 3), (0, 0)])
def test_there_is_no_proof_of_what_is_not_there(given: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="no such leaf"):
        inclusion_spans(*given)
    with pytest.raises(ValueError, match="shorter"):
        consistency_spans(4, 3)


@settings(deadline=None, max_examples=30)
@for_all(st.data())
def test_a_proof_read_from_tiles_is_the_one_read_from_the_leaves(data: st.DataObject) -> None:
    size = data.draw(st.sampled_from([1, 255, 256, 257, 511, 512, 513, 700]))
    index = data.draw(st.integers(0, size - 1))
    places = tiles_of(inclusion_spans(index, size))
    tiles = {place: tile_bytes(widest(*place, size)) for place in places}
    assert inclusion_proof(index, size, reader(tiles)) == inclusion_proof(index, size, read)


def tile_bytes(tile: Tile) -> bytes:
    height = 8 * tile.level
    first = tile.number * 256
    return b"".join(read(Node(height, first + place)) for place in range(tile.width))


def test_the_tiles_of_seventy_thousand_leaves_are_those_of_the_specification() -> None:
    """Source: C2SP tlog-tiles, "Partial Tiles"."""
    size = 70_000
    assert widest(0, 272, size).is_full
    assert widest(0, 273, size).width == 112
    assert widest(1, 0, size).is_full
    assert widest(1, 1, size).width == 17
    assert widest(2, 0, size).width == 1
    assert widest(3, 0, size).width == 0
    assert widest(1, 0, 256).width == 1
    assert exists(Tile(0, 273, 112), size)
    assert exists(Tile(0, 273, 7), size)
    assert not exists(Tile(0, 273, 113), size)
    assert not exists(Tile(0, 273), size)


@for_all(st.integers(0, 63), st.integers(0, 10**15), st.integers(1, 256))
def test_a_path_is_written_in_one_way_and_read_back(level: int, number: int, width: int) -> None:
    tile = Tile(level, number, width)
    _, first, rest = tile.path.split("/", 2)
    assert parse_tile(first, rest) == tile


def test_the_path_of_the_specification() -> None:
    assert numbered(1234067) == "x001/x234/067"
    assert Tile(0, 1067, 5).path == "tile/0/x001/067.p/5"


@pytest.mark.parametrize(
    ("level", "rest"),
    [
        ("64", "000"),
        ("01", "000"),
        ("-1", "000"),
        ("", "000"),
        ("0", "0"),
        ("0", "x000/001"),
        ("0", "001/067"),
        ("0", "x001/x067"),
        ("0", "000.p/0"),
        ("0", "000.p/256"),
        ("0", "000.p/05"),
        ("0", "000.p/"),
        ("0", "000.p/5/"),
        ("0", "٠٠٠"),
        ("0", "x999/x999/x999/x999/x999/x999/x999/999"),
        ("entries", "../000"),
    ],
)
def test_any_other_way_is_refused(level: str, rest: str) -> None:
    with pytest.raises(NotATile):
        parse_tile(level, rest)


@for_all(st.lists(st.binary(max_size=40), max_size=10))
def test_a_bundle_gives_back_its_entries(entries: list[bytes]) -> None:
    packed = bundle(entries)
    assert entries_of(packed) == entries
    if packed:
        with pytest.raises(NotATile):
            entries_of(packed[:-1] if len(packed) > 2 else b"\0\1")


@for_all(st.lists(st.binary(min_size=32, max_size=32), max_size=10))
def test_a_tile_gives_back_its_hashes(nodes: list[bytes]) -> None:
    assert hashes(b"".join(nodes)) == nodes

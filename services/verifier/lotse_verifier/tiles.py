"""Where hashes and entries lie in a bundle, and what lies there. Source: C2SP tlog-tiles, 2026-07-22."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from lotse_verifier.faults import Unreadable
from lotse_verifier.merkle import Tree, folded, peaks

HEIGHT = 8
WIDTH = 1 << HEIGHT
HASH_BYTES = 32
LENGTH_BYTES = 2
TILE = re.compile(
    r"log/tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<number>(?:x[0-9]{3}/)*[0-9]{3})(?:\.p/(?P<width>[1-9][0-9]{0,2}))?"
)
ENTRIES = "entries"
Tiles = Mapping[tuple[int, int], Sequence[bytes]]
"""Hashes by level and number."""


class Files(Protocol):
    """A bundle's files, wherever they lie."""

    names: tuple[str, ...]

    def has(self, name: str) -> bool:
        """Whether there is such a file."""

    def read(self, name: str) -> bytes:
        """The whole file."""

    def chunks(self, name: str) -> Iterator[bytes]:
        """The file in pieces."""

    def size(self, name: str) -> int:
        """In bytes."""


def path(level: int | str, number: int, width: int) -> str:
    """The path of a tile that has so many hashes or entries."""
    digits = f"{number:03d}"
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
    whole = "/".join([*(f"x{one}" for one in parts[:-1]), parts[-1]])
    return f"log/tile/{level}/{whole}" + ("" if width == WIDTH else f".p/{width}")


def layout(size: int) -> list[tuple[int, int, int]]:
    """Every tile of hashes of a tree of this size: (level, number, width)."""
    found, level, hashes = [], 0, size
    while hashes:
        found += [(level, number, WIDTH) for number in range(hashes // WIDTH)]
        if hashes % WIDTH:
            found.append((level, hashes // WIDTH, hashes % WIDTH))
        level, hashes = level + 1, hashes // WIDTH
    return found


def tile_names(files: Files) -> dict[tuple[str, int], list[tuple[int, str]]]:
    """What is there, by level and number: (width, name). Raises Unreadable for a name that is no tile's."""
    found: dict[tuple[str, int], list[tuple[int, str]]] = {}
    for name in files.names:
        if name.startswith("log/tile/"):
            parts = TILE.fullmatch(name)
            if parts is None:
                raise Unreadable("name_refused", name)
            number = int(parts["number"].replace("/", "").replace("x", ""))
            width = int(parts["width"] or WIDTH)
            if width > WIDTH or name != path(parts["level"], number, width):
                raise Unreadable("name_refused", name)
            found.setdefault((parts["level"], number), []).append((width, name))
    return found


def entries(files: Files) -> tuple[list[bytes], dict[str, int]]:
    """All entries in the order of the bundles, and how many each bundle has. Raises Unreadable."""
    found, counts = list[bytes](), dict[str, int]()
    names = sorted(
        (number, width, name)
        for (level, number), there in tile_names(files).items()
        if level == ENTRIES
        for width, name in there
    )
    for _, _, name in names:
        taken = split(files.read(name), name)
        counts[name] = len(taken)
        found += taken
    return found, counts


def split(raw: bytes, name: str) -> list[bytes]:
    """The entries of a bundle. Raises Unreadable if it breaks off."""
    found, at = list[bytes](), 0
    while at < len(raw):
        length = int.from_bytes(raw[at : at + LENGTH_BYTES], "big")
        at += LENGTH_BYTES
        if at > len(raw) or at + length > len(raw):
            raise Unreadable("file_cut", name)
        found.append(raw[at : at + length])
        at += length
    return found


def hashes_of(raw: bytes) -> list[bytes]:
    """The hashes of a tile; what is left over is dropped."""
    return [raw[at : at + HASH_BYTES] for at in range(0, len(raw) - HASH_BYTES + 1, HASH_BYTES)]


def expected_tile(tree: Tree, level: int, number: int, width: int) -> bytes:
    """What a tile of this tree must be."""
    return b"".join(tree.levels[level * HEIGHT][number * WIDTH : number * WIDTH + width])


def trusted_nodes(tiles: Tiles, size: int, root: bytes) -> dict[int, dict[int, bytes]]:
    """The hashes of these tiles that a tree of this size and root must have: by level, by place.

    Nothing if the tiles do not lead to the root; else from the top downwards, as far as each tile fits the hash above
    it. So a hash in the answer is as good as the signature over the root.
    """
    tops = [_peak(tiles, height, place) for height, place in peaks(size)]
    if any(one is None for one in tops) or folded([one for one in tops if one is not None]) != root:
        return {}
    trusted: dict[int, dict[int, bytes]] = {}
    for height, place in peaks(size):
        level, first = height // HEIGHT, place << height % HEIGHT
        count = 1 << height % HEIGHT
        _trust(tiles, trusted, level, range(first, first + count))
    return trusted


def _peak(tiles: Tiles, height: int, place: int) -> bytes | None:
    level, first, count = height // HEIGHT, place << height % HEIGHT, 1 << height % HEIGHT
    tile, start = tiles.get((level, first // WIDTH), ()), first % WIDTH
    taken = tile[start : start + count]
    return Tree(taken).root() if len(taken) == count else None


def _trust(tiles: Tiles, trusted: dict[int, dict[int, bytes]], level: int, places: range) -> None:
    for place in places:
        hashed = tiles[level, place // WIDTH][place % WIDTH]
        trusted.setdefault(level, {})[place] = hashed
        below = tiles.get((level - 1, place), ()) if level else ()
        if len(below) == WIDTH and Tree(below).root() == hashed:
            _trust(tiles, trusted, level - 1, range(place * WIDTH, (place + 1) * WIDTH))


def hash_tiles(files: Files) -> dict[tuple[int, int], list[bytes]]:
    """The tiles of hashes in a bundle, by level and number; of two with one number, the wider."""
    found: dict[tuple[int, int], list[bytes]] = {}
    for (level, number), there in tile_names(files).items():
        if level != ENTRIES:
            _, name = max(there)
            if files.size(name) > WIDTH * HASH_BYTES:
                raise Unreadable("tile_too_large", name)
            found[int(level), number] = hashes_of(files.read(name))
    return found


def missing_or_extra(files: Files, size: int) -> tuple[list[str], list[str]]:
    """Names of tiles and entry bundles that a tree of this size has and the bundle has not, and the other way round."""
    wanted = {path(level, number, width) for level, number, width in layout(size)}
    wanted |= {path(ENTRIES, number, width) for level, number, width in layout(size) if level == 0}
    there = {name for name in files.names if name.startswith("log/tile/")}
    return sorted(wanted - there), sorted(there - wanted)

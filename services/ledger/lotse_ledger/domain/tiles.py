"""The log cut into tiles of 256 hashes, so that anybody can read it in pieces that never change.

Source: C2SP tlog-tiles, as of 2026-07-22.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lotse_ledger.domain.merkle import node_hash
from lotse_ledger.domain.proofs import HASH_BYTES, Node, Reader, Span, nodes_of

HEIGHT = 8
WIDTH = 1 << HEIGHT
LEVEL_MAX = 63
LENGTH_BYTES = 2  # of an entry in a bundle
NUMBER_MAX = 2**55  # more tiles than a log of 2^63 entries has
_NUMBER = re.compile(r"(?:x[0-9]{3}/){0,6}[0-9]{3}")
_LEVEL = re.compile(r"0|[1-9][0-9]?")
_WIDTH = re.compile(r"[1-9][0-9]{0,2}")


class NotATile(ValueError):
    """No tile has this path."""


@dataclass(frozen=True, order=True)
class Tile:
    """Hashes of one level, 256 of them if it is full."""

    level: int
    number: int
    width: int = WIDTH

    @property
    def is_full(self) -> bool:
        """Whether it never grows again."""
        return self.width == WIDTH

    @property
    def path(self) -> str:
        """Below the prefix of the log, such as `tile/0/x001/067.p/5`."""
        return f"tile/{self.level}/{numbered(self.number, self.width)}"


def numbered(number: int, width: int = WIDTH) -> str:
    """The number in three digits a folder, such as `x001/x234/067`, with the width of a partial tile."""
    groups = [f"{number % 1000:03d}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03d}")
    return "/".join(reversed(groups)) + ("" if width == WIDTH else f".p/{width}")


def parse_tile(level: str, rest: str) -> Tile:
    """The tile of a path; level `entries` reads as 0. Raises NotATile unless it is written in the one way."""
    path, partial, width = rest.partition(".p/")
    if not (level == "entries" or _LEVEL.fullmatch(level)) or not _NUMBER.fullmatch(path):
        raise NotATile(rest)
    if partial and not _WIDTH.fullmatch(width):
        raise NotATile(rest)
    number = int(path.replace("x", "").replace("/", ""))
    found = Tile(0 if level == "entries" else int(level), number, int(width) if partial else WIDTH)
    if found.level > LEVEL_MAX or number > NUMBER_MAX or (partial and found.width >= WIDTH):
        raise NotATile(rest)
    if numbered(number) != path:
        raise NotATile(rest)
    return found


def exists(tile: Tile, size: int) -> bool:
    """Whether a log of this size has so many hashes there."""
    return 0 < tile.number * WIDTH + tile.width <= size >> HEIGHT * tile.level


def widest(level: int, number: int, size: int) -> Tile:
    """The tile of this place as it stands in a log of this size; its width may be 0."""
    return Tile(level, number, max(0, min(WIDTH, (size >> HEIGHT * level) - number * WIDTH)))


def tiles_of(spans: Iterable[Span]) -> frozenset[tuple[int, int]]:
    """The level and number of each tile that the subtrees are computed from."""
    return frozenset(_place(node)[:2] for span in spans for node in nodes_of(span))


def reader(tiles: Mapping[tuple[int, int], bytes]) -> Reader:
    """Reads perfect subtrees out of tiles, by level and number; each tile is hashed once."""
    hashed: dict[tuple[int, int], list[list[bytes]]] = {}

    def read(node: Node) -> bytes:
        level, number, first = _place(node)
        place, within = (level, number), node.height % HEIGHT
        if place not in hashed:
            hashed[place] = _rows(hashes(tiles[place]))
        return hashed[place][within][first >> within]

    return read


def _rows(row: list[bytes]) -> list[list[bytes]]:
    """The hashes of a tile, of their pairs, of pairs of those and so on; what has no pair is left out."""
    rows = [row]
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row) - 1, 2)]
        rows.append(row)
    return rows


def hashes(tile: bytes) -> list[bytes]:
    """The hashes of a tile one by one."""
    return [tile[at : at + HASH_BYTES] for at in range(0, len(tile), HASH_BYTES)]


def bundle(entries: Sequence[bytes]) -> bytes:
    """Entries as they are read in one piece, each after its length."""
    return b"".join(len(one).to_bytes(LENGTH_BYTES, "big") + one for one in entries)


def entries_of(bundle: bytes) -> list[bytes]:
    """The entries of a bundle. Raises NotATile if it is cut."""
    found, at = [], 0
    while at < len(bundle):
        first = at + LENGTH_BYTES
        at = first + int.from_bytes(bundle[at:first], "big")
        if at > len(bundle):
            raise NotATile("cut")
        found.append(bundle[first:at])
    return found


def _place(node: Node) -> tuple[int, int, int]:
    """Level and number of a subtree's tile, and where in it its hashes begin."""
    level, within = divmod(node.height, HEIGHT)
    first = node.number << within
    return level, first >> HEIGHT, first & (WIDTH - 1)

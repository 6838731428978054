"""A bundle's part that proves: the log's tiles, its entries, and a proof for each entry that a list names."""

from collections.abc import Iterable, Mapping

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_ledger.domain import tiles as tiling
from lotse_ledger.domain.notes import SignedNote
from lotse_ledger.domain.proofs import inclusion_proof
from lotse_ledger.domain.tiles import HEIGHT, WIDTH
from lotse_ledger.domain.tlogproof import FILE_SUFFIX, TlogProof
from lotse_ledger.store import tree

LOG = "log"
PROOFS = "proofs"
Tiles = Mapping[tuple[int, int], bytes]


async def tiles_at(tx: AsyncConnection, size: int) -> Tiles:
    """Every tile of a log of this size, by level and number."""
    places = []
    level = 0
    while count := size >> HEIGHT * level:
        places += [(level, number) for number in range(-(-count // WIDTH))]
        level += 1
    return await tree.tiles(tx, places, size)


def tile_files(tiles: Tiles, size: int) -> dict[str, bytes]:
    """By path."""
    return {f"{LOG}/{tiling.widest(*place, size).path}": hashes for place, hashes in tiles.items()}


async def entry_files(tx: AsyncConnection, size: int) -> dict[str, bytes]:
    """The entries themselves, 256 in a file."""
    files = {}
    for number in range(-(-size // WIDTH)):
        first, last = number * WIDTH, min(size, (number + 1) * WIDTH)
        path = f"{LOG}/tile/entries/{tiling.numbered(number, last - first)}"
        files[path] = tiling.bundle(await tree.bodies(tx, first, last))
    return files


def proof_files(indexes: Iterable[int], tiles: Tiles, size: int, checkpoint: SignedNote) -> dict[str, bytes]:
    """A proof for each of these entries, all under the one checkpoint."""
    read = tiling.reader(tiles)
    return {
        f"{PROOFS}/{index}{FILE_SUFFIX}": TlogProof(index, inclusion_proof(index, size, read), checkpoint).text
        for index in indexes
    }

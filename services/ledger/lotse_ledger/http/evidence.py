"""The proof that nobody rewrote the log, for whoever asks: checkpoints, tiles, proofs, the policy to judge them by.

No token is needed, since nothing here says what is in the books: sizes, digests and public keys alone, and every leaf
has something random in it, so that no digest can be guessed. The leaves themselves are the books: reading them takes a
token for all of them. What never changes may be kept by any cache.

Source: C2SP tlog-tiles, tlog-checkpoint, tlog-proof, tlog-policy.
"""

import base64
import gzip
from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.faults import Refused
from lotse_ledger.domain.notes import SignedNote
from lotse_ledger.domain.tiles import WIDTH, NotATile, Tile, bundle, exists, parse_tile
from lotse_ledger.domain.tlogproof import FILE_SUFFIX, TlogProof
from lotse_ledger.handlers.trust import own_keys, policy_of
from lotse_ledger.http.access import gate_of, reads_everything
from lotse_ledger.http.pace import Pace
from lotse_ledger.store import tree, witness
from lotse_ledger.store.witness import Checkpoint

SIZE_MAX = 2**53
REQUESTS_A_MINUTE = 600
"""Of one address; a log of a million entries is read with some thousand tiles, of which a cache keeps all."""
FOR_EVER = "public, max-age=31536000, immutable"
FOR_EVER_PRIVATE = "private, max-age=31536000, immutable"
A_MOMENT = "public, max-age=5"
OCTETS = "application/octet-stream"


def paced(request: Request) -> None:
    """A dependency of everything here. Raises Refused with the seconds to wait."""
    pace: Pace = request.app.state.public_pace
    pace.take(address_of(request))


def address_of(request: Request) -> str:
    """Where a request comes from; held in memory only, never logged."""
    return request.client.host if request.client else ""


async def reading(request: Request) -> AsyncIterator[AsyncConnection]:
    """A dependency: one look into the database."""
    async with gate_of(request).service.engine.connect() as tx:
        yield tx


Log = Annotated[AsyncConnection, Depends(reading)]
Size = Annotated[int, Query(ge=0, le=SIZE_MAX)]

routes = APIRouter(dependencies=[Depends(paced)])


@routes.get("/checkpoint")
async def checkpoint(
    tx: Log, cosigned: Annotated[bool, Query(description="the latest that a witness has seen")] = False
) -> Response:
    """The latest signed checkpoint, with the lines of whoever has countersigned it by now."""
    return _text(_note(await _latest(tx, cosigned=cosigned)).raw, A_MOMENT)


@routes.get("/tile/entries/{rest:path}", dependencies=[Depends(reads_everything)])
async def entries(request: Request, rest: str, tx: Log) -> Response:
    """256 leaves, or the first of them: each after its length in two bytes."""
    tile = await _tile(tx, "entries", rest)
    first = tile.number * WIDTH
    packed = bundle(await tree.bodies(tx, first, first + tile.width))
    headers = {"Cache-Control": FOR_EVER_PRIVATE, "Vary": "Accept-Encoding, Authorization, Cookie"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(packed, media_type=OCTETS, headers=headers)
    small = gzip.compress(packed, mtime=0)
    return Response(small, media_type=OCTETS, headers={**headers, "Content-Encoding": "gzip"})


@routes.get("/tile/{level}/{rest:path}")
async def tile_of_hashes(level: str, rest: str, tx: Log) -> Response:
    """256 hashes of a level, or the first of them."""
    tile = await _tile(tx, level, rest)
    found = await tree.tiles(tx, [(tile.level, tile.number)], (tile.number * WIDTH + tile.width) << 8 * tile.level)
    return Response(found[tile.level, tile.number], media_type=OCTETS, headers={"Cache-Control": FOR_EVER})


@routes.get("/proof/{log_index}")
async def proof(
    tx: Log,
    log_index: Annotated[int, Path(ge=0, le=SIZE_MAX)],
    size: Annotated[int | None, Query(ge=1, le=SIZE_MAX, description="of one of our checkpoints")] = None,
) -> Response:
    """That an entry is in the log, as a file that is checked without us; countersigned if it is by now."""
    chosen = await _covering(tx, log_index, size)
    hashes = await tree.inclusion(tx, log_index, chosen.size)
    text = TlogProof(log_index, hashes, _note(chosen)).text
    return _text(text, A_MOMENT, {"Content-Disposition": f'attachment; filename="{log_index}{FILE_SUFFIX}"'})


@routes.get("/consistency")
async def consistency(tx: Log, old: Size, new: Size) -> Response:
    """That the log of size `new` begins with that of size `old`, with both roots."""
    latest = await _latest(tx)
    if not old <= new <= latest.size:
        raise Refused("beyond_checkpoint", fields=("old", "new"), allowed=f"old <= new <= {latest.size}")
    answer: dict[str, Any] = {
        "old_size": old,
        "old_root": _encoded(await tree.root(tx, old)),
        "new_size": new,
        "new_root": _encoded(await tree.root(tx, new)),
        "proof": [_encoded(one) for one in await tree.consistency(tx, old, new)],
    }
    return JSONResponse(answer, headers={"Cache-Control": FOR_EVER})


@routes.get("/policy")
async def policy(request: Request, tx: Log) -> Response:
    """Which signatures to ask for under our checkpoints. Better handed over on paper than fetched from us."""
    gate = gate_of(request)
    return _text((await policy_of(tx, gate.house)).text.encode(), A_MOMENT)


@routes.get("/vkeys")
async def vkeys(request: Request, tx: Log) -> Response:
    """Our verifier keys, one a line: of the log, oldest first, and of the witness."""
    house = gate_of(request).house
    witnesses = [house.evidence.witness.vkey] if house.evidence.witness else []
    return _text("".join(f"{key}\n" for key in (*await own_keys(tx, house), *witnesses)).encode(), A_MOMENT)


async def _latest(tx: AsyncConnection, *, cosigned: bool = False) -> Checkpoint:
    found = await witness.latest(tx, cosigned=cosigned)
    if found is None:
        raise Refused("no_checkpoint")
    return found


def _note(found: Checkpoint) -> SignedNote:
    if found.note is None:
        raise Refused("no_checkpoint")
    return found.note


async def _covering(tx: AsyncConnection, log_index: int, size: int | None) -> Checkpoint:
    at_least = log_index + 1
    if size is not None:
        found = await witness.latest(tx, at_least=at_least, size=size)
    else:
        found = await witness.latest(tx, at_least=at_least, cosigned=True) or await witness.latest(
            tx, at_least=at_least
        )
    if found is None:
        raise Refused("beyond_checkpoint", fields=("log_index",))
    return found


async def _tile(tx: AsyncConnection, level: str, rest: str) -> Tile:
    """Only what the latest checkpoint covers is given out."""
    try:
        tile = parse_tile(level, rest)
    except NotATile:
        raise Refused("not_found") from None
    if not exists(tile, (await _latest(tx)).size):
        raise Refused("not_found")
    return tile


def _text(text: bytes, keep: str, headers: dict[str, str] | None = None) -> Response:
    return PlainTextResponse(text, headers={"Cache-Control": keep, **(headers or {})})


def _encoded(digest: bytes) -> str:
    return base64.b64encode(digest).decode()

"""Makes the auditor's bundle: sign what it will show, read everything as of that, and enter last that it was made.

So the entry about a bundle is in the next one, and the same two dates give the same bytes. Only what was erased or
countersigned in between can change them.
"""

from collections.abc import Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.service import Service
from lotse_contracts.envelope import Message
from lotse_ledger.domain.bundle import (
    ABOUT,
    CHECKPOINT,
    POLICY,
    README,
    README_TEXT,
    VERIFIER,
    About,
    Bundle,
    BundleTooLarge,
)
from lotse_ledger.domain.checkpoints import Head, text_of
from lotse_ledger.domain.exports import Exported, export_created
from lotse_ledger.domain.instants import day_of
from lotse_ledger.domain.merkle import Frontier
from lotse_ledger.domain.notes import signed
from lotse_ledger.domain.twins.beancount import TooManyDigits
from lotse_ledger.handlers import listing
from lotse_ledger.handlers.bundle_lists import (
    Covered,
    Wanted,
    attached,
    covered,
    evidence_of,
    journal_files,
    list_files,
)
from lotse_ledger.handlers.bundle_log import entry_files, proof_files, tile_files, tiles_at
from lotse_ledger.handlers.checkpoints import after_entry, is_in_force, origin_in, signed_checkpoint
from lotse_ledger.handlers.entering import enter
from lotse_ledger.handlers.house import House
from lotse_ledger.handlers.trust import policy_of
from lotse_ledger.providers.bundle_zip import pack
from lotse_ledger.providers.evidence_files import EvidenceAltered, EvidenceErased, EvidenceFiles, EvidenceMissing
from lotse_ledger.store import books, log, tree, witness
from lotse_ledger.store.tables import entry


@dataclass(frozen=True)
class Shelf:
    """What a bundle is made from besides the database: whose it is, the verifier's page, the evidence."""

    house: House
    verifier: bytes = field(repr=False)
    evidence: EvidenceFiles | None = None


@dataclass(frozen=True)
class Made:
    """What was handed out, and who had countersigned it by then."""

    exported: Exported
    cosigned_by: tuple[str, ...]
    missing: tuple[str, ...]


async def make(service: Service, wanted: Wanted, shelf: Shelf, out: BinaryIO, *, actor: str | None) -> Made:
    """Write the bundle into a file that can be sought in, and enter that it was made. Raises Refused."""
    async with service.unit(actor=actor) as unit:
        unit.say(*await fixed(unit.tx, unit.context, shelf.house, wanted.at.recorded_to))
    async with service.engine.connect() as tx:
        bundle, missing = await gathered(tx, wanted, shelf, service.association)
    with _readable():
        pack(bundle, shelf.evidence, out)
    exported = Exported(bundle.manifest_sha256, bundle.size)
    async with service.unit(actor=actor) as unit:
        unit.say(*await handed_out(unit.tx, unit.context, shelf.house, exported))
    return Made(exported, bundle.cosigned_by, missing)


async def fixed(tx: AsyncConnection, context: Context, house: House, recorded_to: datetime) -> Sequence[Message]:
    """Sign the log as it was then, unless that is signed. Raises Refused where there is no key to sign with."""
    key = house.evidence.log
    if key is None or not await is_in_force(tx, key):
        raise Refused("log_key_missing")
    end = await log.hold(tx)
    size = await books.size_at(tx, recorded_to)
    said = await signed_checkpoint(tx, context, house) if size == end.next_index else []
    await tree.grow(tx, size)
    if await witness.latest(tx, size=size) is None:
        grown = Frontier().grown(await tree.leaves(tx, 0, size))
        note = signed(text_of(Head(origin_in(context, house), size, grown.root())), key)
        await witness.add_checkpoint(tx, grown, note, signed_at=context.now)
    return said


async def gathered(
    tx: AsyncConnection, wanted: Wanted, shelf: Shelf, association: str
) -> tuple[Bundle, tuple[str, ...]]:
    """The bundle over what `fixed` signed, and which attachments it has not. Raises Refused."""
    size = await books.size_at(tx, wanted.at.recorded_to)
    checkpoint = await witness.latest(tx, size=size)
    if checkpoint is None or checkpoint.note is None:
        raise Refused("no_checkpoint")
    found = covered(await listing.entries_at(tx, wanted.at), wanted, association)
    evidence = evidence_of(found.listed.values(), wanted, shelf.evidence)
    missing = tuple(sorted(attached(found.listed.values()).keys() - evidence.keys()))
    tiles = await tiles_at(tx, size)
    with _readable():
        journals = journal_files(found.entries, association, size)
    files = {
        README: README_TEXT.encode(),
        ABOUT: (await _about(tx, found, wanted, size, missing)).text,
        POLICY: (await policy_of(tx, shelf.house)).text.encode(),
        VERIFIER: shelf.verifier,
        CHECKPOINT: checkpoint.note.raw,
        **tile_files(tiles, size),
        **await entry_files(tx, size),
        **proof_files(found.listed, tiles, size, checkpoint.note),
        **await list_files(tx, found, wanted, shelf.house.keys),
        **journals,
    }
    bundle = Bundle(size, files, evidence, checkpoint.cosigned_by)
    with _readable():
        bundle.check_size()
    return bundle, missing


async def handed_out(tx: AsyncConnection, context: Context, house: House, exported: Exported) -> Sequence[Message]:
    """Enter it; the same bundle a second time changes nothing."""
    done = await enter(tx, context, house, lambda: export_created(exported, day_of(context.now)))
    return [] if done.repeated else await after_entry(tx, context, house, log_index=done.log_index)


async def _about(tx: AsyncConnection, found: Covered, wanted: Wanted, size: int, missing: Sequence[str]) -> About:
    """The checkpoint's own name of the log, and when its last entry was recorded."""
    query = select(entry.c.recorded_at).where(entry.c.log_id == 0, entry.c.log_index == size - 1)
    checkpoint = await witness.latest(tx, size=size)
    origin = checkpoint.note.text.decode().partition("\n")[0] if checkpoint and checkpoint.note else ""
    return About(
        origin=origin,
        size=size,
        valid_to=wanted.at.valid_to,
        recorded_to=(await tx.execute(query)).scalar_one_or_none(),
        grants=[one.grant_id for one in found.grants],
        missing=missing,
    )


@contextmanager
def _readable() -> Any:
    """Raises Refused for what no reader would take, or for evidence that is not what it was."""
    try:
        yield
    except BundleTooLarge:
        raise Refused("bundle_too_large") from None
    except TooManyDigits:
        raise Refused("journal_too_precise") from None
    except (EvidenceAltered, EvidenceErased, EvidenceMissing):
        raise Refused("evidence_altered") from None

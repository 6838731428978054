"""What commitments stand for, beside the log: sealed with keys outside the database, and erasable.

Salt and content are sealed together: with the salt alone, a name could be guessed from its commitment.
"""

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.personkeys import CannotDecrypt, KeyDestroyed, KeyUnknown, PersonKeys
from lotse_ledger.domain.entries import MAIN_LOG, SALT_BYTES, Entry, Opening
from lotse_ledger.store.tables import opening


@dataclass(frozen=True)
class Sealed:
    """A row; without a key it is salt and content as they are."""

    log_id: int
    log_index: int
    part: str
    key_id: UUID | None
    sealed: bytes = field(repr=False)


async def sealed(entry: Entry, secret: Opening, *, log_id: int, keys: PersonKeys | None) -> Sealed:
    """Seal a part with the key of the person that it names, or with one of its own.

    Raises KeyDestroyed if the person was erased.
    """
    plain = secret.salt + secret.content.encode()
    if keys is None:
        return Sealed(log_id, entry.log_index, secret.part, None, plain)
    key_id = entry.draft.persons.get(secret.part) or uuid4()
    await asyncio.to_thread(keys.create, key_id)
    context = _context(log_id, entry.log_index, secret.part)
    return Sealed(log_id, entry.log_index, secret.part, key_id, keys.encrypt(key_id, context, plain))


async def opened(
    tx: AsyncConnection, log_index: int, *, keys: PersonKeys | None, log_id: int = MAIN_LOG
) -> dict[str, Opening]:
    """The parts of an entry that can still be opened, by name."""
    query = select(opening).where(opening.c.log_id == log_id, opening.c.log_index == log_index)
    found = {}
    for row in await tx.execute(query.order_by(opening.c.part)):
        plain = _unsealed(Sealed(log_id, log_index, row.part, row.key_id, row.sealed), keys)
        if plain is not None:
            found[row.part] = Opening(row.part, plain[:SALT_BYTES], plain[SALT_BYTES:].decode())
    return found


async def contents(
    tx: AsyncConnection, log_index: int, *, keys: PersonKeys | None, log_id: int = MAIN_LOG
) -> dict[str, object]:
    """What the parts say that can still be opened."""
    found = await opened(tx, log_index, keys=keys, log_id=log_id)
    return {part: json.loads(one.content) for part, one in found.items()}


async def erase(tx: AsyncConnection, log_index: int, part: str, *, keys: PersonKeys | None) -> bool:
    """Delete an opening and destroy its key; whether there was one.

    A key that seals more than this opening, that of a person, is left: `erase_person` destroys it.
    """
    mine = (opening.c.log_id == MAIN_LOG, opening.c.log_index == log_index, opening.c.part == part)
    row = (await tx.execute(delete(opening).where(*mine).returning(opening.c.key_id))).first()
    if row is None:
        return False
    if row.key_id is not None and keys is not None:
        others = await tx.execute(select(opening.c.part).where(opening.c.key_id == row.key_id).limit(1))
        if others.first() is None:
            await asyncio.to_thread(keys.destroy, row.key_id)
    return True


async def of_person(tx: AsyncConnection, person_id: UUID) -> list[tuple[int, str]]:
    """The log indexes and parts that name a person."""
    query = select(opening.c.log_index, opening.c.part).where(
        opening.c.log_id == MAIN_LOG, opening.c.key_id == person_id
    )
    return [(row.log_index, row.part) for row in await tx.execute(query.order_by(opening.c.log_index, opening.c.part))]


async def erase_person(tx: AsyncConnection, person_id: UUID, *, keys: PersonKeys | None) -> int:
    """Delete every opening that names a person and destroy her key; how many there were."""
    query = delete(opening).where(opening.c.log_id == MAIN_LOG, opening.c.key_id == person_id)
    gone = (await tx.execute(query.returning(opening.c.log_index))).all()
    if keys is not None:
        await asyncio.to_thread(keys.destroy, person_id)
    return len(gone)


def _unsealed(row: Sealed, keys: PersonKeys | None) -> bytes | None:
    if row.key_id is None:
        return bytes(row.sealed)
    if keys is not None:
        with suppress(KeyDestroyed, KeyUnknown, CannotDecrypt):
            return keys.decrypt(row.key_id, _context(row.log_id, row.log_index, row.part), bytes(row.sealed))
    return None


def _context(log_id: int, log_index: int, part: str) -> str:
    return f"opening:{log_id}:{log_index}:{part}"

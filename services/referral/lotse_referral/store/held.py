"""Fields that were released for an office, and what it and the desk wrote to each other; all of it ciphertext."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_referral.store.tables.delivering import held_fields, office_message

MESSAGES_MAX = 200  # of one referral


@dataclass(frozen=True)
class Held:
    """The released fields of one referral."""

    referral_id: UUID
    person_id: UUID
    field_groups: tuple[str, ...]
    ciphertext: bytes = field(repr=False)
    held_at: datetime
    held_until: datetime | None = None


@dataclass(frozen=True)
class Written:
    """One message between an office and the desk."""

    message_id: UUID
    referral_id: UUID
    person_id: UUID
    at: datetime
    by_office: bool
    ciphertext: bytes = field(repr=False)


async def keep(tx: AsyncConnection, one: Held) -> None:
    """In the place of what was held of this referral before."""
    await tx.execute(delete(held_fields).where(held_fields.c.referral_id == one.referral_id))
    await tx.execute(insert(held_fields).values({**vars(one), "field_groups": list(one.field_groups)}))


async def of_referral(tx: AsyncConnection, referral_id: UUID) -> Held | None:
    """What is held, or None."""
    row = (await tx.execute(select(held_fields).where(held_fields.c.referral_id == referral_id))).mappings().first()
    return None if row is None else Held(**{**row, "field_groups": tuple(row["field_groups"])})


async def set_end(tx: AsyncConnection, referral_id: UUID, until: datetime) -> bool:
    """From then on they are gone; whether there are any. The first end that was set counts."""
    mine = update(held_fields).where(held_fields.c.referral_id == referral_id, held_fields.c.held_until.is_(None))
    return (await tx.execute(mine.values(held_until=until).returning(held_fields.c.referral_id))).first() is not None


async def destroy(tx: AsyncConnection, referral_id: UUID) -> bool:
    """Fields and messages of one referral go; whether there were any, so that their key goes, too."""
    found = 0
    for table in (office_message, held_fields):
        mine = delete(table).where(table.c.referral_id == referral_id).returning(table.c.referral_id)
        found += len((await tx.execute(mine)).all())
    return found > 0


async def only_words(tx: AsyncConnection, referral_id: UUID) -> bool:
    """Whether there are messages although no fields were released."""
    return await of_referral(tx, referral_id) is None and bool(await written(tx, referral_id))


async def write(tx: AsyncConnection, one: Written) -> bool:
    """One more message; the same id again changes nothing. Whether it is new."""
    added = upsert(office_message).values(vars(one)).on_conflict_do_nothing().returning(office_message.c.message_id)
    return (await tx.execute(added)).first() is not None


async def written(tx: AsyncConnection, referral_id: UUID) -> tuple[Written, ...]:
    """The newest messages, oldest first."""
    query = select(office_message).where(office_message.c.referral_id == referral_id)
    order = (office_message.c.at.desc(), office_message.c.message_id)
    rows = (await tx.execute(query.order_by(*order).limit(MESSAGES_MAX))).mappings().all()
    return tuple(Written(**row) for row in reversed(rows))

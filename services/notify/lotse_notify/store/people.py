"""The contact book: one row that stands for a person, and how she may be told."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.values import ContactKind, Detail, RecipientLanguage
from lotse_notify.domain.contact import Contact
from lotse_notify.domain.verdict import Silence
from lotse_notify.store.tables import (
    appointment,
    contact,
    decision,
    notification,
    person,
    service_mail,
    submission,
    told,
)


@dataclass(frozen=True)
class Person:
    """What was said for and against telling her; `contact` is absent until intake has spoken.

    `address` is encrypted with her key. `fresh`: nobody ever spoke of her before this transaction.
    """

    person_id: UUID
    silence: Silence
    erased: bool
    contact: Contact | None = None
    address: bytes | None = None
    fresh: bool = False


async def locked(tx: AsyncConnection, person_id: UUID) -> Person:
    """The person, known from now on; everything about her happens one after the other.

    The contact is read by a statement of its own: one that began to wait for the lock would show it as it was before.
    """
    query = select(person).where(person.c.person_id == person_id).with_for_update()
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        first = insert(person).values(person_id=person_id).on_conflict_do_nothing().returning(person.c.person_id)
        if (await tx.execute(first)).one_or_none() is not None:
            return Person(person_id, Silence(), erased=False, fresh=True)
        row = (await tx.execute(query)).one()
    return await completed(tx, row)


async def seen(tx: AsyncConnection, person_id: UUID) -> Person | None:
    """The person as she is known now, for showing; nothing is locked and nothing is made."""
    row = (await tx.execute(select(person).where(person.c.person_id == person_id))).one_or_none()
    return None if row is None else await completed(tx, row)


async def completed(tx: AsyncConnection, row: Row[tuple[object, ...]]) -> Person:
    """The person of a locked row that has at least the columns of `person`."""
    silence = Silence(stopped_at=row.stopped_at, opted_out_at=row.opted_out_at, refused_at=row.refused_at)
    known = (await tx.execute(select(contact).where(contact.c.person_id == row.person_id))).one_or_none()
    return Person(
        row.person_id,
        silence,
        row.erased_at is not None,
        contact=None if known is None else _contact(known),
        address=None if known is None else known.address,
    )


async def hold(tx: AsyncConnection, person_id: UUID) -> None:
    """Lock the person where nothing about her needs to be known."""
    await tx.execute(select(person.c.person_id).where(person.c.person_id == person_id).with_for_update())


async def contact_of(tx: AsyncConnection, person_id: UUID) -> Contact | None:
    """How she may be told, without the address."""
    row = (await tx.execute(select(contact).where(contact.c.person_id == person_id))).one_or_none()
    return None if row is None else _contact(row)


async def save_contact(tx: AsyncConnection, person_id: UUID, known: Contact, address: bytes | None) -> None:
    """Replace whatever was known."""
    values = {
        "version": known.version,
        "said_at": known.said_at,
        "kind": known.kind,
        "usable": known.usable,
        "languages": list(known.languages),
        "consented": known.consented,
        "safe": known.safe,
        "detail": known.detail,
        "address": address,
        "unreachable_said": False,
    }
    row = insert(contact).values(person_id=person_id, **values)
    await tx.execute(row.on_conflict_do_update(index_elements=[contact.c.person_id], set_=values))


async def first_unreachable(tx: AsyncConnection, person_id: UUID) -> bool:
    """Whether it is said for the first time that this contact leads nowhere."""
    mine = update(contact).where(contact.c.person_id == person_id, contact.c.unreachable_said.is_(False))
    return (await tx.execute(mine.values(unreachable_said=True))).rowcount == 1


async def note_stop(tx: AsyncConnection, person_id: UUID, at: datetime) -> None:
    """An order to tell her nothing more; the latest counts."""
    later = func.greatest(func.coalesce(person.c.stopped_at, at), at)
    await tx.execute(update(person).where(person.c.person_id == person_id).values(stopped_at=later))


async def note_opt_out(tx: AsyncConnection, person_id: UUID, at: datetime) -> None:
    """Her own STOP."""
    later = func.greatest(func.coalesce(person.c.opted_out_at, at), at)
    await tx.execute(update(person).where(person.c.person_id == person_id).values(opted_out_at=later))


async def note_refusal(tx: AsyncConnection, person_id: UUID, at: datetime) -> None:
    """Intake said at this time that there is no consent, whatever it said later."""
    later = func.greatest(func.coalesce(person.c.refused_at, at), at)
    await tx.execute(update(person).where(person.c.person_id == person_id).values(refused_at=later))


async def erase(tx: AsyncConnection, person_id: UUID, at: datetime) -> dict[str, int]:
    """Delete her rows and leave the tombstone; returns how many rows of each table are gone."""
    counts = {}
    for table in (submission, decision, told, notification, appointment, service_mail, contact):
        counts[table.name] = (await tx.execute(delete(table).where(table.c.person_id == person_id))).rowcount
    blank = {"stopped_at": None, "opted_out_at": None, "refused_at": None, "erased_at": at}
    await tx.execute(update(person).where(person.c.person_id == person_id).values(blank))
    return counts


def _contact(row: Row[tuple[object, ...]]) -> Contact:
    kind: ContactKind = row.kind
    detail: Detail = row.detail
    languages: tuple[RecipientLanguage, ...] = tuple(row.languages)
    return Contact(
        version=row.version,
        said_at=row.said_at,
        kind=kind,
        usable=row.usable,
        languages=languages,
        consented=row.consented,
        safe=row.safe,
        detail=detail,
    )

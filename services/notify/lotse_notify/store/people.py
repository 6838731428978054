"""The contact book: one row that stands for a person, and how she may be told."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Row, Table, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_contracts.values import NoticeChannel, RecipientLanguage
from lotse_notify.domain.contact import Contact
from lotse_notify.domain.verdict import Silence
from lotse_notify.store import points, receipts
from lotse_notify.store.points import Known
from lotse_notify.store.tables import (
    appointment,
    attempt,
    contact,
    decision,
    notification,
    person,
    service_mail,
    told,
)
from lotse_notify.store.tables.calendar import calendar_file
from lotse_notify.store.tables.contacts import (
    address_index,
    channel_stop,
    contact_point,
    number_stop,
    own_choice,
    preference,
)
from lotse_notify.store.tables.receipts import receipt
from lotse_notify.store.tables.when import call

ERASED: tuple[Table, ...] = (
    receipt,
    attempt,
    call,
    calendar_file,
    decision,
    told,
    notification,
    appointment,
    service_mail,
    contact_point,
    channel_stop,
    preference,
    own_choice,
    address_index,
    contact,
)
"""Everything of a person but her tombstone, in an order that the foreign keys allow."""


@dataclass(frozen=True)
class Person:
    """What was said for and against telling her; `contact` is absent until intake has spoken.

    `addresses` are those of her points, each encrypted with her key. `fresh`: nobody ever spoke of her before this
    transaction. `leaving`: she is being forgotten, so that to everybody but the sender she is erased already.
    """

    person_id: UUID
    silence: Silence
    erased: bool
    contact: Contact | None = None
    addresses: Mapping[UUID, bytes] = field(default_factory=dict, repr=False)
    fresh: bool = False
    leaving: bool = False

    def address_on(self, channel: NoticeChannel, *, despite_stop: bool = False) -> bytes | None:
        """Where a message on this channel goes, encrypted; None if nothing may go there. As `Contact.point_on`."""
        point = self.contact.point_on(channel, despite_stop=despite_stop) if self.contact else None
        return None if point is None else self.addresses.get(point.point_id)


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
    return _frozen(await completed(tx, row), row)


async def seen(tx: AsyncConnection, person_id: UUID) -> Person | None:
    """The person as she is known now, for showing; nothing is locked and nothing is made."""
    row = (await tx.execute(select(person).where(person.c.person_id == person_id))).one_or_none()
    return None if row is None else _frozen(await completed(tx, row), row)


async def with_contact(tx: AsyncConnection, of: Person) -> Person:
    """The same with her contact as it is now, for whoever holds the lock and has changed nothing else of her."""
    known = (await points.known_of(tx, [of.person_id])).get(of.person_id)
    return of if known is None else replace(of, contact=known.contact, addresses=known.addresses)


async def completed(tx: AsyncConnection, row: Row[tuple[object, ...]]) -> Person:
    """The person of a locked row that has at least the columns of `person`."""
    return completed_with(row, (await points.known_of(tx, [row.person_id])).get(row.person_id))


def completed_with(row: Row[tuple[object, ...]], known: Known | None) -> Person:
    """The same, with what `points.known_of` found of many persons at once."""
    silence = Silence(stopped_at=row.stopped_at, opted_out_at=row.opted_out_at, refused_at=row.refused_at)
    person_id, erased = row.person_id, row.erased_at is not None
    if known is None:
        return Person(person_id, silence, erased)
    return Person(person_id, silence, erased, contact=known.contact, addresses=known.addresses)


async def hold(tx: AsyncConnection, person_id: UUID) -> None:
    """Lock the person where nothing about her needs to be known."""
    await tx.execute(select(person.c.person_id).where(person.c.person_id == person_id).with_for_update())


async def contact_of(tx: AsyncConnection, person_id: UUID) -> Contact | None:
    """How she may be told, without the addresses."""
    known = (await points.known_of(tx, [person_id])).get(person_id)
    return None if known is None else known.contact


@dataclass(frozen=True)
class Said:
    """What intake says of a contact as a whole."""

    version: int
    said_at: datetime
    languages: tuple[RecipientLanguage, ...]
    consented: bool
    safe: bool


async def save_contact(tx: AsyncConnection, person_id: UUID, said: Said) -> None:
    """Replace whatever was known of the whole; her points are replaced beside it."""
    values = {
        "version": said.version,
        "said_at": said.said_at,
        "languages": list(said.languages),
        "consented": said.consented,
        "safe": said.safe,
        "unreachable_said": False,
    }
    row = insert(contact).values(person_id=person_id, **values)
    newer = values | {"revision": contact.c.revision + 1}
    await tx.execute(row.on_conflict_do_update(index_elements=[contact.c.person_id], set_=newer))


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
    counts = {"receipt": await receipts.erase(tx, person_id)}  # before the tries that they are about
    counts["number_stop"] = await _forget_stops(tx, person_id)
    for table in ERASED:
        gone = (await tx.execute(delete(table).where(table.c.person_id == person_id))).rowcount
        counts[table.name] = counts.get(table.name, 0) + gone
    blank = dict.fromkeys(("stopped_at", "opted_out_at", "refused_at", "leaving_at", "leaving_until"))
    await tx.execute(update(person).where(person.c.person_id == person_id).values(**blank, erased_at=at))
    return counts


async def _forget_stops(tx: AsyncConnection, person_id: UUID) -> int:
    """Stops of a number that nobody but her has; on a shared phone it is somebody else's as well, and goes on."""
    hers = select(address_index.c.digest).where(address_index.c.person_id == person_id)
    others = select(address_index.c.digest).where(
        address_index.c.person_id != person_id, address_index.c.digest.in_(hers)
    )
    mine = number_stop.c.digest.in_(hers), number_stop.c.digest.not_in(others)
    return (await tx.execute(delete(number_stop).where(*mine))).rowcount


def _frozen(person: Person, row: Row[tuple[object, ...]]) -> Person:
    """Who is being forgotten is erased to everybody who would change something about her."""
    return person if row.leaving_at is None else replace(person, erased=True, leaving=True)

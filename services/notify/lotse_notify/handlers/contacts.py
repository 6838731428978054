"""Intake says how a person may be told: her ways are checked, encrypted with her key, and found again by digests."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time
from uuid import UUID, uuid4

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import links
from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.personkeys import CannotDecrypt, KeyDestroyed, KeyUnknown
from lotse_contracts.envelope import Message
from lotse_contracts.intake import ContactPoint, FurtherPoint, SafeHours
from lotse_contracts.notify import ChangeContact, ContactContent
from lotse_contracts.sealed import CannotOpen
from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.addresses import checked
from lotse_notify.domain.channels import CHANNELS
from lotse_notify.domain.contact import CAREFUL, Point, PointHindrance, SafeWindow
from lotse_notify.handlers import choices
from lotse_notify.handlers.orders import ADDRESS, LINKS, SHARED_LINKS, Book
from lotse_notify.handlers.telling import release, unreachable
from lotse_notify.store import addressindex, people, points
from lotse_notify.store.people import Person, Said
from lotse_notify.store.points import Named, NewPoint

LEADS_NOWHERE: frozenset[PointHindrance] = frozenset({"invalid_address", "not_mobile", "russian_operator", "dead"})
"""What a counsellor must hear of where it holds for all of them: she has to ask for another way."""


async def change_contact(order: ChangeContact, context: Context, tx: AsyncConnection, *, book: Book) -> list[Message]:
    """Only a newer version counts. Raises Refused if the contact was not sealed for us or is none."""
    content = _opened(order, book)
    person = await people.locked(tx, order.person_id)
    if person.erased:
        return []
    if not order.consented:
        await people.note_refusal(tx, order.person_id, context.time)
    newer = person.contact is None or order.version > person.contact.said_version
    facts: list[Message] = []
    if newer:
        said = Said(order.version, context.time, order.languages, order.consented, order.safe)
        await people.save_contact(tx, order.person_id, said)
        facts += await _save_points(tx, order, content, context.time, book, fresh=person.fresh)
    await _note_stops(tx, order, context.time)
    person = await (people.with_contact(tx, person) if order.consented else people.locked(tx, order.person_id))
    facts += await _led_nowhere(tx, person) if newer else []
    return facts + await release(tx, person, context.now)


@dataclass(frozen=True)
class _Way:
    """One way with its address in the clear, which is kept nowhere."""

    point: NewPoint
    address: str | None = field(repr=False)


async def _save_points(
    tx: AsyncConnection, order: ChangeContact, content: ContactContent, said_at: datetime, book: Book, *, fresh: bool
) -> list[Message]:
    """Her name, should intake send one, is not kept: no message ever uses it. `fresh`: nothing is known of her yet."""
    ways = ways_of(content)
    if any(way.address for way in ways):
        await asyncio.to_thread(book.keys.create, order.person_id)  # it waits for the disk
    before = {} if fresh else await _named_before(tx, order.person_id, book)
    ways = ways if order.renewed else _as_before(ways, before)
    kept = [_kept(way, order.person_id, book) for way in ways]
    if not fresh:
        await points.forget_named(tx, order.person_id)
    await points.name(tx, order.person_id, kept, said_at)
    await _take_back_links(tx, order.person_id, before, ways)
    digests = {way.point.point_id: book.pepper.digest(way.point.channel, way.address) for way in ways if way.address}
    if not fresh:
        await addressindex.keep_known(tx, order.person_id)
    await addressindex.add(tx, [(order.person_id, point_id, digest) for point_id, digest in digests.items()])
    channels = {digests[way.point.point_id]: way.point.channel for way in ways if way.address}
    return await _stopped_before(tx, order, channels, said_at)


async def _stopped_before(
    tx: AsyncConnection, order: ChangeContact, channels: Mapping[bytes, NoticeChannel], said_at: datetime
) -> list[Message]:
    """Somebody said STOP from this number before we knew that it is hers: then it holds for her as well.

    A number that is named after the STOP says nothing of whoever has it: an enquiry may name anybody's. Only where a
    counsellor has just written it down with her does her word count more than an older STOP.
    """
    facts: list[Message] = []
    for digest, stopped_at in (await addressindex.number_stop_of(tx, list(channels))).items():
        if stopped_at > said_at or not order.renewed:
            facts += await choices.ended_before(tx, order.person_id, channels[digest], stopped_at)
    return facts


async def _named_before(tx: AsyncConnection, person_id: UUID, book: Book) -> dict[str, Named]:
    """By address: where messages with links may have gone so far, who reads along, and what is proved of it.

    Of an address that was named twice each counts: somebody may read along on the one way only.
    """
    found: dict[str, Named] = {}
    for one in await points.named_of(tx, person_id):
        try:
            address = book.keys.decrypt(person_id, ADDRESS, one.address).decode()
        except (KeyDestroyed, KeyUnknown, CannotDecrypt):
            continue
        known = found.get(address, one)
        found[address] = replace(known, shared=known.shared and one.shared, dead=known.dead or one.dead)
    return found


def _as_before(ways: Sequence[_Way], before: Mapping[str, Named]) -> list[_Way]:
    """An address that is named again stays the way that it was, until a counsellor writes it down again.

    What is said of a message that went there is about it, and once proved dead it stays so.
    """
    free = {known.point_id for known in before.values()}
    return [_again(way, before.get(way.address or ""), free) for way in ways]


def _again(way: _Way, known: Named | None, free: set[UUID]) -> _Way:
    """`free`: those ids that no way has yet."""
    if known is None:
        return way
    own = known.point_id if known.point_id in free else way.point.point_id
    free.discard(own)
    return replace(way, point=replace(way.point, point_id=own, said_at=known.said_at, dead=known.dead))


async def _take_back_links(
    tx: AsyncConnection, person_id: UUID, before: Mapping[str, Named], ways: Sequence[_Way]
) -> None:
    """By a link in an old message nobody chooses for her who reads an address that is hers no more, or is not safe.

    A chat that was linked by such a message goes too; the next message brings links that are good. Who read along on
    one that is hers no more ends nothing there either.
    """
    left = {way.address for way in ways}
    hers = {way.address for way in ways if not way.point.shared}
    careful = any(way.point.hindrance in CAREFUL for way in ways)
    if careful or any(address not in hers for address, one in before.items() if not one.shared):
        taken = LINKS
        await points.unlink(tx, person_id, "telegram")
    else:
        taken = tuple(SHARED_LINKS.values()) if before.keys() - left else ()
    for purpose in taken:
        await links.revoke(tx, purpose=purpose, subject_id=str(person_id))


def ways_of(content: ContactContent) -> list[_Way]:
    """The ways of a contact in her order; an address to which nothing may be sent is not kept."""
    named = content.contact
    first: tuple[ContactPoint, ...] = () if named.kind == "none" else (named,)
    return [*(_way(one) for one in first), *(_way(one) for one in named.more)]


def _way(named: ContactPoint | FurtherPoint) -> _Way:
    found = checked(named.kind, named.value, russian_accepted=named.russian_operator_accepted)
    hindrance = found.hindrance or _forbidden(named)
    channel: NoticeChannel = "email" if named.kind == "email" else "sms"
    point = NewPoint(
        point_id=uuid4(),
        channel=channel,
        hindrance=hindrance,
        detail=named.detail,
        shared=named.shared,
        hours=tuple(_window(hours) for hours in named.safe_hours),
    )
    return _Way(point, None if hindrance else found.address)


def _forbidden(named: ContactPoint | FurtherPoint) -> PointHindrance | None:
    if not named.safe:
        return "unsafe"
    return None if named.leave_message else "no_message_left"


def _window(hours: SafeHours) -> SafeWindow:
    return SafeWindow(frozenset(hours.weekdays), time.fromisoformat(hours.starts), time.fromisoformat(hours.ends))


def _kept(way: _Way, person_id: UUID, book: Book) -> NewPoint:
    if way.address is None:
        return way.point
    encrypted = book.keys.encrypt(person_id, ADDRESS, way.address.encode())
    return replace(way.point, address=encrypted)


async def _note_stops(tx: AsyncConnection, order: ChangeContact, at: datetime) -> None:
    """What intake has recorded of each channel, in whichever order its words arrive."""
    said = {channel: {"refused_at" if channel in order.stopped else "allowed_at": at} for channel in CHANNELS}
    await points.note_stops(tx, order.person_id, said)


async def _led_nowhere(tx: AsyncConnection, person: Person) -> list[Message]:
    points_of: Sequence[Point] = person.contact.points if person.contact else ()
    named = [point.hindrance for point in points_of]
    if not named or not all(hindrance in LEADS_NOWHERE for hindrance in named):
        return []
    return await unreachable(tx, person.person_id, str(named[0]))


def _opened(order: ChangeContact, book: Book) -> ContactContent:
    try:
        plain = book.ring.open(order.contact, type_name=ChangeContact.type_name(), key=str(order.person_id))
    except CannotOpen:
        raise Refused("contact_unreadable", fields=("contact",)) from None
    try:
        return ContactContent.model_validate_json(plain)
    except ValidationError:
        raise Refused("contact_malformed", fields=("contact",)) from None

"""What a person writes by SMS: STOP and START are heard for everybody who has this phone; nothing else is kept."""

import asyncio
import logging
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.personkeys import CannotDecrypt, KeyDestroyed, KeyUnknown
from lotse_chassis.service import Unit
from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.addresses import checked
from lotse_notify.domain.hooks import InboundSms
from lotse_notify.domain.stopwords import word_of
from lotse_notify.domain.verdict import Asked
from lotse_notify.handlers import choices
from lotse_notify.handlers.orders import ADDRESS, Book
from lotse_notify.handlers.telling import Wish, tell
from lotse_notify.store import addressindex, people, points
from lotse_notify.store.addressindex import StoredPoint
from lotse_notify.store.people import Person

log = logging.getLogger(__name__)

CONFIRMED_WITHIN = timedelta(minutes=30)  # later it would only look like one more message after a STOP
SCANNED_AT_ONCE = 500  # points that are decrypted together while the index is being made


async def listen(unit: Unit, sms: InboundSms, *, book: Book) -> None:
    """In the transaction that remembers that it came. Two people on one phone: both are stopped, each recorded."""
    word, address = word_of(sms.text), checked("sms", sms.number, russian_accepted=True).address
    if word is None or address is None:
        return
    found = await persons_of(unit.tx, "sms", address, book)
    shared = False
    act = choices.end_way if word == "stop" else choices.resume_way
    stopped: list[UUID] = []
    for person_id in found:
        person = await people.locked(unit.tx, person_id)
        if person.erased:
            continue
        shared = shared or _is_shared(person)
        if word == "start" and not await _may_resume(unit, person):
            continue
        facts = await act(unit.tx, person, "sms", unit.context.now, through="sms")
        unit.say(*facts)
        stopped += [person_id] if facts and word == "stop" and not _is_shared(person) else []
    if word == "stop" or not shared:
        await _keep_for_others(unit, book.pepper.digest("sms", address), stop=word == "stop")
    if stopped:
        await _confirm(unit, stopped[0], address, book)
    log.info("heard %s by SMS from a number of %d persons", word, len(found))


async def _may_resume(unit: Unit, person: Person) -> bool:
    """By SMS only what was ended by SMS, and not on a phone that others use: whoever has it, or claims its number,
    must not undo what she said on her page or to a counsellor."""
    return not _is_shared(person) and await points.last_choice(unit.tx, person.person_id, "sms") == ("stop", "sms")


def _is_shared(person: Person) -> bool:
    """Whether others read her phone: then it is not told that START brings back what STOP has ended."""
    return person.contact is not None and any(one.shared for one in person.contact.points if one.channel == "sms")


async def persons_of(tx: AsyncConnection, channel: NoticeChannel, address: str, book: Book) -> list[UUID]:
    """Everybody who has this address, by id; also while the index is being made again after a crash."""
    if await addressindex.is_whole(tx, book.pepper.scheme):
        return await addressindex.persons_of(tx, book.pepper.digest(channel, address))
    found: set[UUID] = set()
    last: StoredPoint | None = None
    while some := await addressindex.points_after(tx, last, rows_max=SCANNED_AT_ONCE):
        found |= await asyncio.to_thread(_matching, some, channel, address, book)
        last = some[-1]
    return sorted(found)


def address_of(point: StoredPoint, book: Book) -> str | None:
    """The address in the clear; None once her key is gone."""
    try:
        return book.keys.decrypt(point.person_id, ADDRESS, point.address).decode()
    except (KeyDestroyed, KeyUnknown, CannotDecrypt):
        return None


def digest_of(point: StoredPoint, book: Book) -> bytes | None:
    """What finds its person by this point; None once her key is gone."""
    address = address_of(point, book)
    return None if address is None else book.pepper.digest(point.channel, address)


async def _confirm(unit: Unit, person_id: UUID, address: str, book: Book) -> None:
    """One SMS to the phone, however many people have it: the one thing that still goes by the way that was ended.

    None to another phone of hers: whoever has that has ended nothing.
    """
    now, person = unit.context.now, await people.locked(unit.tx, person_id)
    answered = person.address_on("sms", despite_stop=True)
    if answered is None or book.keys.decrypt(person_id, ADDRESS, answered).decode() != address:
        return
    wish = Wish(
        template="sms_stopped",
        arguments={},
        asked=Asked(now, now + CONFIRMED_WITHIN),
        dedupe_key=f"sms-stopped-{int(now.timestamp())}",
    )
    unit.say(*await tell(unit.tx, person, wish, now))


async def _keep_for_others(unit: Unit, digest: bytes, *, stop: bool) -> None:
    """Whoever is said to have this number later: each anonymous enquiry makes a new person of it."""
    if stop:
        await addressindex.note_number_stop(unit.tx, digest, unit.context.now)
    else:
        await addressindex.forget_number_stop(unit.tx, digest)


def _matching(some: list[StoredPoint], channel: NoticeChannel, address: str, book: Book) -> set[UUID]:
    """Runs in a thread."""
    wanted = book.pepper.digest(channel, address)
    return {point.person_id for point in some if point.channel == channel and digest_of(point, book) == wanted}

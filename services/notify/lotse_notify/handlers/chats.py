"""A chat with the bot: linked by a code of her page, once and within fifteen minutes, ended by /stop or by blocking."""

import asyncio
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import links
from lotse_chassis.faults import Refused
from lotse_chassis.service import Unit
from lotse_contracts.notify import OptedIn
from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain.chats import ChatUpdate
from lotse_notify.domain.verdict import hindrance_of
from lotse_notify.handlers import choices
from lotse_notify.handlers.inbound import persons_of
from lotse_notify.handlers.orders import ADDRESS, TELEGRAM_LINK, Book
from lotse_notify.handlers.telling import release
from lotse_notify.store import addressindex, people, points
from lotse_notify.store.people import Person
from lotse_notify.store.points import NewPoint

Reply = tuple[str, tuple[RecipientLanguage, ...]]
"""Which words are answered in the chat, in the first of these languages that is written here."""


async def hear(unit: Unit, update: ChatUpdate, *, book: Book) -> Reply | None:
    """What is answered in that chat, if anything. Heard twice it changes nothing: a code is good once."""
    if update.said == "link":
        return await _link(unit, update, book)
    if update.said not in ("stop", "blocked") or not update.chat_id:
        return None
    languages: tuple[RecipientLanguage, ...] = ()
    for person_id in await persons_of(unit.tx, "telegram", update.chat_id, book):
        person = await people.locked(unit.tx, person_id)
        if not person.erased:
            languages = person.contact.languages if person.contact else ()
            through: choices.Through = "blocked" if update.said == "blocked" else "telegram"
            unit.say(*await choices.end_chat(unit.tx, person, unit.context.now, through=through))
    return ("telegram_ended", languages) if update.said == "stop" else None


async def _link(unit: Unit, update: ChatUpdate, book: Book) -> Reply | None:
    try:
        found = await links.use(unit.tx, update.code, purpose=TELEGRAM_LINK, now=unit.context.now)
    except Refused:
        return "telegram_code_gone", ()
    person = await people.locked(unit.tx, UUID(found.subject_id))
    if person.erased or person.contact is None or hindrance_of(person.contact, person.silence):
        return "telegram_code_gone", ()
    await _keep(unit.tx, person, update.chat_id, unit, book)
    return "telegram_linked", person.contact.languages


async def _keep(tx: AsyncConnection, person: Person, chat_id: str, unit: Unit, book: Book) -> None:
    """Her opening of the link is her consent to this way; what it says of Telegram she read before."""
    await asyncio.to_thread(book.keys.create, person.person_id)  # it waits for the disk
    encrypted = book.keys.encrypt(person.person_id, ADDRESS, chat_id.encode())
    fresh = NewPoint(uuid4(), "telegram", None, "neutral", shared=False, hours=(), address=encrypted)
    await points.link(tx, person.person_id, fresh, unit.context.now)
    await addressindex.keep_known(tx, person.person_id)
    await addressindex.add(tx, [(person.person_id, fresh.point_id, book.pepper.digest("telegram", chat_id))])
    await points.note_stop(tx, person.person_id, "telegram", opted_in_at=unit.context.now)
    await points.note_own_choice(
        tx, person.person_id, choice="start", about="telegram", through="telegram", at=unit.context.now
    )
    unit.say(OptedIn(person_id=person.person_id, channel="telegram"))
    unit.say(*await release(tx, await people.locked(tx, person.person_id), unit.context.now))

"""What intake and referral order: tell her something, stop telling her."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_chassis.personkeys import PersonKeys
from lotse_chassis.sealring import SealRing
from lotse_contracts.envelope import Message
from lotse_contracts.notify import PageLink, StopTelling, Tell
from lotse_contracts.sealed import CannotOpen
from lotse_contracts.values import NoticeChannel
from lotse_notify.domain.catalogue import CATALOGUE
from lotse_notify.domain.channels import CHANNELS
from lotse_notify.domain.keys import dedupe_sha256, link_context
from lotse_notify.domain.texts import arguments_of
from lotse_notify.domain.verdict import Asked
from lotse_notify.handlers.telling import Wish, release, tell, withdraw
from lotse_notify.providers.pepper import Pepper
from lotse_notify.store import people

ADDRESS = "contact.address"
"""What the encrypted address is bound to, besides the person."""
STOP_LINK = "stop"
"""Purpose of the links under a message; their subject is the person."""
SHARED_LINKS: Mapping[NoticeChannel, str] = {channel: f"stop-{channel}" for channel in CHANNELS}
"""Purposes of the link under a message that others read along: it ends this way, and opens nothing."""
TELEGRAM_LINK = "telegram"
"""Purpose of the code that links a chat; its subject is the person."""
LINKS = (STOP_LINK, *SHARED_LINKS.values(), TELEGRAM_LINK)
"""All that there are of a person."""


@dataclass(frozen=True)
class Book:
    """The keys of the contact book: the service's own, which contacts are sealed to, one of each person, and the pepper
    of the digests by which an address is found."""

    ring: SealRing
    keys: PersonKeys
    pepper: Pepper


async def tell_person(order: Tell, context: Context, tx: AsyncConnection, *, book: Book) -> list[Message]:
    """Raises Refused if the arguments are not those of the template, or the link was not sealed for us or is none."""
    arguments = arguments_of(order)
    if arguments is None or CATALOGUE[order.template].answers_stop:  # only her own STOP is answered like that
        raise Refused("wrong_arguments", fields=("arguments",))
    link = _link(order, book)
    person = await people.locked(tx, order.person_id)
    if person.erased:
        return []
    wish = Wish(
        template=order.template,
        arguments=arguments,
        asked=Asked(context.time, order.useful_by),
        dedupe_key=order.dedupe_key,
        supersedes=(order.supersedes,) if order.supersedes else (),
        link=None if link is None else await _kept(order, link, book),
    )
    return await tell(tx, person, wish, context.now)


async def stop_telling(order: StopTelling, context: Context, tx: AsyncConnection) -> list[Message]:
    """One key, or everything that was asked for until this order was given."""
    person = await people.locked(tx, order.person_id)
    if person.erased:
        return []
    if order.dedupe_key is not None:
        await withdraw(tx, order.person_id, order.dedupe_key, "stopped", context.now)
        return []
    await people.note_stop(tx, order.person_id, context.time)
    return await release(tx, await people.locked(tx, order.person_id), context.now)


def _link(order: Tell, book: Book) -> PageLink | None:
    if order.link is None:
        return None
    try:
        plain = book.ring.open(order.link, type_name=Tell.type_name(), key=str(order.person_id))
        return PageLink.model_validate_json(plain)
    except CannotOpen:
        raise Refused("link_unreadable", fields=("link",)) from None
    except ValidationError:
        raise Refused("link_malformed", fields=("link",)) from None


async def _kept(order: Tell, link: PageLink, book: Book) -> bytes:
    """Under her key until it is sent: whoever reads the table cannot open her page."""
    await asyncio.to_thread(book.keys.create, order.person_id)  # it waits for the disk
    return book.keys.encrypt(
        order.person_id, link_context(dedupe_sha256(order.person_id, order.dedupe_key)), link.url.encode()
    )

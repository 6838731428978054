"""Referral wants an office of the directory to have the link to its page."""

import asyncio

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis.context import Context
from lotse_chassis.faults import Refused
from lotse_contracts.envelope import Message
from lotse_contracts.notify import PageLink, ServiceNotTold, TellService
from lotse_contracts.sealed import CannotOpen
from lotse_notify.domain.addresses import address_of
from lotse_notify.domain.servicemail import speakable
from lotse_notify.handlers.orders import Book
from lotse_notify.store import people, servicemail
from lotse_notify.store.servicemail import QueuedMail

LINK = "service.link"
"""What the encrypted link is bound to, besides the person."""


async def tell_service(order: TellService, context: Context, tx: AsyncConnection, *, book: Book) -> list[Message]:
    """Once for ever under its key; nothing for a person who was erased. Raises Refused if the link cannot be read."""
    url = _opened(order, book)
    person = await people.locked(tx, order.person_id)
    if person.erased:
        return []
    address = address_of("email", order.address)
    if address is None or not speakable(order.sender):
        return [
            ServiceNotTold(person_id=order.person_id, dedupe_key=order.dedupe_key, reason="invalid_address"),
        ]
    await asyncio.to_thread(book.keys.create, order.person_id)  # it waits for the disk
    queued = QueuedMail(
        dedupe_key=order.dedupe_key,
        person_id=order.person_id,
        address=address,
        language=order.language,
        sender=order.sender.strip(),
        link=book.keys.encrypt(order.person_id, LINK, url.encode()),
        until=order.useful_by,
        created_at=context.now,
    )
    await servicemail.add(tx, queued)
    return []


def _opened(order: TellService, book: Book) -> str:
    try:
        plain = book.ring.open(order.link, type_name=TellService.type_name(), key=str(order.person_id))
        return PageLink.model_validate_json(plain).url
    except (CannotOpen, ValidationError):
        raise Refused("link_unreadable", fields=("link",)) from None

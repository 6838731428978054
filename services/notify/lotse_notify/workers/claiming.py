"""Takes the next notification that is due and writes the intent to send it, in one short transaction."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import links, telemetry
from lotse_chassis.personkeys import CannotDecrypt, KeyDestroyed, KeyUnknown, PersonKeys
from lotse_chassis.service import Unit
from lotse_contracts.values import RecipientLanguage
from lotse_notify.domain.contact import Contact
from lotse_notify.domain.keys import link_context, message_id
from lotse_notify.domain.mail import Links, Mail, Sender, letter_of, mail_of
from lotse_notify.domain.texts import NON_ESSENTIAL, Texts, notice_name, version_of
from lotse_notify.domain.verdict import Verdict, decide
from lotse_notify.handlers.orders import ADDRESS, STOP_LINK
from lotse_notify.handlers.telling import settle
from lotse_notify.providers.smtp import PROVIDER, Server
from lotse_notify.store import submissions
from lotse_notify.store.notices import Notification
from lotse_notify.store.people import Person
from lotse_notify.store.submissions import Submission

log = logging.getLogger(__name__)

STOP_LINK_DAYS = 90

Units = Callable[[], AbstractAsyncContextManager[Unit]]


@dataclass(frozen=True)
class Post:
    """Everything that sending needs: words, sender, links, keys, the server, and the first pause."""

    texts: Texts
    sender: Sender
    read_url: str
    public_url: str
    keys: PersonKeys
    server: Server
    retry_seconds: float


@dataclass(frozen=True)
class Claim:
    """A submission whose intent is committed, and the mail to hand over."""

    submission: Submission
    mail: Mail
    lease_until: datetime


async def claim(units: Units, post: Post) -> Claim | Literal["settled", "nothing"]:
    """`settled`: the one that was due is not to be sent after all, which is said in its own trace."""
    with ExitStack() as trace:  # it must outlast the unit, which stages at its end
        async with units() as unit:
            found = await submissions.next_due(unit.tx, unit.context.now)
            if found is None:
                return "nothing"
            trace.enter_context(telemetry.extracted(found[0].traceparent))
            return await _claimed(unit, *found, post=post)


async def _claimed(unit: Unit, due: Notification, person: Person, *, post: Post) -> Claim | Literal["settled"]:
    now = unit.context.now
    verdict = decide(due.asked, person.contact, person.silence, now)
    address = _address(person, post.keys)
    if verdict.state == "queued" and address is None:
        verdict = Verdict("failed", "contact_unreadable")
    if verdict.state != "queued" or person.contact is None or address is None:
        unit.say(*await settle(unit.tx, due, verdict, person.contact, now))
        return "settled"
    code = await links.create(
        unit.tx, purpose=STOP_LINK, subject_id=str(due.person_id), expires_at=now + timedelta(days=STOP_LINK_DAYS)
    )
    try:
        written = _written(due, person.contact, address, f"{post.public_url}/stop/{code}", post=post, now=now)
    except (LookupError, ValueError, TypeError, OverflowError) as fault:
        log.error("a notice cannot be written: %s", type(fault).__name__)  # one bad row must not hold up the rest
        unit.say(*await settle(unit.tx, due, Verdict("failed", "cannot_be_written"), person.contact, now))
        return "settled"
    return await _begun(unit.tx, due, person.contact, written, post=post, now=now)


@dataclass(frozen=True)
class Written:
    """A mail, its language and the version of its words."""

    mail: Mail
    language: RecipientLanguage
    version: str


def _written(due: Notification, contact: Contact, address: str, stop_url: str, *, post: Post, now: datetime) -> Written:
    words = post.texts.words[post.texts.language_for(contact.languages)]
    name = notice_name(due.template, due.arguments, contact.detail)
    own_url = _own_url(due, post.keys)
    links = Links(own_url or post.read_url, stop_url, own=own_url is not None)
    letter = letter_of(words, name, due.arguments, links)
    mail = mail_of(
        letter,
        sender=post.sender,
        recipient=address,
        message_id=message_id(due.notification_id, post.sender.domain),
        at=now,
        may_unsubscribe=due.template in NON_ESSENTIAL,
    )
    return Written(mail, words.language, version_of(words, name))


async def _begun(
    tx: AsyncConnection, due: Notification, contact: Contact, written: Written, *, post: Post, now: datetime
) -> Claim:
    under_way = replace(due, language=written.language, channel="email", state="sending")
    fresh = Submission(uuid4(), under_way, PROVIDER, contact.version, "envelope")
    lease_until = now + timedelta(seconds=post.server.lease_seconds)
    await submissions.begin(tx, fresh, text_version=written.version, now=now, lease_until=lease_until)
    return Claim(fresh, written.mail, lease_until)


def _address(person: Person, keys: PersonKeys) -> str | None:
    return _read(person.person_id, ADDRESS, person.address, keys)


def _own_url(due: Notification, keys: PersonKeys) -> str | None:
    """Her own page; without it she reads by code and PIN, so a link that cannot be read holds up nothing."""
    return _read(due.person_id, link_context(due.dedupe_sha256), due.link, keys)


def _read(person_id: UUID, context: str, encrypted: bytes | None, keys: PersonKeys) -> str | None:
    if encrypted is None:
        return None
    try:
        return keys.decrypt(person_id, context, encrypted).decode()
    except (KeyDestroyed, KeyUnknown, CannotDecrypt):
        return None

"""Telling a person once: what every handler does that wants her to know something, or to be left in peace."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncConnection

from lotse_chassis import telemetry
from lotse_contracts.envelope import Message
from lotse_contracts.notify import ContactUnreachable, MessageFailed
from lotse_contracts.values import ContactKind, TemplateName
from lotse_notify.domain.contact import Contact
from lotse_notify.domain.keys import dedupe_sha256
from lotse_notify.domain.verdict import Asked, Verdict, decide
from lotse_notify.store import notices, people
from lotse_notify.store.notices import Notification
from lotse_notify.store.people import Person


@dataclass(frozen=True)
class Wish:
    """Something she is to be told; `supersedes` are older keys that are pointless now."""

    template: TemplateName
    arguments: Mapping[str, str]
    asked: Asked
    dedupe_key: str
    supersedes: tuple[str, ...] = ()
    appointment_id: UUID | None = field(default=None)
    link: bytes | None = field(default=None, repr=False)


async def tell(tx: AsyncConnection, person: Person, wish: Wish, now: datetime) -> list[Message]:
    """Once for ever under the wish's key, in the trace of whatever wants it. The person must be locked, not erased."""
    for older in wish.supersedes:
        await withdraw(tx, person.person_id, older, "superseded", now)
    fresh = Notification(
        notification_id=uuid4(),
        person_id=person.person_id,
        dedupe_sha256=dedupe_sha256(person.person_id, wish.dedupe_key),
        template=wish.template,
        arguments=wish.arguments,
        asked=wish.asked,
        state="parked",
        channel=channel_of(person.contact),
        appointment_id=wish.appointment_id,
        traceparent=telemetry.inject().get("traceparent"),
        link=wish.link,
    )
    known = await notices.claim_key(tx, fresh)
    if known is not None and known.notification_id is not None:
        await notices.remark(tx, person.person_id, fresh.dedupe_sha256, "already_told", now)
        return []
    verdict = decide(wish.asked, person.contact, person.silence, now)
    if known is not None and known.closed_because is not None:
        verdict = Verdict("cancelled", known.closed_because)
    await notices.add(tx, fresh, verdict, now)
    await notices.decide(tx, fresh, verdict, now)
    return await facts_of(tx, fresh, verdict, person.contact)


async def release(tx: AsyncConnection, person: Person, now: datetime) -> list[Message]:
    """Decide again about everything unsent, since what is known about her has changed."""
    facts: list[Message] = []
    if person.fresh:
        return facts
    for waiting in await notices.unsent_of(tx, person.person_id):
        verdict = decide(waiting.asked, person.contact, person.silence, now)
        if verdict.state == waiting.state and (verdict.state == "queued" or verdict.because == waiting.because):
            continue
        facts += await settle(tx, waiting, verdict, person.contact, now)
    return facts


async def withdraw(tx: AsyncConnection, person_id: UUID, dedupe_key: str, because: str, now: datetime) -> None:
    """Nothing more under this key: what is unsent is cancelled, what is asked for later is cancelled then."""
    digest = dedupe_sha256(person_id, dedupe_key)
    await notices.close_key(tx, person_id, digest, because)
    if (waiting := await notices.unsent_by_key(tx, digest)) is not None:
        await settle(tx, waiting, Verdict("cancelled", because), None, now)


async def settle(
    tx: AsyncConnection, waiting: Notification, verdict: Verdict, contact: Contact | None, now: datetime
) -> list[Message]:
    """Move it, write down why, and say what others must know."""
    channel = channel_of(contact) if contact else waiting.channel
    await notices.move(tx, waiting.notification_id, verdict, now, channel=channel)
    await notices.decide(tx, waiting, verdict, now)
    return await facts_of(tx, waiting, verdict, contact)


async def facts_of(
    tx: AsyncConnection, of: Notification, verdict: Verdict, contact: Contact | None, *, no_way: bool = False
) -> list[Message]:
    """What leaves the house when a notification ends without having been sent."""
    if verdict.state not in ("failed", "expired"):
        return []
    failed = MessageFailed(
        notification_id=of.notification_id,
        person_id=of.person_id,
        template=of.template,
        channel=channel_of(contact),
        reason=verdict.because,
    )
    if no_way or verdict.because == "no_provider":
        return [failed, *await unreachable(tx, of.person_id, verdict.because)]
    return [failed]


async def unreachable(tx: AsyncConnection, person_id: UUID, reason: str) -> list[Message]:
    """Said once for each contact that intake names."""
    if not await people.first_unreachable(tx, person_id):
        return []
    return [ContactUnreachable(person_id=person_id, reason=reason)]


def channel_of(contact: Contact | None) -> ContactKind:
    """The channel that a contact stands for."""
    return contact.kind if contact else "none"
